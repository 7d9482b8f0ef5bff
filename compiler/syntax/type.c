/* type.c - types, signatures and parameters.
 *
 * Two things cannot be told apart by what comes next and are decided behind: `x [n]E` (a field or
 * parameter x of array type) against `x[T]` (an instantiated type without a name), and a list
 * of parameter names against a list of types.
 */
#include "syntax/parse.h"

Node *type_(Parser *p) {
    Node *t = type_or_null(p);
    if (t) return t;
    t = bad_expr(p);
    syntax_error(p, "expected type");
    advance(p, SET(T_COMMA) | SET(T_COLON) | SET(T_SEMI) | SET(T_RPAREN) | SET(T_RBRACK) |
                   SET(T_RBRACE));
    return t;
}

static Node *pointer_to(Pos pos, Node *elem) {
    Node *t = node_at(N_STAR, pos);
    t->unary.x = elem;
    return t;
}

/* --- channels, maps, arrays --- */

static Node *chan_type(Parser *p, Pos pos, ChanDir dir) {
    Node *t = node_at(N_CHANTYPE, pos);
    t->chantype.dir = dir;
    t->chantype.elem = type_or_null(p);
    if (t->chantype.elem) return t;
    t->chantype.elem = bad_expr(p);
    syntax_error(p, "missing channel element type"); /* taken as absent: nothing to skip */
    return t;
}

static Node *map_type(Parser *p, Pos pos) {
    Node *t = node_at(N_MAPTYPE, pos);
    want(p, T_LBRACK);
    t->maptype.key = type_(p);
    want(p, T_RBRACK);
    t->maptype.val = type_(p);
    return t;
}

Node *array_type(Parser *p, Pos pos, Node *len) {
    Node *t = node_at(N_ARRAYTYPE, pos);
    Pos len_pos = tok_pos(p);
    if (!len && got(p, T_DOTDOTDOT)) {
        len = node_at(N_ELLIPSIS, len_pos);
    } else if (!len) {
        p->xnest++;
        len = expr(p);
        p->xnest--;
    }
    if (at(p, T_COMMA)) { /* as in type parameters; here it is none */
        syntax_error(p, "unexpected comma; expected ]");
        next(p);
    }
    want(p, T_RBRACK);
    t->arraytype.len = len;
    t->arraytype.elem = type_(p);
    return t;
}

Node *slice_type(Parser *p, Pos pos) {
    Node *t = node_at(N_SLICETYPE, pos);
    t->arraytype.elem = type_(p);
    return t;
}

/* --- names --- */

static Node *index_node(Pos pos, Node *x, NodeList index) {
    Node *t = node_at(N_INDEX, pos);
    t->index.x = x;
    t->index.index = index;
    return t;
}

static Node *type_instance(Parser *p, Node *x) {
    Pos pos = tok_pos(p);
    NodeList args = {0};
    want(p, T_LBRACK);
    if (at(p, T_RBRACK)) {
        syntax_error(p, "expected type argument list");
        push(&args, bad_expr(p));
    } else {
        p->xnest++;
        push(&args, type_(p));
        while (got(p, T_COMMA)) {
            Node *t = type_or_null(p);
            if (!t) break;
            push(&args, t);
        }
        p->xnest--;
    }
    want(p, T_RBRACK);
    return index_node(pos, x, args);
}

/* TypeName = name [ "." name ] [ TypeArgs ] . */
Node *qualified_name(Parser *p, Node *first) {
    Node *x = first;
    if (!x && at(p, T_NAME)) {
        x = name(p);
    } else if (!x) {
        x = node_here(p, N_IDENT);
        x->ident.name = intern("_");
        syntax_error(p, "expected name");
        advance(p, SET(T_DOT) | SET(T_SEMI) | SET(T_RBRACE));
    }
    if (at(p, T_DOT)) {
        Node *s = node_here(p, N_SELECTOR);
        next(p);
        s->selector.x = x;
        s->selector.name = name(p);
        x = s;
    }
    return at(p, T_LBRACK) ? type_instance(p, x) : x;
}

/* Behind a name, at `[`: the type [n]E or []E of that name, or (an N_INDEX) the name's type
 * arguments. */
static Node *array_or_type_args(Parser *p, Node *x) {
    Pos pos = tok_pos(p);
    want(p, T_LBRACK);
    if (got(p, T_RBRACK)) return slice_type(p, pos);
    bool comma;
    NodeList l = type_list(p, &comma);
    want(p, T_RBRACK);
    if (comma) return index_node(pos, x, l);
    Node *elem = type_or_null(p);
    if (!elem) return index_node(pos, x, l);
    Node *t = node_at(N_ARRAYTYPE, pos);
    t->arraytype.len = l.v[0];
    t->arraytype.elem = elem;
    return t;
}

/* --- structs --- */

static Node *field_node(Pos pos, Node *name, Node *typ) {
    Node *f = node_at(N_FIELD, pos);
    f->field.name = name;
    f->field.typ = typ;
    return f;
}

static void add_embedded(Parser *p, Node *st, Pos pos, Node *typ) {
    Node *f = field_node(pos, NULL, typ);
    f->field.tag = literal_or_null(p);
    push(&st->structtype.fields, f);
}

/* At a name: an embedded type, or names with a type. */
static void named_fields(Parser *p, Node *st) {
    Node *first = name(p);
    if (at(p, T_DOT) || at(p, T_LITERAL) || at(p, T_SEMI) || at(p, T_RBRACE)) {
        add_embedded(p, st, first->pos, qualified_name(p, first));
        return;
    }
    NodeList names = name_list(p, first);
    Node *typ;
    if (names.n == 1 && at(p, T_LBRACK)) {
        typ = array_or_type_args(p, first);
        if (typ->kind == N_INDEX) {
            add_embedded(p, st, first->pos, typ);
            return;
        }
    } else {
        typ = type_(p);
    }
    Node *tag = literal_or_null(p);
    for (int i = 0; i < names.n; i++) {
        Node *f = field_node(names.v[i]->pos, names.v[i], typ);
        f->field.tag = tag;
        push(&st->structtype.fields, f);
    }
}

/* FieldDecl = ( names Type | [ "*" ] TypeName ) [ tag ] . */
static bool field_decl(Parser *p, void *arg) {
    Node *st = arg;
    Pos pos = tok_pos(p);
    if (at(p, T_NAME)) {
        named_fields(p, st);
        return false;
    }
    bool star = got(p, T_STAR), paren = at(p, T_LPAREN);
    if (!star && !paren) {
        syntax_error(p, "expected field name or embedded type");
        advance(p, SET(T_SEMI) | SET(T_RBRACE));
        return false;
    }
    Pos star_pos = pos;
    if (paren) {
        syntax_error(p, "cannot parenthesize embedded type");
        next(p);
        if (!star && at(p, T_STAR)) {
            star = true;
            star_pos = tok_pos(p);
            next(p);
        }
    }
    Node *typ = qualified_name(p, NULL);
    if (star) typ = pointer_to(star_pos, typ);
    if (paren) got(p, T_RPAREN); /* there has been one complaint already */
    add_embedded(p, st, pos, typ);
    return false;
}

static Node *struct_type(Parser *p) {
    Node *t = node_here(p, N_STRUCTTYPE);
    want(p, T_STRUCT);
    want(p, T_LBRACE);
    list(p, "struct type", T_SEMI, T_RBRACE, field_decl, t);
    return t;
}

/* --- interfaces --- */

/* EmbeddedTerm = [ "~" ] Type . */
static Node *embedded_term(Parser *p) {
    if (at_op(p, OP_TILDE)) {
        Node *t = node_here(p, N_UNARY);
        t->op = OP_TILDE;
        next(p);
        t->unary.x = type_(p);
        return t;
    }
    Node *t = type_or_null(p);
    if (t) return t;
    t = bad_expr(p);
    syntax_error(p, "expected ~ term or type");
    advance(p, SET(T_OPERATOR) | SET(T_SEMI) | SET(T_RPAREN) | SET(T_RBRACK) | SET(T_RBRACE));
    return t;
}

/* EmbeddedElem = EmbeddedTerm { "|" EmbeddedTerm } . f holds the first term, or is NULL. */
static Node *embedded_elem(Parser *p, Node *f) {
    int outer = p->height;
    p->height = 0;
    if (!f) {
        f = node_here(p, N_FIELD);
        f->field.typ = embedded_term(p);
    }
    int height = p->height;
    while (at_op(p, OP_OR)) {
        Node *t = node_here(p, N_BINARY);
        t->op = OP_OR;
        next(p);
        p->height = 0;
        t->binary.x = f->field.typ;
        t->binary.y = embedded_term(p);
        f->field.typ = t;
        nest_stack(p, &height);
    }
    nest_raise(p, outer);
    return f;
}

static const char of_method[] = "interface method";

/* Behind an interface element's name, at `[`: type arguments of an embedded type, or type
 * parameters of a method, which are an error. */
static void method_brackets(Parser *p, Node *f, Node *method) {
    Pos pos = tok_pos(p);
    next(p);
    Pos close = tok_pos(p);
    bool empty = got(p, T_RBRACK);
    NodeList l = {0};
    if (!empty) l = param_list(p, NULL, NULL, T_RBRACK, false, false);
    if (l.n > 0 && !l.v[0]->field.name) {
        NodeList args = {0};
        for (int i = 0; i < l.n; i++) push(&args, l.v[i]->field.typ);
        f->field.typ = index_node(pos, method, args);
        return;
    }
    if (empty) {
        scan_error(&p->s, close, "empty type %s list", at(p, T_LPAREN) ? "parameter" : "argument");
    }
    if (l.n == 0 && !at(p, T_LPAREN)) {
        f->field.typ = method;
        return;
    }
    f->field.name = method;
    f->field.typ = func_type(p, of_method);
    if (l.n > 0) scan_error(&p->s, pos, "interface method must have no type parameters");
}

/* At a name: a method, or an embedded type. */
static Node *method_decl(Parser *p) {
    Node *f = node_here(p, N_FIELD);
    Node *first = name(p);
    if (at(p, T_LPAREN)) {
        f->field.name = first;
        f->field.typ = func_type(p, of_method);
    } else if (at(p, T_LBRACK)) {
        method_brackets(p, f, first);
    } else {
        f->field.typ = qualified_name(p, first);
    }
    return f;
}

static bool interface_elem(Parser *p, void *arg) {
    Node *t = arg;
    Node *f = at(p, T_NAME) ? method_decl(p) : NULL;
    if (!f || !f->field.name) f = embedded_elem(p, f);
    push(&t->interfacetype.elems, f);
    return false;
}

static Node *interface_type(Parser *p) {
    Node *t = node_here(p, N_INTERFACETYPE);
    want(p, T_INTERFACE);
    want(p, T_LBRACE);
    list(p, "interface type", T_SEMI, T_RBRACE, interface_elem, t);
    return t;
}

/* --- signatures --- */

/* Result = Parameters | Type . */
static NodeList func_result(Parser *p) {
    if (got(p, T_LPAREN)) return param_list(p, NULL, NULL, T_RPAREN, false, false);
    NodeList l = {0};
    Pos pos = tok_pos(p);
    Node *t = type_or_null(p);
    if (t) push(&l, field_node(pos, NULL, t));
    return l;
}

Node *func_type(Parser *p, const char *context) {
    Node *t = node_here(p, N_FUNCTYPE);
    if (got(p, T_LBRACK)) {
        if (context) {
            syntax_error_at(p, t->pos, xprintf("%s must have no type parameters", context));
        }
        if (at(p, T_RBRACK)) {
            syntax_error(p, "empty type parameter list");
            next(p);
        } else {
            NodeList tparams = param_list(p, NULL, NULL, T_RBRACK, true, false);
            if (!context) t->functype.tparams = tparams;
        }
    }
    want(p, T_LPAREN);
    t->functype.params = param_list(p, NULL, NULL, T_RPAREN, false, true);
    t->functype.results = func_result(p);
    return t;
}

/* "..." Type */
static Node *dots_type(Parser *p) {
    Node *t = node_here(p, N_ELLIPSIS);
    next(p);
    t->unary.x = type_or_null(p);
    if (!t->unary.x) {
        t->unary.x = bad_expr(p);
        syntax_error(p, "... is missing type");
    }
    return t;
}

/* ParameterDecl = [ name ] [ "..." ] Type | name . A name alone may turn out to be a type. first:
 * the name, if it has been read. In brackets, types may be unions. */
static Node *param_decl_or_null(Parser *p, Node *first, Tok close) {
    bool unions = close == T_RBRACK;
    if (!first && unions && at_op(p, OP_TILDE)) return embedded_elem(p, NULL);
    Node *f = node_at(N_FIELD, first ? first->pos : tok_pos(p));
    if (!first && at(p, T_NAME)) first = name(p);
    if (first && (at(p, T_LBRACK) || at(p, T_DOT) || (unions && at_op(p, OP_OR)))) {
        if (at(p, T_LBRACK)) {
            f->field.typ = array_or_type_args(p, first);
            if (f->field.typ->kind != N_INDEX) f->field.name = first;
        } else if (at(p, T_DOT)) {
            f->field.typ = qualified_name(p, first);
        } else {
            f->field.typ = first;
        }
        return unions && at_op(p, OP_OR) ? embedded_elem(p, f) : f;
    }
    f->field.name = first;
    if (at(p, T_DOTDOTDOT)) {
        f->field.typ = dots_type(p);
        return f;
    }
    if (unions && at_op(p, OP_TILDE)) {
        f->field.typ = embedded_elem(p, NULL)->field.typ;
        return f;
    }
    f->field.typ = type_or_null(p);
    if (unions && at_op(p, OP_OR) && f->field.typ) f = embedded_elem(p, f);
    if (f->field.name || f->field.typ) return f;
    syntax_error(p, xprintf("expected %s", tok_str(close)));
    advance(p, SET(T_COMMA) | SET(close));
    return NULL;
}

typedef struct Params {
    NodeList list;
    Node *first, *first_type; /* what has been read of the first parameter */
    Tok close;
    int named, typed; /* with both a name and a type; with a type */
} Params;

static bool param(Parser *p, void *arg) {
    Params *ps = arg;
    Node *f;
    if (ps->first_type) {
        f = field_node(ps->first->pos, ps->first, ps->first_type);
    } else {
        f = param_decl_or_null(p, ps->first, ps->close);
    }
    ps->first = ps->first_type = NULL;
    if (!f) return false;
    ps->named += f->field.name && f->field.typ;
    ps->typed += f->field.typ != NULL;
    push(&ps->list, f);
    return false;
}

/* No parameter has a name: those that were read as names are types. */
static void names_are_types(NodeList *l) {
    for (int i = 0; i < l->n; i++) {
        Node *f = l->v[i];
        if (!f->field.name) continue;
        f->field.typ = f->field.name;
        f->field.name = NULL;
    }
}

/* Some parameters have names, so all must: a name without a type has the type of the next. Returns
 * the leftmost place where that fails. */
static Pos spread_types(NodeList *l) {
    Pos bad = {0};
    Node *typ = NULL;
    for (int i = l->n - 1; i >= 0; i--) {
        Node *f = l->v[i];
        if (f->field.typ) {
            typ = f->field.typ;
            if (f->field.name) continue;
            bad = start_pos(typ);
            f->field.name = node_at(N_IDENT, bad);
            f->field.name->ident.name = intern("_");
        } else if (typ) {
            f->field.typ = typ;
        } else {
            bad = f->field.name->pos;
            f->field.typ = node_at(N_BADEXPR, bad);
        }
    }
    return bad;
}

/* ... may stand before the type of the last parameter, and not at all in other lists. */
static void check_dots(const NodeList *l, bool dots_allowed) {
    bool first = true;
    for (int i = 0; i < l->n; i++) {
        Node *t = l->v[i]->field.typ;
        if (!t || t->kind != N_ELLIPSIS || (dots_allowed && i == l->n - 1)) continue;
        if (first)
            errorf(t->pos,
                   dots_allowed ? "can only use ... with final parameter" : "invalid use of ...");
        first = false;
        l->v[i]->field.typ = t->unary.x;
    }
}

static NodeList names_and_types(Parser *p, Node *first, Node *ftype, Tok close, bool require_names);

NodeList param_list(Parser *p, Node *first, Node *ftype, Tok close, bool require_names,
                    bool dots_allowed) {
    NodeList l = names_and_types(p, first, ftype, close, require_names);
    check_dots(&l, dots_allowed);
    return l;
}

static NodeList names_and_types(Parser *p, Node *first, Node *ftype, Tok close,
                                bool require_names) {
    Params ps = {.first = first, .first_type = ftype, .close = close};
    if (first && ftype && got(p, close)) { /* list() calls for no element here */
        push(&ps.list, field_node(first->pos, first, ftype));
        return ps.list;
    }
    Pos end = list(p, "parameter list", T_COMMA, close, param, &ps);
    if (ps.list.n == 0) return ps.list;
    if (ps.named == 0 && !require_names) {
        names_are_types(&ps.list);
        return ps.list;
    }
    if (ps.named == ps.list.n) return ps.list;
    Pos bad = spread_types(&ps.list);
    if (!pos_known(bad)) return ps.list;
    if (ps.named == ps.typed)
        syntax_error_at(p, end,
                        require_names ? "missing type constraint" : "missing parameter type");
    else if (!require_names)
        syntax_error_at(p, bad, "missing parameter name");
    else
        syntax_error_at(p, bad,
                        ps.list.n == 1 ? "missing type parameter name or invalid array length"
                                       : "missing type parameter name");
    return ps.list;
}

/* --- all types --- */

static Node *type_at_token(Parser *p) {
    Pos pos = tok_pos(p);
    switch (p->s.tok) {
    case T_STAR: next(p); return pointer_to(pos, type_(p));
    case T_ARROW:
        next(p);
        want(p, T_CHAN);
        return chan_type(p, pos, CHAN_RECV);
    case T_FUNC: next(p); return func_type(p, "function type");
    case T_LBRACK: next(p); return got(p, T_RBRACK) ? slice_type(p, pos) : array_type(p, pos, NULL);
    case T_CHAN: next(p); return chan_type(p, pos, got(p, T_ARROW) ? CHAN_SEND : CHAN_BOTH);
    case T_MAP: next(p); return map_type(p, pos);
    case T_STRUCT: return struct_type(p);
    case T_INTERFACE: return interface_type(p);
    case T_NAME: return qualified_name(p, NULL);
    case T_LPAREN: {
        next(p);
        Node *t = type_(p);
        want(p, T_RPAREN);
        return t;
    }
    default: return NULL;
    }
}

Node *type_or_null(Parser *p) {
    Nest n;
    if (!nest_enter_type(p, &n)) return NULL;
    Node *t = type_at_token(p);
    nest_leave_type(p, n);
    return t;
}
