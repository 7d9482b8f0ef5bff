/* scan.c - the scanner: characters, white space, comments, names, operators.
 *
 * It reads one character ahead (ch). Characters that no Go file may contain - NUL, broken UTF-8, a
 * byte order mark other than at the very start - are reported and dropped as they are read, so
 * nothing behind next_ch() sees them (they stay in the text of a literal, which is taken from the
 * source).
 *
 * Semicolons: nlsemi is set behind a token that can end a statement; the next line end, end of
 * file, or comment that spans lines then becomes a T_SEMI.
 *
 * Positions count bytes, from 1. A column beyond what Pos can hold saturates.
 */
#include "syntax/scan.h"
#include "syntax/unicode.h"

#include <limits.h>

static const char *const tok_names[T_COUNT] = {
    [T_NONE] = "",
    [T_EOF] = "EOF",
    [T_NAME] = "name",
    [T_LITERAL] = "literal",
    [T_OPERATOR] = "op",
    [T_ASSIGNOP] = "op=",
    [T_INCOP] = "opop",
    [T_ASSIGN] = "=",
    [T_DEFINE] = ":=",
    [T_ARROW] = "<-",
    [T_STAR] = "*",
    [T_LPAREN] = "(",
    [T_LBRACK] = "[",
    [T_LBRACE] = "{",
    [T_RPAREN] = ")",
    [T_RBRACK] = "]",
    [T_RBRACE] = "}",
    [T_COMMA] = ",",
    [T_SEMI] = ";",
    [T_COLON] = ":",
    [T_DOT] = ".",
    [T_DOTDOTDOT] = "...",
    [T_BREAK] = "break",
    [T_CASE] = "case",
    [T_CHAN] = "chan",
    [T_CONST] = "const",
    [T_CONTINUE] = "continue",
    [T_DEFAULT] = "default",
    [T_DEFER] = "defer",
    [T_ELSE] = "else",
    [T_FALLTHROUGH] = "fallthrough",
    [T_FOR] = "for",
    [T_FUNC] = "func",
    [T_GO] = "go",
    [T_GOTO] = "goto",
    [T_IF] = "if",
    [T_IMPORT] = "import",
    [T_INTERFACE] = "interface",
    [T_MAP] = "map",
    [T_PACKAGE] = "package",
    [T_RANGE] = "range",
    [T_RETURN] = "return",
    [T_SELECT] = "select",
    [T_STRUCT] = "struct",
    [T_SWITCH] = "switch",
    [T_TYPE] = "type",
    [T_VAR] = "var",
};
_Static_assert(T_COUNT <= 64, "sets of tokens are 64-bit words");

const char *tok_str(Tok t) {
    return tok_names[t];
}

/* --- errors and characters --- */

Pos scan_pos(const Scanner *s, uint32_t line, uint32_t col) {
    Pos p = {line, col < UINT16_MAX ? (uint16_t)col : UINT16_MAX, (uint16_t)s->file};
    return p;
}

static void report(Scanner *s, Pos p, const char *fmt, va_list ap) {
    s->errors++;
    errorf(p, "%s", xvprintf(fmt, ap));
}

void scan_error(Scanner *s, Pos p, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    report(s, p, fmt, ap);
    va_end(ap);
}

/* At the character ahead. */
void scan_error_here(Scanner *s, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    report(s, scan_pos(s, s->ch_line + 1, s->ch_col + 1), fmt, ap);
    va_end(ap);
}

void scan_next_ch(Scanner *s) {
    for (;;) {
        s->ch_col += (uint32_t)s->chw;
        if (s->ch == '\n') {
            s->ch_line++;
            s->ch_col = 0;
        }
        if (s->p == s->end) {
            s->ch = -1;
            s->chw = 0;
            return;
        }
        if ((s->ch = (uint8_t)*s->p) < 0x80) {
            s->p++;
            s->chw = 1;
            if (s->ch) return;
            scan_error_here(s, "invalid NUL character");
            continue;
        }
        uint32_t c;
        s->chw = utf8_decode(s->p, (size_t)(s->end - s->p), &c);
        s->p += s->chw;
        s->ch = (int32_t)c;
        if (c == UNI_BAD && s->chw == 1) {
            scan_error_here(s, "invalid UTF-8 encoding");
        } else if (c != 0xfeff) {
            return;
        } else if (s->ch_line > 0 || s->ch_col > 0) {
            scan_error_here(s, "invalid BOM in the middle of the file");
        }
    }
}

static bool got(Scanner *s, int32_t c) {
    if (s->ch != c) return false;
    scan_next_ch(s);
    return true;
}

/* The source from the token's start up to the character ahead. */
static Str segment(const Scanner *s) {
    return (Str){s->start, (size_t)(s->p - s->chw - s->start)};
}

void scan_init(Scanner *s, int file, const char *src, size_t n,
               void (*on_directive)(Scanner *s, uint32_t line, uint32_t col, Str text)) {
    *s = (Scanner){.file = file, .p = src, .end = src + n, .ch = ' ', .on_directive = on_directive};
    scan_next_ch(s);
}

void scan_move(Scanner *s, const char *p, uint32_t line, uint32_t col) {
    s->p = p;
    s->ch = ' ';
    s->chw = 0;
    s->ch_line = line - 1;
    s->ch_col = col - 1;
    s->nlsemi = false;
    scan_next_ch(s);
    scan_next(s);
}

void scan_stop(Scanner *s) {
    s->p = s->end;
    s->ch = -1;
    s->chw = 0;
    s->nlsemi = false;
    s->tok = T_EOF;
}

/* --- comments --- */

static bool has_prefix(Str t, const char *prefix) {
    size_t n = strlen(prefix);
    return t.n >= n && memcmp(t.p, prefix, n) == 0;
}

/* Behind the slashes. The line end stays: it may be a semicolon. */
static void line_comment(Scanner *s) {
    while (s->ch >= 0 && s->ch != '\n') scan_next_ch(s);
    Str t = segment(s);
    if (has_prefix(t, "//go:") || has_prefix(t, "//line ")) {
        s->on_directive(s, s->line, s->col, t);
    }
}

/* Behind the opening. */
static void block_comment(Scanner *s) {
    for (;;) {
        if (s->ch < 0) {
            scan_error(s, scan_pos(s, s->line, s->col), "comment not terminated");
            return;
        }
        if (got(s, '*')) {
            if (got(s, '/')) break;
        } else {
            scan_next_ch(s);
        }
    }
    Str t = segment(s);
    if (has_prefix(t, "/*line ")) s->on_directive(s, s->line, s->col, t);
}

/* --- names --- */

static bool is_letter(int32_t c) {
    return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '_';
}

/* "U+0040 '@'" */
static char *char_name(int32_t c) {
    char utf8[5] = {0};
    if (!uni_is_print((uint32_t)c)) return xprintf("U+%04X", (unsigned)c);
    utf8_encode(utf8, (uint32_t)c);
    return xprintf("U+%04X '%s'", (unsigned)c, utf8);
}

/* Whether the character ahead belongs to a name; complains about those that nearly do. */
static bool at_name_char(Scanner *s, bool first) {
    if (s->ch < 0) return false;
    if (s->ch == '_' || uni_is_letter((uint32_t)s->ch)) return true;
    if (uni_is_digit((uint32_t)s->ch)) {
        if (first) {
            scan_error_here(s, "identifier cannot begin with digit %s", char_name(s->ch));
        }
        return true;
    }
    if (s->ch < 0x80) return false;
    scan_error_here(s, "invalid character %s in identifier", char_name(s->ch));
    return true;
}

static Tok keyword(Str t) {
    if (t.n < 2 || t.n > 11) return T_NONE;
    for (Tok k = T_BREAK; k < T_COUNT; k++) {
        if (tok_names[k][0] > t.p[0]) break;
        if (tok_names[k][0] == t.p[0] && strlen(tok_names[k]) == t.n &&
            memcmp(tok_names[k], t.p, t.n) == 0) {
            return k;
        }
    }
    return T_NONE;
}

/* Behind the first character. */
static void name(Scanner *s) {
    while (is_letter(s->ch) || is_decimal(s->ch)) scan_next_ch(s);
    if (s->ch >= 0x80) {
        while (at_name_char(s, false)) scan_next_ch(s);
    }
    Str t = segment(s);
    Tok k = keyword(t);
    if (k) {
        s->tok = k;
        s->nlsemi = k == T_BREAK || k == T_CONTINUE || k == T_FALLTHROUGH || k == T_RETURN;
        return;
    }
    s->tok = T_NAME;
    s->text = intern_n(t.p, t.n);
    s->nlsemi = true;
}

/* --- operators and punctuation; all begin at the first character --- */

static void operator_(Scanner *s, Op op, int prec) {
    s->tok = T_OPERATOR;
    s->op = op;
    s->prec = prec;
}

/* An operator that also has an assigning form. */
static void assignable(Scanner *s, Op op, int prec) {
    operator_(s, op, prec);
    if (got(s, '=')) s->tok = T_ASSIGNOP;
}

/* + and -, doubled or not. */
static void additive(Scanner *s, Op op) {
    int32_t c = s->ch;
    scan_next_ch(s);
    if (!got(s, c)) {
        assignable(s, op, PREC_ADD);
        return;
    }
    operator_(s, op, PREC_ADD);
    s->tok = T_INCOP;
    s->nlsemi = true;
}

static void ampersand(Scanner *s) {
    scan_next_ch(s);
    if (got(s, '&')) {
        operator_(s, OP_ANDAND, PREC_ANDAND);
    } else if (got(s, '^')) {
        assignable(s, OP_ANDNOT, PREC_MUL);
    } else {
        assignable(s, OP_AND, PREC_MUL);
    }
}

static void bar(Scanner *s) {
    scan_next_ch(s);
    if (got(s, '|')) {
        operator_(s, OP_OROR, PREC_OROR);
    } else {
        assignable(s, OP_OR, PREC_ADD);
    }
}

static void less(Scanner *s) {
    scan_next_ch(s);
    if (got(s, '=')) {
        operator_(s, OP_LE, PREC_CMP);
    } else if (got(s, '<')) {
        assignable(s, OP_SHL, PREC_MUL);
    } else if (got(s, '-')) {
        s->tok = T_ARROW;
    } else {
        operator_(s, OP_LT, PREC_CMP);
    }
}

static void greater(Scanner *s) {
    scan_next_ch(s);
    if (got(s, '=')) {
        operator_(s, OP_GE, PREC_CMP);
    } else if (got(s, '>')) {
        assignable(s, OP_SHR, PREC_MUL);
    } else {
        operator_(s, OP_GT, PREC_CMP);
    }
}

static void star(Scanner *s) {
    scan_next_ch(s);
    assignable(s, OP_MUL, PREC_MUL);
    if (s->tok == T_OPERATOR) s->tok = T_STAR;
}

static void dot(Scanner *s) {
    scan_next_ch(s);
    if (is_decimal(s->ch)) {
        scan_number(s, true);
        return;
    }
    /* Of two dots only the first is taken, so the look ahead is into the source. */
    if (s->ch == '.' && s->p < s->end && *s->p == '.') {
        scan_next_ch(s);
        scan_next_ch(s);
        s->tok = T_DOTDOTDOT;
        return;
    }
    s->tok = T_DOT;
}

static void punctuation(Scanner *s, Tok t) {
    scan_next_ch(s);
    s->tok = t;
    s->nlsemi = t == T_RPAREN || t == T_RBRACK || t == T_RBRACE;
}

static void semicolon(Scanner *s, const char *text) {
    s->tok = T_SEMI;
    s->text = text;
}

/* One token, or false for a comment or a character of no use. nlsemi: a line end counts. */
static bool token(Scanner *s, bool nlsemi) {
    switch (s->ch) {
    case -1:
        if (nlsemi) {
            semicolon(s, "EOF");
        } else {
            s->tok = T_EOF;
        }
        return true;
    case '\n':
        scan_next_ch(s);
        semicolon(s, "newline");
        return true;
    case ';':
        scan_next_ch(s);
        semicolon(s, "semicolon");
        return true;
    case '"': scan_string(s); return true;
    case '`': scan_raw_string(s); return true;
    case '\'': scan_rune(s); return true;
    case '(': punctuation(s, T_LPAREN); return true;
    case '[': punctuation(s, T_LBRACK); return true;
    case '{': punctuation(s, T_LBRACE); return true;
    case ')': punctuation(s, T_RPAREN); return true;
    case ']': punctuation(s, T_RBRACK); return true;
    case '}': punctuation(s, T_RBRACE); return true;
    case ',': punctuation(s, T_COMMA); return true;
    case ':':
        punctuation(s, T_COLON);
        if (got(s, '=')) s->tok = T_DEFINE;
        return true;
    case '=':
        punctuation(s, T_ASSIGN);
        if (got(s, '=')) operator_(s, OP_EQ, PREC_CMP);
        return true;
    case '!':
        scan_next_ch(s);
        operator_(s, OP_NOT, PREC_NONE);
        if (got(s, '=')) operator_(s, OP_NE, PREC_CMP);
        return true;
    case '~':
        scan_next_ch(s);
        operator_(s, OP_TILDE, PREC_NONE);
        return true;
    case '.': dot(s); return true;
    case '+': additive(s, OP_ADD); return true;
    case '-': additive(s, OP_SUB); return true;
    case '*': star(s); return true;
    case '&': ampersand(s); return true;
    case '|': bar(s); return true;
    case '<': less(s); return true;
    case '>': greater(s); return true;
    case '%':
        scan_next_ch(s);
        assignable(s, OP_REM, PREC_MUL);
        return true;
    case '^':
        scan_next_ch(s);
        assignable(s, OP_XOR, PREC_ADD);
        return true;
    case '/':
        scan_next_ch(s);
        if (got(s, '/')) {
            line_comment(s);
            return false;
        }
        if (!got(s, '*')) {
            assignable(s, OP_DIV, PREC_MUL);
            return true;
        }
        block_comment(s);
        if (!nlsemi || s->ch_line + 1 == s->line) return false;
        semicolon(s, "newline");
        return true;
    default:
        scan_error_here(s, "invalid character %s", char_name(s->ch));
        scan_next_ch(s);
        return false;
    }
}

void scan_next(Scanner *s) {
    bool nlsemi = s->nlsemi;
    s->nlsemi = false;
    for (;;) {
        uint32_t from_line = s->ch_line, from_col = s->ch_col;
        while (s->ch == ' ' || s->ch == '\t' || s->ch == '\r' || (s->ch == '\n' && !nlsemi)) {
            scan_next_ch(s);
        }
        s->line = s->ch_line + 1;
        s->col = s->ch_col + 1;
        s->blank = s->ch_line > from_line || from_col == 0;
        s->start = s->p - s->chw;
        if (is_letter(s->ch) || (s->ch >= 0x80 && at_name_char(s, true))) {
            scan_next_ch(s);
            name(s);
            return;
        }
        if (is_decimal(s->ch)) {
            scan_number(s, false);
            return;
        }
        if (token(s, nlsemi)) return;
    }
}
