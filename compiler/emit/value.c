/* value.c - constants, strings and zero values as C text. */
#include "emit/pkg.h"

#include <math.h>
#include <stdlib.h>

/* --- strings --- */

/* The length of the UTF-8 sequence at s that may stand in the C as it is; 0 for anything that is to
 * be escaped: bytes that are no UTF-8, and characters that do not print or turn the direction of
 * writing (C compilers warn of those). */
static size_t printable_sequence(const unsigned char *s, size_t n) {
    size_t k = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : s[0] >= 0xc3 ? 2 : 0;
    if (k == 0 || k > n || s[0] > 0xf3) return 0;
    for (size_t i = 1; i < k; i++)
        if ((s[i] & 0xc0) != 0x80) return 0;
    if (k == 3 && (s[0] == 0xe0 || s[0] == 0xe2 || s[0] >= 0xed)) return 0;
    if (k == 4 && (s[0] != 0xf0 || s[1] < 0x9f)) return 0;
    return k;
}

static void quote_byte(Buf *b, unsigned char c) {
    switch (c) {
    case '\n': buf_puts(b, "\\n"); break;
    case '\t': buf_puts(b, "\\t"); break;
    case '\\': buf_puts(b, "\\\\"); break;
    case '"': buf_puts(b, "\\\""); break;
    default:
        if (c < 0x20 || c >= 0x7f)
            buf_printf(b, "\\%03o", c);
        else
            buf_putc(b, c);
    }
}

const char *cquote(Str s) {
    Buf b = {0};
    buf_putc(&b, '"');
    for (size_t i = 0; i < s.n;) {
        const unsigned char *p = (const unsigned char *)s.p + i;
        size_t k = printable_sequence(p, s.n - i);
        if (k)
            buf_put(&b, s.p + i, k);
        else
            quote_byte(&b, *p);
        i += k ? k : 1;
        if (i % 4096 < (k ? k : 1) && i < s.n) buf_puts(&b, "\"\n\"");
    }
    buf_putc(&b, '"');
    return buf_str(&b);
}

/* Equal literals are one object: the C compiler sees to that within a file, the linker across. */
const char *cstring(Str s) {
    if (s.n == 0) return "(gm_string){NULL, 0}";
    return xprintf("GM_STR(%s)", cquote(s));
}

/* --- zero values --- */

const char *czero_init(Type *t) {
    switch (underlying(t)->kind) {
    case T_STRING:
    case T_UNTYPED_STRING:
    case T_SLICE:
    case T_INTERFACE:
    case T_ARRAY:
    case T_STRUCT:
    case T_TUPLE: return "{}";
    case T_BOOL:
    case T_UNTYPED_BOOL: return "false";
    case T_POINTER:
    case T_FUNC:
    case T_MAP:
    case T_CHAN:
    case T_UNSAFEPTR:
    case T_UNTYPED_NIL: return "NULL";
    default: return "0";
    }
}

const char *czero(Type *t) {
    const char *init = czero_init(t);
    return *init == '{' ? xprintf("(%s){}", ctype(t)) : init;
}

/* --- numbers --- */

static const char *int_text(const Const *c, Type *t, int kind) {
    int64_t i;
    uint64_t u;
    if (const_to_i64(c, &i)) {
        if (i == INT64_MIN) return "(-9223372036854775807L - 1)";
        if (i == INT32_MIN && kind == T_INT32)
            return "(-2147483647 - 1)"; /* C's -2147483648 is a long */
        const char *suffix = i > INT32_MAX || i < -INT32_MAX ? "L" : "";
        if (kind == T_UINT32 && *suffix) suffix = "u";
        return xprintf(i < 0 ? "(%lld%s)" : "%lld%s", (long long)i, suffix);
    }
    if (const_to_u64(c, &u)) return xprintf("%lluUL", (unsigned long long)u);
    ice((Pos){0}, "constant %s is not of type %s", const_str(c), type_str(t, NULL));
}

/* The shortest decimal that reads back as the same number. */
static const char *float_text(double d, bool single) {
    if (isinf(d)) return d > 0 ? "__builtin_inf()" : "(-__builtin_inf())";
    char buf[64];
    for (int prec = 1; prec <= 17; prec++) {
        snprintf(buf, sizeof buf, "%.*g", prec, d);
        if (single ? strtof(buf, NULL) == (float)d : strtod(buf, NULL) == d) break;
    }
    const char *dot = strpbrk(buf, ".e") ? "" : ".0";
    return xprintf(signbit(d) ? "(%s%s%s)" : "%s%s%s", buf, dot, single ? "f" : "");
}

static const char *complex_text(const Const *c, bool single) {
    const Const *re = const_real(c), *im = const_imag(c);
    double r = single ? (double)const_to_float(re) : const_to_double(re);
    double i = single ? (double)const_to_float(im) : const_to_double(im);
    return xprintf("__builtin_complex(%s, %s)", float_text(r, single), float_text(i, single));
}

const char *cconst(Const *c, Type *t) {
    Type *u = underlying(t);
    switch (u->kind) {
    case T_BOOL:
    case T_UNTYPED_BOOL: return const_bool_val(c) ? "true" : "false";
    case T_STRING:
    case T_UNTYPED_STRING: return cstring(const_string_val(c));
    case T_FLOAT32: return float_text((double)const_to_float(c), true);
    case T_FLOAT64:
    case T_UNTYPED_FLOAT: return float_text(const_to_double(c), false);
    case T_COMPLEX64: return complex_text(c, true);
    case T_COMPLEX128:
    case T_UNTYPED_COMPLEX: return complex_text(c, false);
    default: return int_text(c, t, u->kind);
    }
}

const char *const_init(Const *c, Type *t) {
    if (!is_string(t)) return cconst(c, t);
    Str s = const_string_val(c);
    if (s.n == 0) return "{}";
    return xprintf("{(const uint8_t *)%s, %zu}", cquote(s), s.n);
}
