/* const_text.c - constants from literals, and constants as messages print them. */
#include "types/const_impl.h"
#include "syntax/unicode.h"

#include <math.h>
#include <stdlib.h>

enum {
    FLOAT_BITS = 512,
    SMALL_EXP = 4096,   /* floats of a larger binary exponent are not kept as rationals */
    LONGEST_STRING = 72 /* characters of a string constant that messages show */
};

/* --- literals --- */

/* The literal without underscores. */
static char *without_underscores(Str text) {
    char *s = alloc(text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '_') s[n++] = text.p[i];
    return s;
}

/* Base of a literal with a prefix 0x, 0b, 0o, advancing past it; 10 without one. */
static int prefix_base(const char **s) {
    if ((*s)[0] != '0') return 10;
    switch ((*s)[1] | 0x20) {
    case 'x': *s += 2; return 16;
    case 'b': *s += 2; return 2;
    case 'o': *s += 2; return 8;
    default: return 10;
    }
}

static Const *int_literal(const char *s) {
    int base = prefix_base(&s);
    if (base == 10 && s[0] == '0' && s[1]) base = 8;
    Const *c = const_new_int();
    return mpz_set_str(c->z, s, base) == 0 ? c : NULL;
}

/* Decimal mantissa and exponent as an exact rational. */
static bool decimal_to_rat(mpq_t q, const char *s) {
    char *digits = alloc(strlen(s) + 2);
    size_t n = 0;
    long exp = 0;
    bool point = false;
    for (; *s && (*s | 0x20) != 'e'; s++) {
        if (*s == '.') {
            point = true;
            continue;
        }
        digits[n++] = *s;
        exp -= point;
    }
    if (*s) exp += strtol(s + 1, NULL, 10);
    if (n == 0 || mpz_set_str(mpq_numref(q), digits, 10) != 0) return false;
    mpz_t ten;
    mpz_init(ten);
    mpz_ui_pow_ui(ten, 10, (unsigned long)labs(exp));
    if (exp >= 0)
        mpz_mul(mpq_numref(q), mpq_numref(q), ten);
    else
        mpz_set(mpq_denref(q), ten);
    mpz_clear(ten);
    mpq_canonicalize(q);
    return true;
}

/* Hexadecimal mantissa (after 0x) and binary exponent as an exact rational. */
static bool hex_to_rat(mpq_t q, const char *s) {
    char *digits = alloc(strlen(s) + 2);
    size_t n = 0;
    long exp = 0;
    bool point = false;
    for (; *s && (*s | 0x20) != 'p'; s++) {
        if (*s == '.') {
            point = true;
            continue;
        }
        digits[n++] = *s;
        if (point) exp -= 4;
    }
    if (*s) exp += strtol(s + 1, NULL, 10);
    if (n == 0 || mpz_set_str(mpq_numref(q), digits, 16) != 0) return false;
    if (exp >= 0)
        mpq_mul_2exp(q, q, (mp_bitcnt_t)exp);
    else
        mpq_div_2exp(q, q, (mp_bitcnt_t)-exp);
    return true;
}

static Const *float_literal(const char *s) {
    const char *digits = s;
    int base = prefix_base(&digits);
    if (base == 2 || base == 8) return int_literal(s);
    const_limit_exponents();
    mpfr_t f;
    mpfr_init2(f, FLOAT_BITS);
    char *end;
    mpfr_strtofr(f, digits, &end, base, MPFR_RNDN);
    Const *c = NULL;
    if (*end) goto out;
    bool zero = mpfr_zero_p(f) != 0;
    mpfr_exp_t e = zero || !mpfr_number_p(f) ? 0 : mpfr_get_exp(f);
    if (!mpfr_number_p(f)) goto out;
    if (zero) {
        c = const_from_double(0);
    } else if (-SMALL_EXP < e && e < SMALL_EXP) {
        mpq_t q;
        mpq_init(q);
        if (base == 16 ? hex_to_rat(q, digits) : decimal_to_rat(q, digits)) c = const_from_mpq(q);
        mpq_clear(q);
    } else {
        c = const_from_mpfr(f);
    }
out:
    mpfr_clear(f);
    return c;
}

static int hex_digit(int c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads n digits of the base at *p; false if they are not there. */
static bool read_digits(const char **p, const char *end, int n, int base, uint32_t *out) {
    uint32_t v = 0;
    for (; n > 0; n--, (*p)++) {
        int d = *p < end ? hex_digit((unsigned char)**p) : -1;
        if (d < 0 || d >= base) return false;
        v = v * (uint32_t)base + (uint32_t)d;
    }
    *out = v;
    return true;
}

/* One escape after the backslash: a byte (*is_byte) or a character. */
static bool read_escape(const char **p, const char *end, uint32_t *out, bool *is_byte) {
    if (*p >= end) return false;
    *is_byte = false;
    int c = (unsigned char)*(*p)++;
    switch (c) {
    case 'a': *out = '\a'; return true;
    case 'b': *out = '\b'; return true;
    case 'f': *out = '\f'; return true;
    case 'n': *out = '\n'; return true;
    case 'r': *out = '\r'; return true;
    case 't': *out = '\t'; return true;
    case 'v': *out = '\v'; return true;
    case '\\':
    case '\'':
    case '"': *out = (uint32_t)c; return true;
    case 'x': *is_byte = true; return read_digits(p, end, 2, 16, out);
    case 'u': return read_digits(p, end, 4, 16, out);
    case 'U': return read_digits(p, end, 8, 16, out);
    default:
        (*p)--;
        *is_byte = true;
        return read_digits(p, end, 3, 8, out);
    }
}

static Const *string_literal(Str text) {
    if (text.n < 2) return NULL;
    const char *p = text.p + 1, *end = text.p + text.n - 1;
    char *out = alloc(text.n + 1);
    size_t n = 0;
    bool raw = text.p[0] == '`';
    while (p < end) {
        if (raw || *p != '\\') {
            if (!raw || *p != '\r') out[n++] = *p;
            p++;
            continue;
        }
        p++;
        uint32_t r;
        bool is_byte;
        if (!read_escape(&p, end, &r, &is_byte)) return NULL;
        if (is_byte)
            out[n++] = (char)r;
        else
            n += (size_t)utf8_encode(out + n, r);
    }
    return const_string((Str){out, n});
}

static Const *rune_literal(Str text) {
    if (text.n < 3) return NULL;
    const char *p = text.p + 1, *end = text.p + text.n - 1;
    uint32_t r;
    if (*p == '\\') {
        bool is_byte;
        p++;
        return read_escape(&p, end, &r, &is_byte) ? const_i64(r) : NULL;
    }
    utf8_decode(p, (size_t)(end - p), &r);
    return const_i64(r);
}

Const *const_from_literal(LitKind kind, Str text) {
    switch (kind) {
    case LIT_STRING: return string_literal(text);
    case LIT_RUNE: return rune_literal(text);
    default: break;
    }
    char *s = without_underscores(text);
    size_t n = strlen(s);
    if (n == 0) return NULL;
    if (kind == LIT_INT) return int_literal(s);
    if (kind == LIT_FLOAT) return float_literal(s);
    if (s[n - 1] != 'i') return NULL;
    s[n - 1] = 0;
    Const *im = float_literal(s); /* 0123i is decimal */
    return im ? const_make_complex(const_i64(0), im) : NULL;
}

/* --- printing --- */

char *const_exact_int(const Const *c) {
    c = const_to_int(c);
    if (!c) return xstrdup("?");
    char *s = alloc(mpz_sizeinbase(c->z, 10) + 2);
    return mpz_get_str(s, 10, c->z);
}

static void quote_rune(Buf *b, uint32_t r, const char *p, int n) {
    if (r == 0xfffd && n == 1) {
        buf_printf(b, "\\x%02x", (unsigned char)*p);
        return;
    }
    switch (r) {
    case '"': buf_puts(b, "\\\""); return;
    case '\\': buf_puts(b, "\\\\"); return;
    case '\a': buf_puts(b, "\\a"); return;
    case '\b': buf_puts(b, "\\b"); return;
    case '\f': buf_puts(b, "\\f"); return;
    case '\n': buf_puts(b, "\\n"); return;
    case '\r': buf_puts(b, "\\r"); return;
    case '\t': buf_puts(b, "\\t"); return;
    case '\v': buf_puts(b, "\\v"); return;
    }
    if (uni_is_print(r))
        buf_put(b, p, (size_t)n);
    else if (r < 0x20 || r == 0x7f)
        buf_printf(b, "\\x%02x", r);
    else
        buf_printf(b, r < 0x10000 ? "\\u%04x" : "\\U%08x", r);
}

char *const_quote(Str s) {
    Buf b = {0};
    buf_putc(&b, '"');
    for (const char *p = s.p, *end = s.p + s.n; p < end;) {
        uint32_t r;
        int n = utf8_decode(p, (size_t)(end - p), &r);
        quote_rune(&b, r, p, n);
        p += n;
    }
    buf_putc(&b, '"');
    return buf_str(&b);
}

/* Quoted, and shortened to LONGEST_STRING characters. */
static char *quoted(Str s) {
    Buf b = {0};
    const char *p = s.p, *end = s.p + s.n;
    int count = 0, n;
    size_t cut = 0; /* length of the text when three characters less than the longest stood */
    buf_putc(&b, '"');
    Buf whole = {0};
    for (; p < end; p += n, count++) {
        if (count == LONGEST_STRING - 3) cut = b.n;
        if (count > LONGEST_STRING) break;
        uint32_t r;
        n = utf8_decode(p, (size_t)(end - p), &r);
        quote_rune(&b, r, p, n);
    }
    buf_put(&whole, b.p, count > LONGEST_STRING ? cut : b.n);
    buf_puts(&whole, count > LONGEST_STRING ? "...\"" : "\"");
    return buf_str(&whole);
}

/* A float outside the range of double, about: mantissa * 2^exp turned to powers of ten. */
static char *far_float(const mpfr_t f) {
    long exp;
    double m = mpfr_get_d_2exp(&exp, f, MPFR_RNDN);
    double d = (double)exp * (M_LN2 / M_LN10);
    long e = (long)d;
    m *= pow(10, d - (double)e);
    if (fabs(m) < 1 - 0.5e-6) {
        m *= 10;
        e--;
    } else if (fabs(m) >= 10) {
        m /= 10;
        e++;
    }
    return xprintf("%.6ge%+ld", m, e);
}

/* Six digits, but as many as it takes where these would read as an integer that it is not. */
static char *double_str(const Const *c, double d) {
    char *s = xprintf("%.6g", d);
    if (strchr(s, '.') || const_to_int(c)) return s;
    for (int digits = 7; digits <= 17; digits++) {
        s = xprintf("%.*g", digits, d);
        if (strtod(s, NULL) == d) break;
    }
    return s;
}

static char *float_str(const Const *c) {
    double d = const_to_double(c);
    if ((const_sign(c) == 0) == (d == 0) && !isinf(d)) return double_str(c, d);
    mpfr_t f;
    mpfr_init2(f, FLOAT_BITS);
    if (c->rat)
        mpfr_set_q(f, c->q, MPFR_RNDN);
    else
        mpfr_set(f, c->f, MPFR_RNDN);
    char *s = far_float(f);
    mpfr_clear(f);
    return s;
}

char *const_str(const Const *c) {
    switch (const_kind(c)) {
    case CONST_BOOL: return xstrdup(c->b ? "true" : "false");
    case CONST_STRING: return quoted(c->s);
    case CONST_INT: return const_exact_int(c);
    case CONST_FLOAT: return float_str(c);
    case CONST_COMPLEX: return xprintf("(%s + %si)", const_str(c->re), const_str(c->im));
    default: return xstrdup("unknown");
    }
}
