// The program reads tasks that wait for one another, and prints who does what when: a module of three packages, of which
// heap knows nothing of the others, and plan nothing of this one.
package main

import (
	_ "embed"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"example.org/queue/plan"
)

//go:embed house.txt
var house string

func chart(w io.Writer, steps []plan.Step, unit time.Duration) {
	for _, s := range steps {
		before, during := int(s.Start/unit), int((s.End-s.Start)/unit)
		fmt.Fprintf(w, "%-10s %d |%s%s\n", s.Name, s.Worker+1, strings.Repeat(" ", before), strings.Repeat("#", max(during, 1)))
	}
}

func run(w io.Writer, name string, workers int) error {
	var in io.Reader = strings.NewReader(house)
	if name != "" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	tasks, err := plan.Read(in)
	if err != nil {
		return err
	}
	for n := 1; n <= workers; n++ {
		steps, err := plan.Make(tasks, n)
		if err != nil {
			return err
		}
		end := time.Duration(0)
		for _, s := range steps {
			end = max(end, s.End)
		}
		fmt.Fprintf(w, "%d at work: %v\n", n, end)
		if n == workers {
			chart(w, steps, time.Hour)
		}
	}
	return nil
}

func main() {
	workers := flag.Int("n", 3, "how many work")
	flag.Parse()
	if err := run(os.Stdout, flag.Arg(0), *workers); err != nil {
		fmt.Fprintln(os.Stderr, "queue:", err)
		os.Exit(1)
	}
}
