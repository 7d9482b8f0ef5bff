/* scan.h - from characters to tokens.
 *
 * The parser owns a Scanner and calls scan_next(); the token then stands in the scanner's fields.
 * Semicolons that Go inserts at line ends are tokens like the written ones. Lexical errors are
 * reported here, and a token always follows: what is malformed comes as a literal marked `bad`.
 */
#ifndef SYNTAX_SCAN_H
#define SYNTAX_SCAN_H

#include "syntax/ast.h"

typedef enum Tok {
    T_NONE,
    T_EOF,
    T_NAME,
    T_LITERAL,
    T_OPERATOR, /* an operator without a token of its own: op and prec say which */
    T_ASSIGNOP, /* op= */
    T_INCOP,    /* ++ -- */
    T_ASSIGN,
    T_DEFINE,
    T_ARROW,
    T_STAR,
    T_LPAREN,
    T_LBRACK,
    T_LBRACE,
    T_RPAREN,
    T_RBRACK,
    T_RBRACE,
    T_COMMA,
    T_SEMI,
    T_COLON,
    T_DOT,
    T_DOTDOTDOT,
    T_BREAK, /* the keywords, in alphabetical order */
    T_CASE,
    T_CHAN,
    T_CONST,
    T_CONTINUE,
    T_DEFAULT,
    T_DEFER,
    T_ELSE,
    T_FALLTHROUGH,
    T_FOR,
    T_FUNC,
    T_GO,
    T_GOTO,
    T_IF,
    T_IMPORT,
    T_INTERFACE,
    T_MAP,
    T_PACKAGE,
    T_RANGE,
    T_RETURN,
    T_SELECT,
    T_STRUCT,
    T_SWITCH,
    T_TYPE,
    T_VAR,
    T_COUNT, /* at most 64: sets of tokens are words */
} Tok;

enum { PREC_NONE, PREC_OROR, PREC_ANDAND, PREC_CMP, PREC_ADD, PREC_MUL };

typedef struct Scanner Scanner;
struct Scanner {
    /* The current token. */
    Tok tok;
    uint32_t line, col; /* of its first character, from 1 */
    bool blank;         /* nothing but white space stands before it on its line */
    const char *text;   /* T_NAME: the name; T_SEMI: "semicolon", "newline" or "EOF" */
    Op op;              /* T_OPERATOR T_ASSIGNOP T_INCOP T_STAR */
    int prec;           /* T_OPERATOR T_STAR; PREC_NONE for those that are only unary */
    Str lit;            /* T_LITERAL: as written */
    LitKind litkind;
    bool bad; /* T_LITERAL: malformed */

    int errors; /* errors reported in this file, by the parser too */
    int file;

    /* Called with each comment that may be a //line, //go: or line directive: its position and its
     * text, delimiters included. */
    void (*on_directive)(Scanner *s, uint32_t line, uint32_t col, Str text);

    /* The reading position. ch is the character ahead (-1: none), of chw bytes, and p is behind it.
     */
    const char *p, *end;
    int32_t ch;
    int chw;
    uint32_t ch_line, ch_col; /* of ch, from 0 */
    const char *start;        /* where the current token begins */
    bool nlsemi;              /* a line end here is a semicolon */
};

void scan_init(Scanner *s, int file, const char *src, size_t n,
               void (*on_directive)(Scanner *s, uint32_t line, uint32_t col, Str text));
void scan_next(Scanner *s);
/* Goes on at the character p, which stands there. */
void scan_move(Scanner *s, const char *p, uint32_t line, uint32_t col);
void scan_stop(Scanner *s); /* the rest of the file is ignored: the token is T_EOF from here on */
Pos scan_pos(const Scanner *s, uint32_t line, uint32_t col);
const char *tok_str(Tok t);

/* Reports an error in this file. */
void scan_error(Scanner *s, Pos p, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Between scan.c and literal.c. */
void scan_next_ch(Scanner *s);
void scan_number(Scanner *s, bool seen_point); /* at the first digit, after the point if seen */
void scan_rune(Scanner *s);                    /* at the quote */
void scan_string(Scanner *s);
void scan_raw_string(Scanner *s);
void scan_error_here(Scanner *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static inline bool is_decimal(int32_t c) {
    return c >= '0' && c <= '9';
}
static inline int32_t ascii_lower(int32_t c) {
    return c | 32;
}

#endif
