// An expression calculator: a scanner, a parser by precedence climbing, and an evaluator with variables, functions that
// the user defines, and exact rational numbers. It runs the session below, or with an argument "-" what it reads from
// standard input.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"strings"
	"unicode"
)

// --- scanning ---

type kind int

const (
	end kind = iota
	number
	name
	symbol
)

type token struct {
	kind kind
	text string
	col  int
}

func (t token) String() string {
	if t.kind == end {
		return "end of line"
	}
	return fmt.Sprintf("%q", t.text)
}

// Error is a fault at a column of the line.
type Error struct {
	Col int
	Msg string
}

func (e *Error) Error() string { return fmt.Sprintf("column %d: %s", e.Col+1, e.Msg) }

func scan(line string) ([]token, error) {
	var out []token
	rs := []rune(line)
	for i := 0; i < len(rs); {
		start := i
		switch r := rs[i]; {
		case unicode.IsSpace(r):
			i++
			continue
		case unicode.IsDigit(r):
			for i < len(rs) && (unicode.IsDigit(rs[i]) || rs[i] == '.') {
				i++
			}
			out = append(out, token{number, string(rs[start:i]), start})
		case unicode.IsLetter(r):
			for i < len(rs) && (unicode.IsLetter(rs[i]) || unicode.IsDigit(rs[i])) {
				i++
			}
			out = append(out, token{name, string(rs[start:i]), start})
		case strings.ContainsRune("+-*/^(),=!", r):
			i++
			out = append(out, token{symbol, string(r), start})
		default:
			return nil, &Error{start, fmt.Sprintf("unexpected %q", r)}
		}
	}
	return append(out, token{end, "", len(rs)}), nil
}

// --- the tree ---

// An Expr gives a number in an environment.
type Expr interface {
	Eval(env *Env) (*big.Rat, error)
	fmt.Stringer
}

type (
	Num  struct{ Value *big.Rat }
	Var  struct{ token }
	Neg  struct{ X Expr }
	Fact struct {
		X   Expr
		col int
	}
	Binary struct {
		Op   token
		L, R Expr
	}
	Call struct {
		Fun  token
		Args []Expr
	}
)

func (n Num) String() string  { return show(n.Value) }
func (v Var) String() string  { return v.text }
func (n Neg) String() string  { return "(-" + n.X.String() + ")" }
func (f Fact) String() string { return f.X.String() + "!" }
func (b Binary) String() string {
	return "(" + b.L.String() + " " + b.Op.text + " " + b.R.String() + ")"
}
func (c Call) String() string {
	args := make([]string, len(c.Args))
	for i, a := range c.Args {
		args[i] = a.String()
	}
	return c.Fun.text + "(" + strings.Join(args, ", ") + ")"
}

func show(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	return r.String()
}

// --- parsing ---

type parser struct {
	toks []token
	pos  int
}

func (p *parser) peek() token { return p.toks[p.pos] }

func (p *parser) next() token {
	t := p.toks[p.pos]
	if t.kind != end {
		p.pos++
	}
	return t
}

func (p *parser) accept(text string) bool {
	if t := p.peek(); t.kind == symbol && t.text == text {
		p.pos++
		return true
	}
	return false
}

func (p *parser) expect(text string) {
	if !p.accept(text) {
		p.fail(p.peek(), "expected %q, found %v", text, p.peek())
	}
}

// fail leaves the parser by a panic, which parse turns into an error.
func (p *parser) fail(at token, format string, args ...any) {
	panic(&Error{at.col, fmt.Sprintf(format, args...)})
}

var precedence = map[string]int{"+": 1, "-": 1, "*": 2, "/": 2, "^": 4}

const unary = 3

func (p *parser) expr(least int) Expr {
	var left Expr
	if p.accept("-") {
		left = Neg{p.expr(unary)}
	} else {
		left = p.postfix()
	}
	for {
		op := p.peek()
		prec := precedence[op.text]
		if op.kind != symbol || prec < least || prec == 0 {
			return left
		}
		p.next()
		right := prec + 1
		if op.text == "^" { // to the right: 2^3^2 is 2^9
			right = prec
		}
		left = Binary{op, left, p.expr(right)}
	}
}

func (p *parser) postfix() Expr {
	x := p.primary()
	for p.peek().text == "!" {
		x = Fact{x, p.next().col}
	}
	return x
}

func (p *parser) primary() Expr {
	switch t := p.next(); {
	case t.kind == number:
		r, ok := new(big.Rat).SetString(t.text)
		if !ok {
			p.fail(t, "bad number %v", t)
		}
		return Num{r}
	case t.kind == name && p.accept("("):
		return Call{t, p.args()}
	case t.kind == name:
		return Var{t}
	case t.text == "(":
		x := p.expr(1)
		p.expect(")")
		return x
	default:
		p.fail(t, "unexpected %v", t)
		return nil
	}
}

func (p *parser) args() (args []Expr) {
	if p.accept(")") {
		return nil
	}
	for {
		args = append(args, p.expr(1))
		if p.accept(")") {
			return args
		}
		p.expect(",")
	}
}

// A Line is an expression, or the definition of a variable or a function.
type Line struct {
	Target *token
	Params []string
	IsFunc bool
	Body   Expr
}

func parse(line string) (out *Line, err error) {
	toks, err := scan(line)
	if err != nil {
		return nil, err
	}
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *Error:
			out, err = nil, e
		default:
			panic(e)
		}
	}()
	p := &parser{toks: toks}
	x := p.expr(1)
	out = &Line{Body: x}
	if p.accept("=") {
		switch target := x.(type) {
		case Var:
			out.Target = &target.token
		case Call:
			out.Target, out.IsFunc = &target.Fun, true
			for _, a := range target.Args {
				v, ok := a.(Var)
				if !ok {
					p.fail(target.Fun, "parameter %v is no name", a)
				}
				out.Params = append(out.Params, v.text)
			}
		default:
			p.fail(toks[0], "cannot define %v", x)
		}
		out.Body = p.expr(1)
	}
	if t := p.peek(); t.kind != end {
		p.fail(t, "unexpected %v", t)
	}
	return out, nil
}

// --- evaluation ---

type Func struct {
	Params []string
	Body   Expr
}

type Env struct {
	vars  map[string]*big.Rat
	funcs map[string]Func
	outer *Env
	depth int
}

func NewEnv() *Env { return &Env{vars: map[string]*big.Rat{}, funcs: map[string]Func{}} }

var ErrDivide = errors.New("division by zero")

func (n Num) Eval(*Env) (*big.Rat, error) { return n.Value, nil }

func (v Var) Eval(env *Env) (*big.Rat, error) {
	for e := env; e != nil; e = e.outer {
		if x, ok := e.vars[v.text]; ok {
			return x, nil
		}
	}
	return nil, &Error{v.col, "unknown variable " + v.text}
}

func (n Neg) Eval(env *Env) (*big.Rat, error) {
	x, err := n.X.Eval(env)
	if err != nil {
		return nil, err
	}
	return new(big.Rat).Neg(x), nil
}

func (f Fact) Eval(env *Env) (*big.Rat, error) {
	x, err := f.X.Eval(env)
	if err != nil {
		return nil, err
	}
	if !x.IsInt() || x.Sign() < 0 || x.Num().BitLen() > 12 {
		return nil, &Error{f.col, "no factorial of " + show(x)}
	}
	return new(big.Rat).SetInt(new(big.Int).MulRange(1, x.Num().Int64())), nil
}

func (b Binary) Eval(env *Env) (*big.Rat, error) {
	l, err := b.L.Eval(env)
	if err != nil {
		return nil, err
	}
	r, err := b.R.Eval(env)
	if err != nil {
		return nil, err
	}
	z := new(big.Rat)
	switch b.Op.text {
	case "+":
		return z.Add(l, r), nil
	case "-":
		return z.Sub(l, r), nil
	case "*":
		return z.Mul(l, r), nil
	case "/":
		if r.Sign() == 0 {
			return nil, fmt.Errorf("column %d: %w", b.Op.col+1, ErrDivide)
		}
		return z.Quo(l, r), nil
	}
	return power(b.Op, l, r)
}

func power(op token, x, y *big.Rat) (*big.Rat, error) {
	if !y.IsInt() || y.Num().BitLen() > 12 {
		return nil, &Error{op.col, "exponent " + show(y) + " is not a small integer"}
	}
	n := y.Num().Int64()
	if n < 0 && x.Sign() == 0 {
		return nil, fmt.Errorf("column %d: %w", op.col+1, ErrDivide)
	}
	if n < 0 {
		x, n = new(big.Rat).Inv(x), -n
	}
	e := big.NewInt(n)
	num := new(big.Int).Exp(x.Num(), e, nil)
	den := new(big.Int).Exp(x.Denom(), e, nil)
	return new(big.Rat).SetFrac(num, den), nil
}

func (c Call) Eval(env *Env) (*big.Rat, error) {
	root := env
	for root.outer != nil {
		root = root.outer
	}
	f, ok := root.funcs[c.Fun.text]
	if !ok {
		return nil, &Error{c.Fun.col, "unknown function " + c.Fun.text}
	}
	if len(f.Params) != len(c.Args) {
		return nil, &Error{c.Fun.col, fmt.Sprintf("%s takes %d arguments, not %d", c.Fun.text, len(f.Params), len(c.Args))}
	}
	if env.depth > 1000 {
		return nil, &Error{c.Fun.col, "calls are nested too deeply"}
	}
	inner := &Env{vars: map[string]*big.Rat{}, outer: root, depth: env.depth + 1}
	for i, a := range c.Args {
		x, err := a.Eval(env)
		if err != nil {
			return nil, err
		}
		inner.vars[f.Params[i]] = x
	}
	return f.Body.Eval(inner)
}

// Run takes one line and says what came of it.
func (env *Env) Run(line string) (string, error) {
	l, err := parse(line)
	if err != nil {
		return "", err
	}
	if l.IsFunc {
		env.funcs[l.Target.text] = Func{l.Params, l.Body}
		return fmt.Sprintf("%s(%s) = %v", l.Target.text, strings.Join(l.Params, ", "), l.Body), nil
	}
	x, err := l.Body.Eval(env)
	if err != nil {
		return "", err
	}
	if l.Target != nil {
		env.vars[l.Target.text] = x
	}
	s := show(x)
	if f, exact := x.Float64(); !x.IsInt() {
		about := "about "
		if exact {
			about = ""
		}
		s += fmt.Sprintf(" (%s%.10g)", about, f)
	}
	return s, nil
}

const session = `1 + 2 * 3
(1 + 2) * -3
2^3^2 - 2^-2
-2^2
1/3 + 1/6
10! / 8!
x = 0.1 + 0.2
x * 10
f(a, b) = a^2 + b^2
f(3, 4) + f(x, 1)
twice(y) = f(y, y)
twice(1/2)
2^200
1 / (x - 3/10)
f(1)
g(2)
3 + * 4
(1 + 2
7 $ 2
loop(n) = loop(n + 1)
loop(0)
2 = 3
(1/2)!
`

func main() {
	var in io.Reader = strings.NewReader(session)
	if len(os.Args) > 1 && os.Args[1] == "-" {
		in = os.Stdin
	}
	env, failed := NewEnv(), 0
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		out, err := env.Run(lines.Text())
		var at *Error
		switch {
		case errors.As(err, &at):
			failed++
			out = "error at " + at.Error()
		case errors.Is(err, ErrDivide):
			failed++
			out = "error: " + err.Error()
		case err != nil:
			panic(err)
		}
		fmt.Printf("%-24s -> %s\n", lines.Text(), out)
	}
	fmt.Println(failed, "lines with errors")
}
