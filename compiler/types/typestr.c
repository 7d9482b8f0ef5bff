/* typestr.c - types and objects as text: for messages, for reflection, and as keys.
 *
 * One writer serves all; a Writer says how names are qualified and which of the small differences
 * apply. Keys must be equal exactly for identical types, so they leave out what identity ignores
 * (parameter names, the order of methods, byte for uint8) and spell out what messages leave out
 * (full package paths, the package of unexported names, numbers of local types).
 */
#include "types/questions.h"

#include <stdlib.h>

typedef enum Style { STYLE_MESSAGE, STYLE_KEY, STYLE_REFLECT } Style;

typedef struct Writer {
    Buf *b;
    Style style;
    bool nameless;      /* without names of parameters */
    bool in_args;       /* reflect: inside type arguments, names have their packages' paths */
    bool by_address;    /* key: packages that share a path are told apart */
    bool wide;          /* struct { a int }, as Go's compiler writes types behind its checker */
    const Package *rel; /* its names stand unqualified in messages */
    Checker *c;         /* or NULL */
    VEC(const Type *) stack; /* types being written, to break cycles */
} Writer;

static void write_type(Writer *w, const Type *t);
static void write_targs(Writer *w, const Type *t);
static void write_tparams(Writer *w, const TypeList *l);

static const char *basic_name(const Type *t) {
    static const char *const names[T_NBASIC] = {
        "invalid type",   "bool",         "int",           "int8",
        "int16",          "int32",        "int64",         "uint",
        "uint8",          "uint16",       "uint32",        "uint64",
        "uintptr",        "float32",      "float64",       "complex64",
        "complex128",     "string",       "Pointer",       "untyped bool",
        "untyped int",    "untyped rune", "untyped float", "untyped complex",
        "untyped string", "untyped nil"};
    return names[t->kind];
}

static void write_basic(Writer *w, const Type *t) {
    if (t->kind == T_UNSAFEPTR)
        buf_puts(w->b, "unsafe.Pointer");
    else if (t == type_byte && w->style == STYLE_MESSAGE)
        buf_puts(w->b, "byte");
    else if (t == type_rune && w->style == STYLE_MESSAGE)
        buf_puts(w->b, "rune");
    else
        buf_puts(w->b, basic_name(t));
}

static void write_quoted(Buf *b, Str s) {
    buf_puts(b, const_quote(s));
}

static void write_package(Writer *w, const Package *pkg) {
    if (!pkg) return;
    if (w->by_address) {
        buf_printf(w->b, "%p", (const void *)pkg);
    } else if (w->style == STYLE_KEY || w->in_args) {
        buf_puts(w->b, pkg->path);
    } else if (w->style == STYLE_REFLECT) {
        buf_puts(w->b, pkg->name);
    } else {
        if (pkg == w->rel) return;
        if (w->c && type_host(w->c)->ambiguous_name(w->c, pkg))
            buf_printf(w->b, "\"%s\"", pkg->path);
        else
            buf_puts(w->b, pkg->name);
    }
    buf_putc(w->b, '.');
}

/* The package that makes an unexported name unique, where the style needs it. */
static void write_owner(Writer *w, const Obj *o, bool reflect_too) {
    if (!o->pkg || is_exported(o->name)) return;
    if (w->style == STYLE_KEY || (w->style == STYLE_REFLECT && reflect_too))
        write_package(w, o->pkg);
}

static void write_comma(Writer *w) {
    buf_puts(w->b, w->style == STYLE_MESSAGE && !w->wide ? ", " : ",");
}

/* Messages leave out those that a local type has from the function around it. */
static void write_targs(Writer *w, const Type *t) {
    int first = w->style == STYLE_MESSAGE ? t->named.orig->named.nimplicit : 0;
    if (first >= t->named.targs.n) return;
    bool in_args = w->in_args;
    w->in_args = w->style == STYLE_REFLECT;
    buf_putc(w->b, '[');
    for (int i = first; i < t->named.targs.n; i++) {
        if (i > first && i == t->named.orig->named.nimplicit)
            buf_putc(w->b, ';');
        else if (i > first)
            write_comma(w);
        write_type(w, t->named.targs.v[i]);
    }
    buf_putc(w->b, ']');
    w->in_args = in_args;
}

/* [P, Q any, R C] */
static void write_tparams(Writer *w, const TypeList *l) {
    const Type *prev = NULL;
    buf_putc(w->b, '[');
    for (int i = 0; i < l->n; i++) {
        const Type *bound = l->v[i]->tparam.constraint;
        if (i > 0 && bound != prev) {
            buf_putc(w->b, ' ');
            write_type(w, prev);
        }
        if (i > 0) write_comma(w);
        prev = bound;
        write_type(w, l->v[i]);
    }
    if (prev) {
        buf_putc(w->b, ' ');
        write_type(w, prev);
    }
    buf_putc(w->b, ']');
}

static void write_tparam(Writer *w, const Type *t) {
    const Obj *o = t->tparam.obj;
    buf_puts(w->b, o->name);
    if (w->style == STYLE_KEY)
        buf_printf(w->b, "#%d", t->tparam.id);
    else if (scope_lookup(universe, o->name))
        buf_printf(w->b, " /* with %s declared at %s */", o->name, pos_str(o->pos));
}

static void write_terms(Writer *w, const TermList *l) {
    for (int i = 0; i < l->n; i++) {
        if (i) buf_puts(w->b, w->style == STYLE_KEY ? "|" : " | ");
        if (l->v[i].tilde) buf_putc(w->b, '~');
        write_type(w, l->v[i].type);
    }
}

static void write_named(Writer *w, const Type *t) {
    const Obj *o = t->named.obj;
    write_package(w, o->pkg);
    buf_puts(w->b, o->name);
    if (t->named.orig)
        write_targs(w, t);
    else if (w->style == STYLE_MESSAGE && is_generic_type(t))
        write_tparams(w, &t->named.tparams);
    if ((w->style == STYLE_KEY || w->in_args) && t->named.local_id)
        buf_printf(w->b, "·%d", t->named.local_id);
}

static const char *separator(const Writer *w) {
    return w->style == STYLE_KEY ? ";" : "; ";
}

static void write_struct(Writer *w, const Type *t) {
    bool wide = w->wide;
    int n = t->struct_.fields.n;
    buf_puts(w->b, wide ? n ? "struct { " : "struct {" : "struct{");
    for (int i = 0; i < n; i++) {
        const Obj *f = t->struct_.fields.v[i];
        if (i) buf_puts(w->b, separator(w));
        if (w->style == STYLE_KEY && f->embedded) buf_putc(w->b, '!');
        if (w->style == STYLE_KEY || !f->embedded) {
            write_owner(w, f, w->in_args);
            buf_puts(w->b, f->name);
            buf_putc(w->b, ' ');
        }
        write_type(w, f->type);
        Str tag = i < t->struct_.tags.n ? t->struct_.tags.v[i] : (Str){NULL, 0};
        if (tag.n) {
            buf_putc(w->b, ' ');
            write_quoted(w->b, tag);
        }
    }
    buf_puts(w->b, wide && n ? " }" : "}");
}

static void write_params(Writer *w, const ObjList *list, bool variadic) {
    buf_putc(w->b, '(');
    for (int i = 0; i < list->n; i++) {
        const Obj *p = list->v[i];
        if (i) buf_puts(w->b, w->style == STYLE_KEY ? "," : ", ");
        if (w->style == STYLE_MESSAGE && !w->nameless && p->name && p->name[0]) {
            buf_puts(w->b, p->name);
            buf_putc(w->b, ' ');
        }
        const Type *t = p->type;
        if (variadic && i == list->n - 1 && t && t->kind == T_SLICE) {
            buf_puts(w->b, "...");
            t = t->slice.elem;
        } else if (variadic && i == list->n - 1) { /* append([]byte, string...) */
            write_type(w, t);
            buf_puts(w->b, "...");
            continue;
        }
        write_type(w, t);
    }
    buf_putc(w->b, ')');
}

static void write_signature(Writer *w, const Type *t) {
    if (t->func.tparams.n) write_tparams(w, &t->func.tparams);
    write_params(w, &t->func.params, t->func.variadic);
    const ObjList *r = &t->func.results;
    if (r->n == 0) return;
    buf_putc(w->b, ' ');
    bool unnamed = w->style != STYLE_MESSAGE || !r->v[0]->name || !r->v[0]->name[0];
    if (r->n == 1 && unnamed)
        write_type(w, r->v[0]->type);
    else
        write_params(w, r, false);
}

static void write_methods(Writer *w, const ObjList *methods, int *count) {
    for (int i = 0; i < methods->n; i++) {
        const Obj *m = methods->v[i];
        if ((*count)++) buf_puts(w->b, separator(w));
        write_owner(w, m, true);
        buf_puts(w->b, m->name);
        if (m->type && m->type->kind == T_FUNC) write_signature(w, m->type);
    }
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Terms in an order of their own: a key does not depend on how they were written. */
static void write_term_keys(Writer *w, const TermList *l) {
    VEC(char *) keys = {0};
    for (int i = 0; i < l->n; i++) {
        Buf b = {0};
        Writer one = *w;
        one.b = &b;
        write_terms(&one, &(TermList){.v = &l->v[i], .n = 1});
        memcpy(&w->stack, &one.stack, sizeof w->stack);
        push(&keys, buf_str(&b));
    }
    if (keys.n > 1) qsort(keys.v, (size_t)keys.n, sizeof *keys.v, by_text);
    for (int i = 0; i < keys.n; i++) buf_printf(w->b, "%s%s", i ? "|" : ";=", keys.v[i]);
    if (keys.n == 0) buf_puts(w->b, ";=none");
}

static void write_interface(Writer *w, Type *t) {
    if (w->style == STYLE_MESSAGE) {
        if (t == type_any) {
            buf_puts(w->b, "any");
            return;
        }
        if (t->iface.implicit && t->iface.methods.n == 0 && t->iface.embedded.n == 1) {
            write_type(w, t->iface.embedded.v[0]);
            return;
        }
        bool empty = t->iface.methods.n == 0 && t->iface.embedded.n == 0;
        int n = 0;
        buf_puts(w->b, w->wide ? empty ? "interface {" : "interface { " : "interface{");
        if (t == type_comparable->named.underlying) buf_puts(w->b, "comparable");
        write_methods(w, &t->iface.methods, &n);
        for (int i = 0; i < t->iface.embedded.n; i++) {
            if (n++) buf_puts(w->b, "; ");
            write_type(w, t->iface.embedded.v[i]);
        }
        buf_puts(w->b, w->wide && !empty ? " }" : "}");
        return;
    }
    complete_interface(t);
    bool wide = w->wide;
    int n = 0, all = t->iface.all_methods.n;
    buf_puts(w->b, wide ? all ? "interface { " : "interface {" : "interface{");
    if (w->style == STYLE_KEY && t->iface.comparable_) buf_puts(w->b, "comparable;");
    write_methods(w, &t->iface.all_methods, &n);
    if (w->style == STYLE_KEY && t->iface.has_terms) write_term_keys(w, &t->iface.terms);
    buf_puts(w->b, wide && all ? " }" : "}");
}

static void write_chan(Writer *w, const Type *t) {
    const Type *e = t->chan.elem;
    bool parens = t->chan.dir == CHAN_BOTH && e && e->kind == T_CHAN && e->chan.dir == CHAN_RECV;
    static const char *const heads[] = {
        [CHAN_BOTH] = "chan ", [CHAN_SEND] = "chan<- ", [CHAN_RECV] = "<-chan "};
    buf_puts(w->b, heads[t->chan.dir]);
    if (parens) buf_putc(w->b, '(');
    write_type(w, e);
    if (parens) buf_putc(w->b, ')');
}

static void write_tuple(Writer *w, const Type *t) {
    buf_putc(w->b, '(');
    for (int i = 0; i < t->tuple.elems.n; i++) {
        if (i) buf_puts(w->b, ", ");
        write_type(w, t->tuple.elems.v[i]);
    }
    buf_putc(w->b, ')');
}

static void write_composite(Writer *w, const Type *t) {
    switch (t->kind) {
    case T_ARRAY:
        buf_printf(w->b, "[%lld]", (long long)t->array.len);
        write_type(w, t->array.elem);
        break;
    case T_SLICE:
        buf_puts(w->b, "[]");
        write_type(w, t->slice.elem);
        break;
    case T_POINTER:
        buf_putc(w->b, '*');
        write_type(w, t->pointer.elem);
        break;
    case T_MAP:
        buf_puts(w->b, "map[");
        write_type(w, t->map.key);
        buf_putc(w->b, ']');
        write_type(w, t->map.elem);
        break;
    case T_STRUCT: write_struct(w, t); break;
    case T_FUNC:
        buf_puts(w->b, "func");
        write_signature(w, t);
        break;
    case T_INTERFACE: write_interface(w, (Type *)t); break;
    case T_CHAN: write_chan(w, t); break;
    case T_TUPLE: write_tuple(w, t); break;
    case T_UNION: write_terms(w, &t->union_.terms); break;
    default: buf_puts(w->b, "?"); break;
    }
}

static void write_type(Writer *w, const Type *t) {
    if (!t) {
        buf_puts(w->b, "<nil>");
        return;
    }
    if (t->kind < T_NBASIC) {
        write_basic(w, t);
        return;
    }
    if (t->kind == T_TYPEPARAM) {
        write_tparam(w, t);
        return;
    }
    if (t->kind == T_NAMED && !t->named.targs.n && !t->named.tparams.n) {
        write_named(w, t);
        return;
    }
    for (int i = 0; i < w->stack.n; i++)
        if (w->stack.v[i] == t) { /* an interface whose method mentions the interface */
            buf_printf(w->b, w->style == STYLE_KEY ? "^%d" : "<cycle>", w->stack.n - i);
            return;
        }
    push(&w->stack, t);
    if (t->kind == T_NAMED)
        write_named(w, t);
    else
        write_composite(w, t);
    w->stack.n--;
}

static char *write_one(const Type *t, Style style, bool wide, const Package *rel, Checker *c) {
    Buf b = {0};
    Writer w = {.b = &b, .style = style, .wide = wide, .rel = rel, .c = c};
    write_type(&w, t);
    return buf_str(&b);
}

char *type_str(const Type *t, const Package *rel) {
    return write_one(t, STYLE_MESSAGE, false, rel, NULL);
}

char *type_str_wide(const Type *t, const Package *rel) {
    return write_one(t, STYLE_MESSAGE, true, rel, NULL);
}

char *tstr(Checker *c, const Type *t) {
    return write_one(t, STYLE_MESSAGE, false, c ? type_host(c)->pkg : NULL, c);
}

char *type_key(const Type *t) {
    return write_one(t, STYLE_KEY, false, NULL, NULL);
}

char *type_identity(const Type *t) {
    Buf b = {0};
    Writer w = {.b = &b, .style = STYLE_KEY, .by_address = true};
    write_type(&w, t);
    return buf_str(&b);
}

char *type_reflect_str(const Type *t) {
    return write_one(t, STYLE_REFLECT, true, NULL, NULL);
}

static char *write_func(const Obj *f, Writer w) {
    Buf b = {0};
    w.b = &b;
    w.style = STYLE_MESSAGE;
    w.nameless = true;
    buf_puts(&b, f->name);
    if (f->type && f->type->kind == T_FUNC) write_signature(&w, f->type);
    return buf_str(&b);
}

char *func_str(Checker *c, const Obj *f) {
    return write_func(f, (Writer){.rel = type_host(c)->pkg, .c = c});
}

char *func_str_wide(Checker *c, const Obj *f) {
    (void)c;
    return write_func(f, (Writer){0});
}

char *qualified_obj_name(Checker *c, const Obj *o) {
    Buf b = {0};
    Writer w = {.b = &b, .style = STYLE_MESSAGE, .rel = type_host(c)->pkg, .c = c};
    write_package(&w, o->pkg);
    buf_puts(&b, o->name);
    return buf_str(&b);
}

char *generic_alias_str(Checker *c, const Obj *o) {
    Buf b = {0};
    Writer w = {.b = &b, .style = STYLE_MESSAGE, .rel = type_host(c)->pkg, .c = c};
    write_package(&w, o->pkg);
    buf_puts(&b, o->name);
    write_tparams(&w, &o->tparams);
    return buf_str(&b);
}

/* --- objects --- */

static void write_func_obj(Writer *w, const Obj *f) {
    buf_puts(w->b, "func ");
    const Obj *recv = f->type && f->type->kind == T_FUNC ? f->type->func.recv : NULL;
    if (recv) {
        buf_putc(w->b, '(');
        if (recv->type && recv->type->kind == T_INTERFACE)
            buf_puts(w->b, "interface");
        else
            write_type(w, recv->type);
        buf_puts(w->b, ").");
    } else {
        write_package(w, f->pkg);
    }
    buf_puts(w->b, f->name);
    if (f->type && f->type->kind == T_FUNC) write_signature(w, f->type);
}

static void write_type_obj(Writer *w, Obj *o) {
    if (is_tparam(o->type)) {
        buf_puts(w->b, " constrained by ");
        write_type(w, o->type->tparam.constraint);
        return;
    }
    if (!o->type || o->type->kind < T_NBASIC) return;
    if (o->is_alias) buf_puts(w->b, " =");
    buf_putc(w->b, ' ');
    if (o->type == type_any)
        buf_puts(w->b, "interface{}");
    else
        write_type(w, o->is_alias ? o->type : underlying(o->type));
}

char *obj_str(Checker *c, const Obj *o) {
    static const char *const words[] = {
        [OBJ_CONST] = "const", [OBJ_TYPE] = "type",       [OBJ_VAR] = "var",
        [OBJ_LABEL] = "label", [OBJ_BUILTIN] = "builtin", [OBJ_NIL] = "nil"};
    Buf b = {0};
    Writer w = {.b = &b, .style = STYLE_MESSAGE, .rel = type_host(c)->pkg, .c = c};
    if (o->kind == OBJ_PKG) {
        buf_printf(&b, "package %s", o->name);
        if (strcmp(o->imported->path, o->name) != 0) buf_printf(&b, " (\"%s\")", o->imported->path);
        return buf_str(&b);
    }
    if (o->kind == OBJ_FUNC) {
        write_func_obj(&w, o);
        return buf_str(&b);
    }
    buf_puts(&b, o->kind == OBJ_VAR && o->is_field ? "field" : words[o->kind]);
    if (o->kind == OBJ_NIL) return buf_str(&b);
    buf_putc(&b, ' ');
    if (o->pkg && scope_lookup(o->pkg->scope, o->name) == o) write_package(&w, o->pkg);
    buf_puts(&b, o->name);
    if (o->kind == OBJ_TYPE) {
        write_type_obj(&w, (Obj *)o);
    } else if (o->type && o->kind != OBJ_LABEL && o->kind != OBJ_BUILTIN) {
        buf_putc(&b, ' ');
        write_type(&w, o->type);
    }
    return buf_str(&b);
}
