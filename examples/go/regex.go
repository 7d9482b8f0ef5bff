// A small regular-expression engine: a parser, a compiler to a program for Thompson's machine, and the machine itself,
// which follows all alternatives at once and so never goes back in the text. It knows . [a-z] [^a-z] \d \w \s * + ? {n,m}
// and their reluctant forms, | ( ) ^ $, and reports groups, the leftmost match first, as Perl would choose it.
package main

import (
	"fmt"
	"iter"
	"strings"
	"unicode/utf8"
)

// --- the program ---

type op uint8

const (
	opRune  op = iota // go on at x if the character is in the class
	opSplit           // go on at x, or with less priority at y
	opJump
	opSave // note the place as n
	opBegin
	opEnd
	opMatch
)

type inst struct {
	op    op
	x, y  int
	n     int
	class *class
}

type class struct {
	ranges []rune // pairs
	not    bool
}

func (c *class) has(r rune) bool {
	for i := 0; i < len(c.ranges); i += 2 {
		if c.ranges[i] <= r && r <= c.ranges[i+1] {
			return !c.not
		}
	}
	return c.not
}

// A Regexp is a compiled expression; it may be used by several goroutines at once.
type Regexp struct {
	expr   string
	prog   []inst
	groups int
}

// --- the compiler: one pass, in which every piece of the expression appends its instructions ---

type compiler struct {
	src  string
	pos  int
	prog []inst
	nsub int
}

type syntaxError struct {
	pos int
	msg string
}

// Compile makes a Regexp of an expression.
func Compile(expr string) (re *Regexp, err error) {
	c := &compiler{src: expr}
	defer func() {
		if e, ok := recover().(syntaxError); ok {
			re, err = nil, fmt.Errorf("regex: %s at %d in %q", e.msg, e.pos, expr)
		}
	}()
	c.group(0)
	if c.pos < len(c.src) {
		c.fail("unexpected )")
	}
	c.emit(inst{op: opMatch})
	return &Regexp{expr, c.prog, c.nsub + 1}, nil
}

func MustCompile(expr string) *Regexp {
	re, err := Compile(expr)
	if err != nil {
		panic(err)
	}
	return re
}

func (c *compiler) fail(msg string) { panic(syntaxError{c.pos, msg}) }

func (c *compiler) emit(i inst) int {
	c.prog = append(c.prog, i)
	return len(c.prog) - 1
}

func (c *compiler) peek() rune {
	if c.pos == len(c.src) {
		return -1
	}
	r, _ := utf8.DecodeRuneInString(c.src[c.pos:])
	return r
}

func (c *compiler) next() rune {
	r, n := utf8.DecodeRuneInString(c.src[c.pos:])
	c.pos += n
	return r
}

func (c *compiler) group(n int) {
	c.emit(inst{op: opSave, n: 2 * n})
	c.alternatives()
	c.emit(inst{op: opSave, n: 2*n + 1})
}

func (c *compiler) alternatives() {
	var jumps []int
	for {
		start := len(c.prog)
		c.sequence()
		if c.peek() != '|' {
			break
		}
		c.next()
		c.insert(start, inst{op: opSplit, x: start + 1})
		jumps = append(jumps, c.emit(inst{op: opJump}))
		c.prog[start].y = len(c.prog)
	}
	for _, j := range jumps {
		c.prog[j].x = len(c.prog)
	}
}

// insert puts an instruction before those from at on, whose targets move along.
func (c *compiler) insert(at int, i inst) {
	c.prog = append(c.prog, inst{})
	copy(c.prog[at+1:], c.prog[at:])
	for k := at + 1; k < len(c.prog); k++ {
		moved := &c.prog[k]
		if moved.op == opSplit || moved.op == opJump {
			moved.x++
			moved.y++
		}
	}
	c.prog[at] = i
}

func (c *compiler) sequence() {
	for {
		switch c.peek() {
		case -1, '|', ')':
			return
		}
		start, nsub, from := len(c.prog), c.nsub, c.pos
		c.atom()
		c.repeat(start, nsub, from)
	}
}

func (c *compiler) atom() {
	switch r := c.next(); r {
	case '(':
		c.nsub++
		c.group(c.nsub)
		if c.peek() != ')' {
			c.fail("missing )")
		}
		c.next()
	case '[':
		c.emit(inst{op: opRune, class: c.class()})
	case '.':
		c.emit(inst{op: opRune, class: &class{ranges: []rune{'\n', '\n'}, not: true}})
	case '^':
		c.emit(inst{op: opBegin})
	case '$':
		c.emit(inst{op: opEnd})
	case '\\':
		c.emit(inst{op: opRune, class: c.escape()})
	case '*', '+', '?', '{':
		c.pos--
		c.fail("nothing to repeat")
	default:
		c.emit(inst{op: opRune, class: &class{ranges: []rune{r, r}}})
	}
}

func (c *compiler) escape() *class {
	if c.peek() < 0 {
		c.fail("trailing backslash")
	}
	switch r := c.next(); r {
	case 'd':
		return &class{ranges: []rune{'0', '9'}}
	case 'w':
		return &class{ranges: []rune{'0', '9', 'A', 'Z', '_', '_', 'a', 'z'}}
	case 's':
		return &class{ranges: []rune{'\t', '\r', ' ', ' '}}
	case 'n':
		return &class{ranges: []rune{'\n', '\n'}}
	default:
		return &class{ranges: []rune{r, r}}
	}
}

func (c *compiler) class() *class {
	cl := &class{}
	if c.peek() == '^' {
		c.next()
		cl.not = true
	}
	for first := true; first || c.peek() != ']'; first = false {
		if c.peek() < 0 {
			c.fail("missing ]")
		}
		lo := c.next()
		if lo == '\\' {
			cl.ranges = append(cl.ranges, c.escape().ranges...)
			continue
		}
		hi := lo
		if strings.HasPrefix(c.src[c.pos:], "-") && !strings.HasPrefix(c.src[c.pos:], "-]") {
			c.next()
			hi = c.next()
		}
		if hi < lo {
			c.fail("bad range")
		}
		cl.ranges = append(cl.ranges, lo, hi)
	}
	c.next()
	return cl
}

// repeat reads what may follow an atom, whose code begins at start and whose text at from.
func (c *compiler) repeat(start, nsub, from int) {
	lo, hi := 1, 1
	switch c.peek() {
	case '*':
		lo, hi = 0, -1
	case '+':
		lo, hi = 1, -1
	case '?':
		lo, hi = 0, 1
	case '{':
		lo, hi = c.counts()
	default:
		return
	}
	c.next()
	greedy := true
	if c.peek() == '?' {
		c.next()
		greedy = false
	}
	rest := c.pos
	again := func() { // compiles the atom once more
		sub := c.nsub
		c.pos, c.nsub = from, nsub
		c.atom()
		c.pos, c.nsub = rest, sub
	}
	if lo == 0 {
		c.prog = c.prog[:start]
	}
	for i := 1; i < lo; i++ {
		again()
	}
	if hi < 0 {
		loop := c.emit(inst{op: opSplit})
		again()
		c.emit(inst{op: opJump, x: loop})
		c.choose(loop, greedy)
		return
	}
	var splits []int
	for i := lo; i < hi; i++ {
		splits = append(splits, c.emit(inst{op: opSplit}))
		again()
	}
	for _, s := range splits {
		c.choose(s, greedy)
	}
}

// choose lets the split at i prefer what follows it, or the end of the program so far.
func (c *compiler) choose(i int, follow bool) {
	s := &c.prog[i]
	if s.x, s.y = i+1, len(c.prog); !follow {
		s.x, s.y = s.y, s.x
	}
}

// counts reads {n}, {n,} or {n,m} up to the closing brace.
func (c *compiler) counts() (lo, hi int) {
	n := strings.IndexByte(c.src[c.pos:], '}')
	if n < 0 {
		c.fail("missing }")
	}
	text := c.src[c.pos+1 : c.pos+n]
	low, high, ranged := strings.Cut(text, ",")
	if _, err := fmt.Sscan(low, &lo); err != nil {
		c.fail("bad count")
	}
	hi = lo
	if ranged && high == "" {
		hi = -1
	} else if ranged {
		if _, err := fmt.Sscan(high, &hi); err != nil || hi < lo {
			c.fail("bad count")
		}
	}
	if max(lo, hi) > 100 {
		c.fail("count too large")
	}
	c.pos += n
	return lo, hi
}

// --- the machine ---

type thread struct {
	pc   int
	caps []int
}

// A list holds the threads at one place of the text, the most wanted first, each instruction once.
type list struct {
	threads []thread
	seen    []int
	mark    int
}

func (re *Regexp) add(l *list, pc int, caps []int, pos, length int) {
	if l.seen[pc] == l.mark {
		return
	}
	l.seen[pc] = l.mark
	switch in := re.prog[pc]; in.op {
	case opJump:
		re.add(l, in.x, caps, pos, length)
	case opSplit:
		re.add(l, in.x, caps, pos, length)
		re.add(l, in.y, caps, pos, length)
	case opSave:
		mine := append([]int(nil), caps...)
		mine[in.n] = pos
		re.add(l, pc+1, mine, pos, length)
	case opBegin:
		if pos == 0 {
			re.add(l, pc+1, caps, pos, length)
		}
	case opEnd:
		if pos == length {
			re.add(l, pc+1, caps, pos, length)
		}
	default:
		l.threads = append(l.threads, thread{pc, caps})
	}
}

// FindIndex gives the places of the leftmost match at or behind from, and of its groups: pairs, -1 for groups that took no
// part; nil without a match.
func (re *Regexp) FindIndex(s string, from int) []int {
	n := len(re.prog)
	now, then := &list{seen: make([]int, n)}, &list{seen: make([]int, n)}
	var found []int
	mark := 0
	for pos := from; ; {
		mark++
		if found == nil {
			start := make([]int, 2*re.groups)
			for i := range start {
				start[i] = -1
			}
			now.mark = mark
			for _, t := range now.threads {
				now.seen[t.pc] = mark
			}
			re.add(now, 0, start, pos, len(s))
		}
		if len(now.threads) == 0 && found != nil {
			return found
		}
		r, size := utf8.DecodeRuneInString(s[pos:])
		mark++
		then.threads, then.mark = then.threads[:0], mark
	threads:
		for _, t := range now.threads {
			switch in := re.prog[t.pc]; {
			case in.op == opMatch:
				found = t.caps
				break threads // the others are wanted less
			case size > 0 && in.class.has(r):
				re.add(then, t.pc+1, t.caps, pos+size, len(s))
			}
		}
		if pos == len(s) {
			return found
		}
		pos += size
		now, then = then, now
	}
}

// All goes through the matches that do not overlap, with their groups.
func (re *Regexp) All(s string) iter.Seq2[int, []string] {
	return func(yield func(int, []string) bool) {
		for from := 0; from <= len(s); {
			m := re.FindIndex(s, from)
			if m == nil || !yield(m[0], texts(s, m)) {
				return
			}
			from = m[1]
			if m[0] == m[1] {
				_, size := utf8.DecodeRuneInString(s[from:])
				from += max(size, 1)
			}
		}
	}
}

func texts(s string, m []int) []string {
	out := make([]string, len(m)/2)
	for i := range out {
		if m[2*i] >= 0 && m[2*i+1] >= 0 {
			out[i] = s[m[2*i]:m[2*i+1]]
		}
	}
	return out
}

func (re *Regexp) Replace(s string, f func(groups []string) string) string {
	var b strings.Builder
	done := 0
	for at, groups := range re.All(s) {
		b.WriteString(s[done:at])
		b.WriteString(f(groups))
		done = at + len(groups[0])
	}
	b.WriteString(s[done:])
	return b.String()
}

func main() {
	tests := []struct{ expr, text string }{
		{`a+b*`, "xaab aa b"},
		{`(a|ab)(c|bcd)(d*)`, "abcd"},
		{`<(.+?)>`, "<one> and <two>"},
		{`^(\w+)\s+(\w+)$`, "hello  world"},
		{`[^,]+`, "red,green,,blue"},
		{`\d{3}-\d{4}`, "call 555-1234 or 55-12345"},
		{`(\d{1,3})\.(\d{1,3})`, "10.200 and 3.14159"},
		{`x*`, "axxb"},
		{`(ä|ö|ü)+`, "grüöße"},
		{`(a*)(a?)a{2,}`, "aaaa"},
		{`nothing`, "something"},
		{`colou?r`, "color colour colr"},
	}
	for _, t := range tests {
		re := MustCompile(t.expr)
		fmt.Printf("%-20s %-28q", t.expr, t.text)
		for at, groups := range re.All(t.text) {
			fmt.Printf(" %d:%q", at, groups)
		}
		fmt.Println()
	}
	dates := MustCompile(`(\d{4})-(\d\d)-(\d\d)`)
	fmt.Println(dates.Replace("from 2024-02-29 to 2025-12-01", func(g []string) string {
		return g[3] + "." + g[2] + "." + g[1]
	}))
	// Backtracking would take longer than there is time for this.
	n := 28
	slow := MustCompile(strings.Repeat("a?", n) + strings.Repeat("a", n))
	fmt.Println(slow.FindIndex(strings.Repeat("a", n), 0), len(slow.prog), "instructions")
	for _, bad := range []string{`(a`, `a)`, `[a-`, `*a`, `a{2`, `a{3,1}`, `[z-a]`, `\`} {
		_, err := Compile(bad)
		fmt.Println(err)
	}
}
