/* literal.c - numbers, characters and strings as tokens.
 *
 * Only the form is checked here; the values are computed by the checker from the text. A literal in
 * which something is wrong is reported once, at the first thing wrong, and comes out marked `bad`.
 */
#include "syntax/scan.h"
#include "syntax/unicode.h"

/* Ends the token at the character ahead. The text is copied: the source need not outlive the tree.
 */
static void literal(Scanner *s, LitKind kind, bool ok) {
    size_t n = (size_t)(s->p - s->chw - s->start);
    s->tok = T_LITERAL;
    s->litkind = kind;
    s->bad = !ok;
    s->nlsemi = true;
    if (n <= 16) { /* most are short and come again */
        s->lit = (Str){intern_n(s->start, n), n};
        return;
    }
    s->lit = (Str){memcpy(alloc(n + 1), s->start, n), n};
}

static void error_at_offset(Scanner *s, size_t offset, const char *text) {
    scan_error(s, scan_pos(s, s->line, s->col + (uint32_t)offset), "%s", text);
}

static const char *base_name(int base) {
    switch (base) {
    case 2: return "binary";
    case 8: return "octal";
    case 10: return "decimal";
    default: return "hexadecimal";
    }
}

/* A character in quotes as Go's %q prints it. */
static char *quoted(int32_t c) {
    char utf8[5] = {0};
    static const char named[] = "\a\b\f\n\r\t\v\\'", names[] = "abfnrtv\\'";
    const char *at = c > 0 && c < 0x80 ? strchr(named, c) : NULL;
    if (at) return xprintf("'\\%c'", names[at - named]);
    if (uni_is_print((uint32_t)c)) {
        utf8_encode(utf8, (uint32_t)c);
        return xprintf("'%s'", utf8);
    }
    if (c < 0x80) return xprintf("'\\x%02x'", (unsigned)c);
    return xprintf(c < 0x10000 ? "'\\u%04x'" : "'\\U%08x'", (unsigned)c);
}

/* --- numbers --- */

static bool is_hex(int32_t c) {
    return is_decimal(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f');
}

typedef struct Number {
    int base;
    int32_t prefix; /* x, o, b; 0 for a leading zero; -1 for none */
    bool digits;    /* there is one (in the part that was read last) */
    bool separators;
    int invalid; /* offset of the first digit that is too large, or -1 */
    bool ok;
} Number;

/* Digits and underscores. All decimal digits are taken whatever the base: `invalid` tells of those
 * that do not belong. */
static void digits(Scanner *s, Number *n, int base) {
    for (;; scan_next_ch(s)) {
        if (s->ch == '_') {
            n->separators = true;
            continue;
        }
        if (!(base == 16 ? is_hex(s->ch) : is_decimal(s->ch))) return;
        n->digits = true;
        if (base <= 10 && s->ch >= '0' + base && n->invalid < 0) {
            n->invalid = (int)(s->ch_col + 1 - s->col);
        }
    }
}

static void number_prefix(Scanner *s, Number *n) {
    if (s->ch != '0') return;
    scan_next_ch(s);
    n->prefix = ascii_lower(s->ch);
    switch (n->prefix) {
    case 'x': n->base = 16; break;
    case 'o': n->base = 8; break;
    case 'b': n->base = 2; break;
    default:
        n->base = 8;
        n->prefix = 0;
        n->digits = true;
        return;
    }
    scan_next_ch(s);
}

/* The exponent, if there is one; says whether there was. */
static bool exponent(Scanner *s, Number *n, bool is_float) {
    int32_t e = ascii_lower(s->ch);
    if (e != 'e' && e != 'p') {
        if (n->prefix == 'x' && is_float && n->ok) {
            scan_error_here(s, "hexadecimal mantissa requires a 'p' exponent");
            n->ok = false;
        }
        return false;
    }
    if (n->ok && e == 'e' && n->prefix > 0) {
        scan_error_here(s, "%s exponent requires decimal mantissa", quoted(s->ch));
        n->ok = false;
    } else if (n->ok && e == 'p' && n->prefix != 'x') {
        scan_error_here(s, "%s exponent requires hexadecimal mantissa", quoted(s->ch));
        n->ok = false;
    }
    scan_next_ch(s);
    if (s->ch == '+' || s->ch == '-') scan_next_ch(s);
    n->digits = false;
    digits(s, n, 10);
    if (!n->digits && n->ok) {
        scan_error_here(s, "exponent has no digits");
        n->ok = false;
    }
    return true;
}

/* The offset of the first underscore that does not stand between digits (a prefix counts as one),
 * or -1. */
static int bad_separator(Str t) {
    int32_t prefix = t.n >= 2 && t.p[0] == '0' ? ascii_lower(t.p[1]) : 0;
    bool prefixed = prefix == 'x' || prefix == 'o' || prefix == 'b';
    enum { DIGIT, SEPARATOR, OTHER } last = prefixed ? DIGIT : OTHER;
    for (size_t i = prefixed ? 2 : 0; i < t.n; i++) {
        if (t.p[i] == '_') {
            if (last != DIGIT) return (int)i;
            last = SEPARATOR;
        } else if (is_decimal(t.p[i]) || (prefix == 'x' && is_hex(t.p[i]))) {
            last = DIGIT;
        } else {
            if (last == SEPARATOR) return (int)i - 1;
            last = OTHER;
        }
    }
    return last == SEPARATOR ? (int)t.n - 1 : -1;
}

void scan_number(Scanner *s, bool seen_point) {
    Number n = {.base = 10, .prefix = -1, .invalid = -1, .ok = true};
    LitKind kind = LIT_INT;
    if (!seen_point) {
        number_prefix(s, &n);
        digits(s, &n, n.base);
        if (s->ch == '.') {
            if (n.prefix == 'o' || n.prefix == 'b') {
                scan_error_here(s, "invalid radix point in %s literal", base_name(n.base));
                n.ok = false;
            }
            scan_next_ch(s);
            seen_point = true;
        }
    }
    if (seen_point) {
        kind = LIT_FLOAT;
        digits(s, &n, n.base);
    }
    if (!n.digits && n.ok) {
        scan_error_here(s, "%s literal has no digits", base_name(n.base));
        n.ok = false;
    }
    if (exponent(s, &n, kind == LIT_FLOAT)) kind = LIT_FLOAT;
    if (s->ch == 'i') {
        kind = LIT_IMAG;
        scan_next_ch(s);
    }
    literal(s, kind, true);
    if (kind == LIT_INT && n.invalid >= 0 && n.ok) {
        error_at_offset(
            s, (size_t)n.invalid,
            xprintf("invalid digit '%c' in %s literal", s->lit.p[n.invalid], base_name(n.base)));
        n.ok = false;
    }
    if (n.separators && n.ok) {
        int i = bad_separator(s->lit);
        if (i >= 0) {
            error_at_offset(s, (size_t)i, "'_' must separate successive digits");
            n.ok = false;
        }
    }
    s->bad = !n.ok;
}

/* --- characters and strings --- */

/* The digits of a numeric escape. At the end of the file nothing is said: the caller will. */
static bool escape_digits(Scanner *s, int n, int base, uint32_t max) {
    uint32_t x = 0;
    for (; n > 0; n--) {
        if (s->ch < 0) return true;
        int d = base;
        if (is_decimal(s->ch)) {
            d = s->ch - '0';
        } else if (is_hex(s->ch)) {
            d = ascii_lower(s->ch) - 'a' + 10;
        }
        if (d >= base) {
            scan_error_here(s, "invalid character %s in %s escape", quoted(s->ch), base_name(base));
            return false;
        }
        x = x * (uint32_t)base + (uint32_t)d;
        scan_next_ch(s);
    }
    if (x > max && base == 8) {
        scan_error_here(s, "octal escape value %u > 255", x);
        return false;
    }
    if (x > max || (x >= 0xd800 && x < 0xe000)) {
        scan_error_here(s, "escape is invalid Unicode code point U+%04X", x);
        return false;
    }
    return true;
}

/* Behind the backslash. */
static bool escape(Scanner *s, int32_t quote) {
    if (s->ch == quote) {
        scan_next_ch(s);
        return true;
    }
    switch (s->ch) {
    case -1: return true; /* the caller complains */
    case 'a':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
    case 'v':
    case '\\': scan_next_ch(s); return true;
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7': return escape_digits(s, 3, 8, 255);
    case 'x': scan_next_ch(s); return escape_digits(s, 2, 16, 255);
    case 'u': scan_next_ch(s); return escape_digits(s, 4, 16, UNI_MAX);
    case 'U': scan_next_ch(s); return escape_digits(s, 8, 16, UNI_MAX);
    }
    scan_error_here(s, "unknown escape");
    return false;
}

void scan_rune(Scanner *s) {
    bool ok = true;
    scan_next_ch(s);
    for (int n = 0;; n++) {
        if (s->ch == '\'') {
            if (ok && n == 0) {
                scan_error_here(s, "empty rune literal or unescaped '");
                ok = false;
            } else if (ok && n != 1) {
                error_at_offset(s, 0, "more than one character in rune literal");
                ok = false;
            }
            scan_next_ch(s);
            break;
        }
        if (s->ch == '\n') {
            if (ok) scan_error_here(s, "newline in rune literal");
            ok = false;
            break;
        }
        if (s->ch < 0) {
            if (ok) error_at_offset(s, 0, "rune literal not terminated");
            ok = false;
            break;
        }
        bool backslash = s->ch == '\\';
        scan_next_ch(s);
        if (backslash && !escape(s, '\'')) ok = false;
    }
    literal(s, LIT_RUNE, ok);
}

void scan_string(Scanner *s) {
    bool ok = true;
    scan_next_ch(s);
    while (s->ch != '"') {
        if (s->ch == '\n') {
            scan_error_here(s, "newline in string");
            literal(s, LIT_STRING, false);
            return;
        }
        if (s->ch < 0) {
            error_at_offset(s, 0, "string not terminated");
            literal(s, LIT_STRING, false);
            return;
        }
        bool backslash = s->ch == '\\';
        scan_next_ch(s);
        if (backslash && !escape(s, '"')) ok = false;
    }
    scan_next_ch(s);
    literal(s, LIT_STRING, ok);
}

/* Carriage returns stay in the text, though they are no part of the value. */
void scan_raw_string(Scanner *s) {
    scan_next_ch(s);
    while (s->ch >= 0 && s->ch != '`') scan_next_ch(s);
    bool ok = s->ch == '`';
    if (ok) {
        scan_next_ch(s);
    } else {
        error_at_offset(s, 0, "string not terminated");
    }
    literal(s, LIT_STRING, ok);
}
