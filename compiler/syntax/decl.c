/* decl.c - declarations: imports, constants, types, variables, functions. */
#include "syntax/parse.h"

/* A parenthesised group of declarations. Constants count within it, and repeat the last
 * expressions. */
struct Group {
    int iota;
    Node *last; /* the last N_CONST that was written out */
};

typedef struct GroupElem {
    Group *group;
    DeclFn *decl;
    NodeList *to;
} GroupElem;

static bool group_elem(Parser *p, void *arg) {
    GroupElem *e = arg;
    push(e->to, e->decl(p, e->group));
    return false;
}

void decl_group(Parser *p, NodeList *to, DeclFn *f) {
    if (!at(p, T_LPAREN)) {
        push(to, f(p, NULL));
        return;
    }
    clear_pragmas(p); /* before the next token, which may be preceded by others */
    next(p);
    Group g = {0};
    GroupElem e = {&g, f, to};
    list(p, "grouped declaration", T_SEMI, T_RPAREN, group_elem, &e);
}

/* ImportSpec = [ "." | name ] string . */
Node *import_decl(Parser *p, Group *g) {
    (void)g;
    Node *d = node_here(p, N_IMPORT);
    take_pragmas(p, 0);
    if (at(p, T_NAME)) {
        d->import.name = name(p);
    } else if (at(p, T_DOT)) {
        d->import.name = node_here(p, N_IDENT);
        d->import.name->ident.name = intern(".");
        next(p);
    }
    d->import.path = literal_or_null(p);
    if (!d->import.path) {
        syntax_error(p, "missing import path");
        advance(p, SET(T_SEMI) | SET(T_RPAREN));
        d->import.path = bad_expr(p);
        return d;
    }
    if (!d->import.path->lit.bad && d->import.path->lit.litkind != LIT_STRING) {
        syntax_error(p, "import path must be a string");
        d->import.path->lit.bad = true;
    }
    return d;
}

/* ConstSpec = names [ [ Type ] "=" expressions ] . */
Node *const_decl(Parser *p, Group *g) {
    Node *d = node_here(p, N_CONST);
    take_pragmas(p, 0);
    d->var.names = name_list(p, name(p));
    if (!at(p, T_EOF) && !at(p, T_SEMI) && !at(p, T_RPAREN)) {
        d->var.typ = type_or_null(p);
        if (got_assign(p)) d->var.values = expr_list(p);
    }
    if (!g) return d;
    d->var.iota = g->iota++;
    if (d->var.typ || d->var.values.n) {
        g->last = d;
    } else if (g->last) {
        d->var.typ = g->last->var.typ;
        d->var.values = g->last->var.values;
        d->var.inherited = true;
    }
    return d;
}

/* VarSpec = names ( Type [ "=" expressions ] | "=" expressions ) . */
Node *var_decl(Parser *p, Group *g) {
    (void)g;
    Node *d = node_here(p, N_VAR);
    take_pragmas(p, PRAGMA_EMBED);
    EmbedLines embeds = p->embeds;
    p->embeds = (EmbedLines){0};
    d->var.names = name_list(p, name(p));
    bool assign = got_assign(p);
    if (!assign) {
        d->var.typ = type_(p);
        assign = got_assign(p);
    }
    if (assign) d->var.values = expr_list(p);
    if (embeds.n && check_embed(p, embeds.v[0].pos, d)) {
        d->var.embed = new_(EmbedLines);
        *d->var.embed = embeds;
    }
    return d;
}

/* --- types --- */

static bool is_type_literal(const Node *x) {
    switch (x->kind) {
    case N_ARRAYTYPE:
    case N_SLICETYPE:
    case N_STRUCTTYPE:
    case N_FUNCTYPE:
    case N_INTERFACETYPE:
    case N_MAPTYPE:
    case N_CHANTYPE: return true;
    default: return false;
    }
}

/* Whether x can only be an element of a constraint, not a value. */
static bool is_type_elem(const Node *x) {
    switch (x->kind) {
    case N_PAREN:
    case N_STAR: return is_type_elem(x->unary.x);
    case N_UNARY: return x->op == OP_TILDE || is_type_elem(x->unary.x);
    case N_BINARY: return is_type_elem(x->binary.x) || is_type_elem(x->binary.y);
    default: return is_type_literal(x);
    }
}

/* `type T[P ...`: what has been read as one expression x may be a type parameter's name and its
 * constraint: P *C is the product P*C, P (C) the call P(C), P *C|D the sum (P*C)|D. Splits x if so:
 * the result is the name, and *constraint what follows (NULL if x is the name alone). If not, NULL.
 * Without force, it is split only where the second part cannot be a value. */
static Node *split_name(Node *x, bool force, Node **constraint) {
    *constraint = NULL;
    if (x->kind == N_IDENT) return x;
    if (x->kind == N_CALL) {
        Node *fun = x->call.fun;
        if (fun->kind != N_IDENT || x->call.args.n != 1 || x->call.dots) return NULL;
        if (!force && !is_type_elem(x->call.args.v[0])) return NULL;
        *constraint = x->call.args.v[0];
        return fun;
    }
    if (x->kind != N_BINARY) return NULL;
    Node *l = x->binary.x, *r = x->binary.y;
    if (x->op == OP_MUL && l->kind == N_IDENT && (force || is_type_elem(r))) {
        *constraint = node_at(N_STAR, x->pos);
        (*constraint)->unary.x = r;
        return l;
    }
    if (x->op != OP_OR) return NULL;
    Node *left_constraint;
    Node *first = split_name(l, force || is_type_elem(r), &left_constraint);
    if (!first || !left_constraint) return NULL;
    *constraint = node_at(N_BINARY, x->pos);
    (*constraint)->op = OP_OR;
    (*constraint)->binary.x = left_constraint;
    (*constraint)->binary.y = r;
    return first;
}

/* Behind `type T [`, whose bracket is at pos, with a name ahead: an array's length or type
 * parameters. A
 * `[` behind the name can only begin a constraint: index expressions are no constants. */
static void name_in_brackets(Parser *p, Node *d, Pos pos) {
    Node *x = name(p);
    if (!at(p, T_LBRACK)) {
        p->xnest++;
        x = binary_expr(p, primary_expr(p, x), PREC_NONE);
        p->xnest--;
    }
    Node *constraint;
    Node *first = split_name(x, at(p, T_COMMA), &constraint);
    if (!first || (!constraint && at(p, T_RBRACK))) {
        d->typedecl.typ = array_type(p, pos, x);
        return;
    }
    d->typedecl.tparams = param_list(p, first, constraint, T_RBRACK, true, false);
    d->typedecl.alias = got_assign(p);
    d->typedecl.typ = type_or_null(p);
}

/* TypeSpec = name [ TypeParams ] [ "=" ] Type . */
Node *type_decl(Parser *p, Group *g) {
    (void)g;
    Node *d = node_here(p, N_TYPE);
    Pos directive = p->pragmas.n ? p->pragmas.v[0].pos : (Pos){0};
    d->typedecl.pragmas = take_pragmas(p, PRAGMA_TYPES);
    d->typedecl.name = name(p);
    Pos pos = tok_pos(p);
    if (!got(p, T_LBRACK)) {
        d->typedecl.alias = got_assign(p);
        d->typedecl.typ = type_or_null(p);
    } else if (at(p, T_NAME)) {
        name_in_brackets(p, d, pos);
    } else if (got(p, T_RBRACK)) {
        d->typedecl.typ = slice_type(p, pos);
    } else {
        d->typedecl.typ = array_type(p, pos, NULL);
    }
    if (!d->typedecl.typ) {
        d->typedecl.typ = bad_expr(p);
        syntax_error(p, "in type declaration");
        advance(p, SET(T_SEMI) | SET(T_RPAREN));
    }
    d->typedecl.file = p->file;
    if (p->fnest > 0 && !d->typedecl.alias) d->typedecl.local = ++p->file->local_types;
    if (d->typedecl.alias && d->typedecl.pragmas) errorf(directive, "misplaced compiler directive");
    return d;
}

/* --- functions --- */

static Node *receiver(Parser *p) {
    NodeList l = param_list(p, NULL, NULL, T_RPAREN, false, false);
    if (l.n == 0) {
        scan_error(&p->s, tok_pos(p), "method has no receiver");
        return NULL;
    }
    if (l.n > 1) scan_error(&p->s, tok_pos(p), "method has multiple receivers");
    return l.v[0];
}

/* FuncDecl = "func" [ Receiver ] name [ TypeParams ] Signature [ Body ] . Behind "func". */
Node *func_decl_or_null(Parser *p) {
    Node *d = node_here(p, N_FUNC);
    d->func.pragmas = take_pragmas(p, PRAGMA_FUNCS);
    if (got(p, T_LPAREN)) d->func.recv = receiver(p);
    if (!at(p, T_NAME)) {
        syntax_error(p, "expected name or (");
        advance(p, SET(T_LBRACE) | SET(T_SEMI));
        return NULL;
    }
    d->func.name = name(p);
    d->func.typ = func_type(p, NULL);
    if (at(p, T_LBRACE)) d->func.body = declared_body(p);
    return d;
}
