// Encodings, templates, regular expressions, big numbers, hashes, compression, Go's own syntax.
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/csv"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"hash/crc32"
	"hash/fnv"
	"io"
	"math/big"
	"os"
	"regexp"
	"strings"
	"text/tabwriter"
	"text/template"
)

type address struct {
	Street string   `json:"street" xml:"street,attr"`
	Zip    int      `json:"zip,omitempty" xml:"zip"`
	Tags   []string `json:"tags" xml:"tag"`
}
type person struct {
	Name  string             `json:"name"`
	Home  *address           `json:"home"`
	Extra map[string]float64 `json:"extra,omitempty" xml:"-"`
	Any   any                `json:"any" xml:"-"`
}

func main() {
	p := person{"Ann", &address{"Main \"st\" <1>", 12345, []string{"a", "b"}}, map[string]float64{"y": 2.5, "x": 1}, []any{1, "two", nil, true}}
	j, err := json.Marshal(p)
	fmt.Println(string(j), err)
	var back person
	err = json.Unmarshal(j, &back)
	fmt.Println(back.Name, *back.Home, back.Extra, back.Any, err)
	err = json.Unmarshal([]byte(`{"name": 5}`), &back)
	fmt.Println(err)
	err = json.Unmarshal([]byte(`{"name": "x",}`), &back)
	fmt.Println(err)
	j, _ = json.MarshalIndent(map[string]any{"k": []int{1, 2}, "a": nil}, "", "  ")
	fmt.Println(string(j))
	x, err := xml.Marshal(p)
	fmt.Println(string(x), err)
	var px person
	fmt.Println(xml.Unmarshal(x, &px), px.Home.Street, px.Home.Tags)
	var gb bytes.Buffer
	gob.NewEncoder(&gb).Encode(address{"s", 1, []string{"t"}})
	var ga address
	fmt.Println(gob.NewDecoder(&gb).Decode(&ga), ga)

	t := template.Must(template.New("t").Funcs(template.FuncMap{"up": strings.ToUpper}).Parse(
		"{{range $i, $e := .Home.Tags}}{{if $i}}, {{end}}{{$e | up}}{{end}} {{.Name | printf \"%q\"}} {{len .Extra}} {{with .Home}}{{.Zip}}{{end}}\n"))
	fmt.Println(t.Execute(os.Stdout, p))
	re := regexp.MustCompile(`(\w+)@(\w+)\.com`)
	s := "bob@example.com, alice@test.com"
	fmt.Println(re.FindAllStringSubmatch(s, -1), re.ReplaceAllString(s, "$2:$1"), re.MatchString("none"), re.FindStringIndex(s))
	_, err = regexp.Compile("a(b")
	fmt.Println(err)

	f := new(big.Int).MulRange(1, 60)
	q, m := new(big.Int).DivMod(f, big.NewInt(1000000007), new(big.Int))
	fmt.Println(f, q, m, new(big.Int).Exp(big.NewInt(3), big.NewInt(200), big.NewInt(1000003)), big.NewInt(97).ProbablyPrime(10))
	r := new(big.Rat).Add(big.NewRat(1, 3), big.NewRat(1, 6))
	bf, _ := new(big.Float).SetPrec(200).SetString("1.5")
	fmt.Println(r, r.FloatString(5), bf.Mul(bf, bf).Text('g', 20), new(big.Int).Sqrt(f))

	fmt.Printf("%x %x %08x\n", md5.Sum([]byte("abc")), sha256.Sum256([]byte("abc")), crc32.ChecksumIEEE([]byte("abc")))
	h := fnv.New64a()
	io.WriteString(h, "abc")
	fmt.Println(h.Sum64(), hex.EncodeToString([]byte("hex")), base64.StdEncoding.EncodeToString([]byte("base64?")))
	var zb bytes.Buffer
	zw := gzip.NewWriter(&zb)
	zw.Write(bytes.Repeat([]byte("compress me "), 1000))
	zw.Close()
	zr, err := gzip.NewReader(&zb)
	un, err2 := io.ReadAll(zr)
	fmt.Println(len(un), err, err2, zb.Len())
	var bb bytes.Buffer
	binary.Write(&bb, binary.BigEndian, struct {
		A uint16
		B int32
	}{1, -2})
	fmt.Println(bb.Bytes(), binary.LittleEndian.Uint32([]byte{1, 2, 3, 4}), binary.PutUvarint(make([]byte, 10), 300))
	recs, err := csv.NewReader(strings.NewReader("a,\"b,c\"\nd,e\n")).ReadAll()
	fmt.Println(recs, err)
	tw := tabwriter.NewWriter(os.Stdout, 0, 8, 1, ' ', tabwriter.AlignRight|tabwriter.Debug)
	fmt.Fprintln(tw, "a\tbbb\tc")
	fmt.Fprintln(tw, "aaaa\tb\tccccc")
	tw.Flush()

	src := "package p\nfunc f( a int,b string) (int,error){\nif a>1{return a,nil}\nreturn 0,nil}\n"
	fs := token.NewFileSet()
	file, err := parser.ParseFile(fs, "p.go", src, 0)
	count := 0
	ast.Inspect(file, func(n ast.Node) bool { count++; return true })
	fmt.Println(err, count, fs.Position(file.Decls[0].Pos()))
	out, err := format.Source([]byte(src))
	fmt.Printf("%s%v\n", out, err)
	_, err = parser.ParseFile(fs, "bad.go", "package p\nfunc {", 0)
	fmt.Println(err)
}
