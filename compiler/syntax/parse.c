/* parse.c - the parser: files, and what all productions use.
 *
 * Recursive descent with one token ahead. The wording of errors and the choice of tokens to go on
 * from are those of Go 1.19's compiler: its own test suite judges both.
 *
 * Recovery: an error inside a production skips to a token that may follow it, or, inside a
 * function, to a keyword that begins a statement. At the end of the file only the first error
 * counts; whatever is missing there is an echo.
 */
#include "syntax/parse.h"

/* How high a tree may become. The deepest recursion of any pass takes a few KiB a level, and main.c sees to a stack that
 * is large enough. Types are compared and named by their text, whose length goes with the depth: fewer of them do. */
enum { MAX_DEPTH = 20000, MAX_HEIGHT = 20000, MAX_TYPES = 1000 };

/* --- nodes and tokens --- */

Node *node_at(NodeKind kind, Pos pos) {
    Node *n = new_(Node);
    n->kind = kind;
    n->pos = pos;
    return n;
}

Node *node_here(const Parser *p, NodeKind kind) {
    return node_at(kind, tok_pos(p));
}
Node *bad_expr(const Parser *p) {
    return node_here(p, N_BADEXPR);
}

bool got(Parser *p, Tok t) {
    if (!at(p, t)) return false;
    next(p);
    return true;
}

/* The token's name in messages. */
static const char *tok_word(Tok t) {
    if (t == T_COMMA) return "comma";
    if (t == T_SEMI) return "semicolon or newline";
    if (t >= T_BREAK && t <= T_VAR) return xprintf("keyword %s", tok_str(t));
    return tok_str(t);
}

void want(Parser *p, Tok t) {
    if (got(p, t)) return;
    syntax_error(p, xprintf("expected %s", tok_word(t)));
    advance(p, 0);
}

/* `=`, or `:=` with a complaint. */
bool got_assign(Parser *p) {
    if (at(p, T_DEFINE)) {
        syntax_error(p, "expected =");
    } else if (!at(p, T_ASSIGN)) {
        return false;
    }
    next(p);
    return true;
}

/* --- errors --- */

static bool starts(const char *s, const char *prefix) {
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

static const char *tok_found(const Parser *p) {
    const Scanner *s = &p->s;
    switch (s->tok) {
    case T_NAME: return xprintf("name %s", s->text);
    case T_SEMI: return s->text;
    case T_LITERAL: return xprintf("literal %.*s", (int)s->lit.n, s->lit.p);
    case T_OPERATOR: return op_str(s->op);
    case T_ASSIGNOP: return xprintf("%s=", op_str(s->op));
    case T_INCOP: return xprintf("%s%s", op_str(s->op), op_str(s->op));
    default: return tok_word(s->tok);
    }
}

void syntax_error_at(Parser *p, Pos pos, const char *msg) {
    if (at(p, T_EOF) && p->s.errors > 0) return;
    if (starts(msg, "in ") || starts(msg, "at ") || starts(msg, "after ")) {
        scan_error(&p->s, pos, "syntax error: unexpected %s %s", tok_found(p), msg);
    } else if (starts(msg, "expected ")) {
        scan_error(&p->s, pos, "syntax error: unexpected %s, %s", tok_found(p), msg);
    } else {
        scan_error(&p->s, pos, "syntax error: %s", msg);
    }
}

void syntax_error(Parser *p, const char *msg) {
    syntax_error_at(p, tok_pos(p), msg);
}

/* Skips to a token of the set; with an empty set, skips one token. The end of the file always stops
 * it, and inside a function so do keywords that begin a statement. */
void advance(Parser *p, uint64_t follow) {
    const uint64_t statements = SET(T_BREAK) | SET(T_CONST) | SET(T_CONTINUE) | SET(T_DEFER) |
                                SET(T_FALLTHROUGH) | SET(T_FOR) | SET(T_GO) | SET(T_GOTO) |
                                SET(T_IF) | SET(T_RETURN) | SET(T_SELECT) | SET(T_SWITCH) |
                                SET(T_TYPE) | SET(T_VAR);
    if (!follow) {
        if (!at(p, T_EOF)) next(p);
        return;
    }
    follow |= SET(T_EOF) | (p->fnest > 0 ? statements : 0);
    while (!(follow & SET(p->s.tok))) next(p);
}

/* --- depth --- */

static void too_deep(Parser *p) {
    if (!at(p, T_EOF) || p->s.errors == 0) {
        scan_error(&p->s, tok_pos(p), "syntax error: nested too deeply");
    }
    scan_stop(&p->s);
}

bool nest_enter(Parser *p, Nest *n) {
    if (p->depth >= MAX_DEPTH) {
        too_deep(p);
        return false;
    }
    p->depth++;
    n->height = p->height;
    p->height = 0;
    return true;
}

bool nest_enter_type(Parser *p, Nest *n) {
    if (p->types >= MAX_TYPES) {
        too_deep(p);
        return false;
    }
    if (!nest_enter(p, n)) return false;
    p->types++;
    return true;
}

void nest_leave_type(Parser *p, Nest n) {
    p->types--;
    nest_leave(p, n);
}

void nest_raise(Parser *p, int height) {
    if (height > p->height) p->height = height;
}

void nest_leave(Parser *p, Nest n) {
    p->depth--;
    if (++p->height > MAX_HEIGHT) too_deep(p);
    nest_raise(p, n.height);
}

void nest_stack(Parser *p, int *height) {
    nest_raise(p, *height);
    if (++p->height > MAX_HEIGHT) too_deep(p);
    *height = p->height;
}

/* --- lists and names --- */

Pos list(Parser *p, const char *context, Tok sep, Tok close, bool (*elem)(Parser *p, void *arg),
         void *arg) {
    bool done = false;
    while (!at(p, T_EOF) && !at(p, close) && !done) {
        done = elem(p, arg);
        if (got(p, sep) || at(p, close)) continue;
        syntax_error(p, xprintf("in %s; possibly missing %s or %s", context, tok_word(sep),
                                tok_word(close)));
        advance(p, SET(T_RPAREN) | SET(T_RBRACK) | SET(T_RBRACE));
        if (!at(p, close)) return tok_pos(p);
    }
    Pos end = tok_pos(p);
    want(p, close);
    return end;
}

Node *name(Parser *p) {
    Node *n = node_here(p, N_IDENT);
    if (at(p, T_NAME)) {
        n->ident.name = p->s.text;
        next(p);
        return n;
    }
    n->ident.name = intern("_");
    syntax_error(p, "expected name");
    advance(p, 0);
    return n;
}

NodeList name_list(Parser *p, Node *first) {
    NodeList l = {0};
    push(&l, first);
    while (got(p, T_COMMA)) push(&l, name(p));
    return l;
}

/* --- files --- */

static void top_level_decl(Parser *p, File *f) {
    Tok t = p->s.tok;
    switch (t) {
    case T_IMPORT:
        next(p);
        decl_group(p, &f->decls, import_decl);
        break;
    case T_CONST:
        next(p);
        decl_group(p, &f->decls, const_decl);
        break;
    case T_TYPE:
        next(p);
        decl_group(p, &f->decls, type_decl);
        break;
    case T_VAR:
        next(p);
        decl_group(p, &f->decls, var_decl);
        break;
    case T_FUNC: {
        next(p);
        Node *d = func_decl_or_null(p);
        if (d) push(&f->decls, d);
        break;
    }
    default: {
        const Node *last = f->decls.n ? f->decls.v[f->decls.n - 1] : NULL;
        if (t == T_LBRACE && last && last->kind == N_FUNC && !last->func.body) {
            syntax_error(p, "unexpected semicolon or newline before {");
        } else {
            syntax_error(p, "non-declaration statement outside function body");
        }
        advance(p, SET(T_IMPORT) | SET(T_CONST) | SET(T_TYPE) | SET(T_VAR) | SET(T_FUNC));
        return;
    }
    }
    /* Before the semicolon is passed: directives behind it belong to the next declaration. */
    clear_pragmas(p);
    if (!at(p, T_EOF) && !got(p, T_SEMI)) {
        syntax_error(p, "after top level declaration");
        advance(p, SET(T_IMPORT) | SET(T_CONST) | SET(T_TYPE) | SET(T_VAR) | SET(T_FUNC));
    }
}

static void parse_decls(Parser *p, File *f) {
    if (!got(p, T_PACKAGE)) {
        syntax_error(p, "package statement must be first");
        return;
    }
    take_pragmas(p, PRAGMA_BUILD);
    f->pkgname = name(p);
    want(p, T_SEMI);
    if (p->s.errors) return; /* it is hardly Go */
    Tok prev = T_IMPORT;
    while (!at(p, T_EOF)) {
        if (at(p, T_IMPORT) && prev != T_IMPORT)
            syntax_error(p, "imports must appear before other declarations");
        prev = p->s.tok;
        top_level_decl(p, f);
    }
    clear_pragmas(p);
}

File *parse_outline(const char *path, const char *src, size_t n, const LeftOutList *left_out) {
    File *f = new_(File);
    f->file = file_add(path);
    f->go_minor = -1;
    Parser p = {.file = f, .src = src, .left_out = left_out};
    scan_init(&p.s, f->file, src, n, directive);
    next(&p);
    parse_decls(&p, f);
    f->eof = tok_pos(&p);
    return f;
}

File *parse_file(const char *path, const char *src, size_t n) {
    return parse_outline(path, src, n, NULL);
}
