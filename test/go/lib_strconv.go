// Packages strconv, errors, math, math/bits, math/cmplx.
package main

import (
	"errors"
	"math"
	"math/bits"
	"math/cmplx"
	"os"
	"strconv"
)

func say(args ...any) {
	for i, a := range args {
		if i > 0 {
			os.Stdout.WriteString(" ")
		}
		switch x := a.(type) {
		case int:
			os.Stdout.WriteString(strconv.Itoa(x))
		case int64:
			os.Stdout.WriteString(strconv.FormatInt(x, 10))
		case uint64:
			os.Stdout.WriteString(strconv.FormatUint(x, 10))
		case float64:
			os.Stdout.WriteString(strconv.FormatFloat(x, 'g', -1, 64))
		case complex128:
			os.Stdout.WriteString(strconv.FormatComplex(x, 'g', 6, 128))
		case bool:
			os.Stdout.WriteString(strconv.FormatBool(x))
		case string:
			os.Stdout.WriteString(x)
		case error:
			os.Stdout.WriteString(x.Error())
		case nil:
			os.Stdout.WriteString("nil")
		default:
			os.Stdout.WriteString("?")
		}
	}
	os.Stdout.WriteString("\n")
}

func main() {
	for _, s := range []string{"0", "-17", "123456789012345678901", "x", "", "0x1f", "9223372036854775807", "1_000"} {
		i, err := strconv.Atoi(s)
		j, err2 := strconv.ParseInt(s, 0, 64)
		say(s, i, err, j, err2)
	}
	for _, s := range []string{"0", "1.5", "-2.5e10", "1e400", "inf", "NaN", "0x1p-2", ".", "1e-400", "4.9e-324",
		"1.7976931348623157e308", "0.1", "123456789.123456789", "2.2250738585072011e-308", "179769313486231580793e289"} {
		f, err := strconv.ParseFloat(s, 64)
		say(s, f, err)
	}
	for _, f := range []float64{0, 1, 0.1, 1.0 / 3, 1e21, 1e20, 123456789, 5e-324, math.MaxFloat64, math.Inf(-1), math.Pi * 1e10} {
		say(strconv.FormatFloat(f, 'e', -1, 64), strconv.FormatFloat(f, 'f', 3, 64), strconv.FormatFloat(f, 'g', 5, 64), strconv.FormatFloat(f, 'g', -1, 32))
	}
	say(strconv.Quote("tab\t\"q\" \x00 é 世 \U0001F600 \xff"), strconv.QuoteToASCII("é世"), strconv.QuoteRune('☺'), strconv.FormatInt(-255, 16), strconv.FormatInt(35, 36), strconv.FormatUint(math.MaxUint64, 2))
	u, err := strconv.Unquote(`"a\n\u00e9\x41"`)
	say(u, err)
	_, err = strconv.Unquote(`"bad`)
	say(err, errors.Is(err, strconv.ErrSyntax))
	_, err = strconv.ParseUint("300", 10, 8)
	var ne *strconv.NumError
	say(errors.As(err, &ne), ne.Func, ne.Num, ne.Err, errors.Unwrap(err) == strconv.ErrRange)
	b, err := strconv.ParseBool("true")
	say(b, err, string(strconv.AppendInt([]byte("n="), 42, 10)))

	say(math.Sqrt(2), math.Floor(-1.5), math.Ceil(-1.5), math.Trunc(-1.5), math.Round(-2.5), math.RoundToEven(2.5), math.Abs(-3), math.Copysign(3, -0.0))
	say(math.Sin(1), math.Cos(1), math.Tan(1), math.Exp(1), math.Log(10), math.Log2(8), math.Log10(1000), math.Pow(2, 0.5))
	say(math.Atan2(1, -1), math.Hypot(3, 4), math.Mod(7, -3), math.Cbrt(27), math.Sinh(1), math.Gamma(5), math.Erf(0.5), math.FMA(2, 3, 4))
	say(math.IsNaN(math.NaN()), math.IsInf(math.Inf(1), 0), math.Signbit(math.Copysign(0, -1)), math.MaxInt64, math.Max(1, math.NaN()), math.Min(-0.0, 0))
	fr, ex := math.Frexp(10)
	in, fp := math.Modf(-3.25)
	say(fr, ex, in, fp, math.Ldexp(0.5, 5), uint64(math.Float64bits(1)), math.Float64frombits(0x4009_21fb_5444_2d18), float64(math.Float32frombits(0x40490fdb)))
	hi, lo := bits.Mul64(1<<63, 6)
	q, r := bits.Div64(1, 0, 3)
	sum, carry := bits.Add64(math.MaxUint64, 1, 0)
	diff, borrow := bits.Sub64(0, 1, 0)
	say(hi, lo, q, r, sum, carry, diff, borrow)
	say(bits.LeadingZeros64(1), bits.TrailingZeros32(8), bits.OnesCount(255), bits.Len(1023), bits.LeadingZeros8(0), bits.TrailingZeros64(0),
		uint64(bits.Reverse64(1)), uint64(bits.ReverseBytes64(1)), uint64(bits.RotateLeft64(1, -1)), uint64(bits.RotateLeft8(0x81, 1)))
	say(cmplx.Sqrt(-1), cmplx.Abs(3+4i), cmplx.Exp(1i*math.Pi), cmplx.Pow(2i, 2), cmplx.Phase(-1))
	func() {
		defer func() { say(recover().(error)) }()
		bits.Div64(1, 0, 0)
	}()
	func() {
		defer func() { say(recover().(error)) }()
		bits.Div64(3, 0, 3)
	}()
	e1 := errors.New("one")
	say(e1, errors.Is(e1, e1), errors.Is(e1, errors.New("one")))
}
