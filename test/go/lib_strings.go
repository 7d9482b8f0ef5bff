// Packages strings, bytes, unicode, unicode/utf8 and utf16.
package main

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

func show(list []string) {
	for i, s := range list {
		if i > 0 {
			print(",")
		}
		print("<", s, ">")
	}
	println()
}

func main() {
	s := "the quick brown fox jumps over the lazy dog, the end"
	println(strings.Index(s, "fox"), strings.Index(s, "cat"), strings.LastIndex(s, "the"), strings.IndexByte(s, 'q'),
		strings.Count(s, "the"), strings.Count(s, "o"), strings.Count("five", ""), strings.IndexAny(s, "xyz"),
		strings.IndexRune(s, 'z'), strings.IndexFunc(s, unicode.IsPunct))
	println(strings.Contains(s, "lazy"), strings.HasPrefix(s, "the"), strings.HasSuffix(s, "end"), strings.ContainsRune(s, 'é'),
		strings.EqualFold("Straße", "STRAßE"), strings.Compare("a", "b"), strings.Compare("b", "a"), strings.Compare("a", "a"))
	show(strings.Split("a,b,,c", ","))
	show(strings.SplitN("a,b,,c", ",", 2))
	show(strings.SplitAfter("a,b,,c", ","))
	show(strings.Split("häß", ""))
	show(strings.Fields("  foo bar\tbaz \n"))
	show(strings.FieldsFunc("a1b22c", unicode.IsDigit))
	println(strings.Join([]string{"x", "y", "z"}, "--"), strings.Repeat("ab", 5), strings.ToUpper("größe"), strings.ToLower("ÄÖÜ"),
		strings.Title("two words"), strings.TrimSpace("  x\t\n"), strings.Trim("xxaxx", "x"), strings.TrimLeft("001", "0"),
		strings.TrimPrefix("prefix-a", "prefix-"), strings.TrimSuffix("a.go", ".go"), strings.Replace("aaaa", "a", "b", 2),
		strings.ReplaceAll("aaaa", "aa", "b"), strings.ToValidUTF8("a\xffb", "?"))
	before, after, found := strings.Cut("key=value", "=")
	println(before, after, found)
	r := strings.NewReplacer("<", "&lt;", ">", "&gt;", "&", "&amp;")
	println(r.Replace("a<b>c&d"), strings.NewReplacer("aaa", "3", "aa", "2", "a", "1").Replace("aaaaaa a"),
		strings.NewReplacer("a", "b", "b", "a").Replace("abba"))
	println(strings.Map(func(r rune) rune {
		if r == 'a' {
			return -1
		}
		return r + 1
	}, "banana"))
	var b strings.Builder
	for i := 0; i < 3; i++ {
		b.WriteString("line ")
		b.WriteByte(byte('0' + i))
		b.WriteRune('→')
	}
	println(b.String(), b.Len())
	long := strings.Repeat("abcdefgh", 40) + "needle-that-is-quite-long-to-search-for-with-more-than-sixty-four-bytes-in-it" + "tail"
	println(strings.Index(long, "needle-that"), strings.Index(long, long[300:390]), strings.Index(long, "hat-is"), strings.LastIndex(long, "abc"), strings.Index(long, "zzz"))
	rd := strings.NewReader("reader")
	buf := make([]byte, 4)
	n, _ := rd.Read(buf)
	println(n, string(buf[:n]), rd.Len())

	x := []byte("hello, bytes")
	println(bytes.Index(x, []byte("by")), bytes.Equal(x, []byte("hello, bytes")), bytes.Compare([]byte("a"), []byte("ab")),
		string(bytes.ToUpper(x)), bytes.Count(x, []byte("e")), string(bytes.Join([][]byte{x, x}, []byte("|"))), bytes.IndexByte(x, 'y'))
	var w bytes.Buffer
	w.WriteString("one two\nthree")
	line, err := w.ReadString('\n')
	println(line, err == nil, w.String())
	w.Reset()
	w.Write(bytes.Repeat([]byte("0123456789"), 100))
	w.Next(995)
	println(w.String(), w.Len())

	println(utf8.RuneCountInString("héllo"), utf8.ValidString("a\xff"), utf8.RuneLen('€'), utf8.RuneError)
	ru, size := utf8.DecodeRuneInString("€x")
	ru2, size2 := utf8.DecodeLastRuneInString("x€")
	println(ru, size, ru2, size2, string(utf8.AppendRune(nil, 0x10FFFF)) == "\U0010FFFF")
	for _, u := range utf16.Encode([]rune("a😀")) {
		print(u, " ")
	}
	println(string(utf16.Decode([]uint16{0x61, 0xd83d, 0xde00})))
	println(unicode.IsUpper('Ä'), unicode.IsLetter('ß'), unicode.IsDigit('٣'), unicode.IsSpace('\u00a0'), unicode.Is(unicode.Han, '世'),
		unicode.ToUpper('ÿ'), unicode.ToLower('Σ'), unicode.SimpleFold('K'), unicode.In('я', unicode.Latin, unicode.Cyrillic))
}
