/* parse.h - what the files of the parser share.
 *
 *   parse.c      the file, errors and recovery, lists, names
 *   directive.c  //line and //go: comments
 *   decl.c       declarations
 *   type.c       types, parameters
 *   expr.c       expressions
 *   stmt.c       statements
 *
 * A function named xxx_or_null may return NULL; all others return a node whatever the source holds,
 * N_BADEXPR if need be. Every function that reports an error either has consumed a token or skips
 * to one that its caller can go on with, so that no loop runs dry.
 *
 * Depth. The tree's height is bounded (see nest_enter), so that this parser and every later pass
 * may walk it recursively.
 */
#ifndef SYNTAX_PARSE_H
#define SYNTAX_PARSE_H

#include "syntax/scan.h"

typedef struct PragmaMark {
    uint32_t flags;
    Pos pos;
} PragmaMark;

typedef struct Parser {
    Scanner s; /* first: directives find their parser by it */
    File *file;
    const char *src;
    const LeftOutList *left_out; /* bodies to be passed over, or NULL */
    int next_left_out;

    int fnest; /* function nesting: inside one, keywords of statements stop the skipping */
    int xnest; /* >= 0: a `{` behind an operand may begin a composite literal; < 0 in the headers of
                  if, for and switch, where it begins the block */

    /* //go: directives that wait for their declaration. */
    VEC(PragmaMark) pragmas;
    EmbedLines embeds;

    int depth;  /* of the recursion */
    int types;  /* of the recursion in types */
    int height; /* of the highest tree returned since the last nest_enter */
} Parser;

/* --- parse.c --- */

#define SET(t) ((uint64_t)1 << (t))

static inline Pos tok_pos(const Parser *p) {
    return scan_pos(&p->s, p->s.line, p->s.col);
}
static inline bool at(const Parser *p, Tok t) {
    return p->s.tok == t;
}
static inline bool at_op(const Parser *p, Op op) {
    return p->s.tok == T_OPERATOR && p->s.op == op;
}
static inline void next(Parser *p) {
    scan_next(&p->s);
}
bool got(Parser *p, Tok t);
void want(Parser *p, Tok t);
bool got_assign(Parser *p);

Node *node_at(NodeKind kind, Pos pos);
Node *node_here(const Parser *p, NodeKind kind);
Node *bad_expr(const Parser *p);

/* A syntax error. The message is completed: one that begins with "in ", "at ", "after " or
 * "expected " is put behind "unexpected" and the current token. */
void syntax_error(Parser *p, const char *msg);
void syntax_error_at(Parser *p, Pos pos, const char *msg);
void advance(Parser *p, uint64_t follow);

/* elem {sep elem} [sep] close; an element that returns true is the last. Returns the position of
 * the closing token. */
Pos list(Parser *p, const char *context, Tok sep, Tok close, bool (*elem)(Parser *p, void *arg),
         void *arg);

Node *name(Parser *p);
NodeList name_list(Parser *p, Node *first);

/* Stands on the C stack around each recursion. nest_enter returns false when the source is nested
 * too deeply: then the error is reported, the rest of the file is dropped, and the caller returns.
 */
typedef struct Nest {
    int height;
} Nest;
bool nest_enter(Parser *p, Nest *n);
void nest_leave(Parser *p, Nest n);
bool nest_enter_type(Parser *p, Nest *n); /* of types fewer may be nested */
void nest_leave_type(Parser *p, Nest n);
/* For a loop that stacks nodes upon a first operand (a.b.c, a+b+c): *height is the stack's so far.
 * Call it when a node has been put on top, its other operands having been parsed since p->height
 * was set to 0. */
void nest_stack(Parser *p, int *height);
void nest_raise(Parser *p, int height); /* p->height is at least that */

/* --- directive.c --- */

enum {                              /* flags beyond those that the tree keeps */
       PRAGMA_OTHER_FUNC = 1 << 16, /* without meaning here, but allowed only before a function */
       PRAGMA_BUILD = 1 << 17,      /* go:build: allowed only before the package clause */
       PRAGMA_EMBED = 1 << 18,      /* go:embed: allowed only before a variable */
       PRAGMA_RUNTIME = 1 << 19,    /* only Go's own runtime has it */
       PRAGMA_FUNCS = PRAGMA_NOESCAPE | PRAGMA_NOINLINE | PRAGMA_NOSPLIT | PRAGMA_UINTPTRESCAPES |
                      PRAGMA_NOWRITEBARRIER | PRAGMA_UINTPTRKEEPALIVE | PRAGMA_NOCHECKPTR |
                      PRAGMA_OTHER_FUNC | PRAGMA_RUNTIME,
       PRAGMA_TYPES = PRAGMA_NOTINHEAP,
};
void directive(Scanner *s, uint32_t line, uint32_t col, Str text);
/* The waiting directives, for a declaration that allows those flags; complains about the others. */
uint32_t take_pragmas(Parser *p, uint32_t allowed);
/* Of a variable declared behind a go:embed directive at pos. */
bool check_embed(Parser *p, Pos pos, const Node *d);
int build_version(Str expr);   /* goversion.c: the N of the go1.N that //go:build needs, or -1 */
void clear_pragmas(Parser *p); /* at what no directive may precede */

/* --- decl.c --- */

typedef struct Group Group;
typedef Node *DeclFn(Parser *p, Group *g);
Node *import_decl(Parser *p, Group *g);
Node *const_decl(Parser *p, Group *g);
Node *type_decl(Parser *p, Group *g);
Node *var_decl(Parser *p, Group *g);
void decl_group(Parser *p, NodeList *to, DeclFn *f); /* one, or several in parentheses */
Node *func_decl_or_null(Parser *p);

/* --- type.c --- */

Node *type_(Parser *p);
Node *type_or_null(Parser *p);
Node *qualified_name(Parser *p, Node *first); /* first: a name that has been read, or NULL */
/* Behind `[`, whose position is pos; len: an array length that has been read, or NULL. */
Node *array_type(Parser *p, Pos pos, Node *len);
Node *slice_type(Parser *p, Pos pos); /* behind `[]` */
/* tparams NULL: type parameters are an error, and context says of what. */
Node *func_type(Parser *p, const char *context);
/* Behind the opening. first, ftype: the first name, and its type, if they have been read (or NULL).
 */
/* dots_allowed: the last may be variadic. */
NodeList param_list(Parser *p, Node *first, Node *ftype, Tok close, bool require_names,
                    bool dots_allowed);

/* --- expr.c --- */

Node *expr(Parser *p);
Node *binary_expr(Parser *p, Node *x, int prec);
Node *primary_expr(Parser *p, Node *x); /* x: an operand that has been read, or NULL */
NodeList expr_list(Parser *p);
/* An expression, then types: the inside of brackets. Sets *comma if there was one. */
NodeList type_list(Parser *p, bool *comma);
Node *literal_or_null(Parser *p);
bool is_type_switch_guard(const Node *x);

/* --- stmt.c --- */

Node *func_body(Parser *p);
Node *declared_body(Parser *p); /* of a declaration: it may be one to be passed over */

#endif
