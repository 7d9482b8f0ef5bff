// Packages os, io, bufio, path/filepath, io/fs, syscall, flag, log.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"io/ioutil"
	"log"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
	}
}

func main() {
	fmt.Println(len(os.Args), os.Getenv("NO_SUCH_VARIABLE") == "")
	os.Setenv("GOLEM_X", "y")
	v, ok := os.LookupEnv("GOLEM_X")
	fmt.Println(v, ok, os.ExpandEnv("<$GOLEM_X>"))
	dir, err := os.MkdirTemp("", "golem-test-")
	check(err)
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "a.txt")
	check(os.WriteFile(name, []byte("line 1\nline 2\nlast"), 0o644))
	data, err := os.ReadFile(name)
	fmt.Printf("%q %v\n", data, err)
	f, err := os.OpenFile(name, os.O_RDWR|os.O_APPEND, 0)
	check(err)
	fmt.Fprintf(f, " appended %d\n", 1)
	pos, err := f.Seek(2, io.SeekStart)
	buf := make([]byte, 5)
	n, err2 := io.ReadFull(f, buf)
	fmt.Println(pos, err, n, err2, string(buf))
	st, err := f.Stat()
	fmt.Println(st.Size(), st.Name(), st.Mode(), st.IsDir(), err)
	check(f.Close())
	_, err = f.Write(nil)
	fmt.Println(errors.Is(err, os.ErrClosed))
	_, err = os.Open(filepath.Join(dir, "missing"))
	fmt.Println(os.IsNotExist(err), errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOENT), strings.HasSuffix(err.Error(), "missing: no such file or directory"))
	check(os.Mkdir(filepath.Join(dir, "sub"), 0o755))
	check(os.Rename(name, filepath.Join(dir, "sub", "b.txt")))
	check(filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, p)
		fmt.Println(rel, d.IsDir(), err)
		return nil
	}))
	list, err := ioutil.ReadDir(dir)
	fmt.Println(len(list), list[0].Name(), err)
	file, err := os.Open(filepath.Join(dir, "sub", "b.txt"))
	check(err)
	sc := bufio.NewScanner(file)
	for sc.Scan() {
		fmt.Printf("<%s>", sc.Text())
	}
	fmt.Println()
	file.Close()

	r, w, err := os.Pipe()
	check(err)
	go func() {
		bw := bufio.NewWriter(w)
		for i := 0; i < 20000; i++ {
			fmt.Fprintln(bw, "number", i)
		}
		bw.Flush()
		w.Close()
	}()
	all, err := io.ReadAll(r)
	fmt.Println(len(all), err)

	br := bufio.NewReader(strings.NewReader("first line\nsecond"))
	s, err := br.ReadString('\n')
	fmt.Printf("%q %v\n", s, err)
	c, size, err := br.ReadRune()
	fmt.Println(c, size, err)
	s, err = br.ReadString('\n')
	fmt.Printf("%q %v\n", s, err)
	var out bytes.Buffer
	k, err := io.Copy(&out, io.LimitReader(io.MultiReader(strings.NewReader("abc"), strings.NewReader("defgh")), 6))
	fmt.Println(k, err, out.String())
	pr, pw := io.Pipe()
	go func() { fmt.Fprint(pw, "through a pipe"); pw.Close() }()
	got, _ := io.ReadAll(io.TeeReader(pr, &out))
	fmt.Println(string(got), out.Len())

	fmt.Println(path.Join("a", "../b", "c"), filepath.Base("/x/y.go"), filepath.Ext("y.go"), path.Clean("/a/./b//c/.."), filepath.Dir("/a/b"))
	m, _ := filepath.Match("*.go", "x.go")
	fmt.Println(m, os.Getpid() > 1, os.Getuid() >= 0, os.PathSeparator == '/')
	fl := flag.NewFlagSet("test", flag.ContinueOnError)
	fl.SetOutput(io.Discard)
	num := fl.Int("n", 5, "number")
	b := fl.Bool("b", false, "bool")
	fmt.Println(fl.Parse([]string{"-n", "7", "-b", "rest"}), *num, *b, fl.Args(), fl.Parse([]string{"-zz"}))
	lg := log.New(os.Stdout, "log: ", log.Lmsgprefix)
	lg.Printf("message %d", 1)
	defer fmt.Println("not printed")
	os.Stdout.WriteString("exiting\n")
	os.RemoveAll(dir)
	os.Exit(0)
}
