/* wrap.c - functions that stand between a call and a method: nobody wrote them, every Go compiler
 * makes them.
 *
 *   main$T$m$$w     a promoted method with its own receiver type; walks the embedded fields
 *   main$4T$m$$w    a method of T called by way of *T, or by the data word of an interface, which
 *                   points to the value; a nil pointer panics with the names
 *   main$T$m$$i     a method of a struct or an array that is the data word itself
 *   main$T$m$$fm    the code of a method value x.m: the receiver is in the closure
 *   main$I$m$$e     the method expression I.m of an interface
 *
 * Traces leave out what has $$ in its name.
 *
 * Types declared at package level have theirs in their own package, with external names. Those of
 * local and unnamed types are static in every file that needs them.
 *
 * On amd64 (System V) an argument too many does no harm: the callee does not look for it and the
 * caller removes it. So the static closure of a declared function needs no thunk to drop its last
 * argument, the closure; its code is the function itself. Likewise a pointer-shaped receiver and
 * the data word are the same thing in the same register.
 *
 * A wrapper that a deferred call enters must leave the right to recover to the method behind it.
 * That matters where the method calls recover, or is not known.
 */
#include "emit/pkg.h"

Buf wrap_code;
static Map made;   /* symbol -> symbol */
static Map stems;  /* TypeRec* -> stem of the names of an unnamed type's wrappers */
static Map values; /* Obj* or symbol -> closure expression */

void wrap_begin(void) {
    wrap_code = (Buf){0};
    made = (Map){0};
    stems = (Map){0};
    values = (Map){0};
}

/* --- names --- */

/* "main$T", "main$4T"; for local and unnamed types something that is unique in the file. */
static const char *type_stem(Type *recv) {
    if (type_owner(recv)) {
        if (recv->kind != T_POINTER) return type_symbol(recv);
        Type *t = recv->pointer.elem;
        return xprintf("%s$4%s", package_path(t->named.obj->pkg->path), t->named.obj->name);
    }
    TypeRec *r = type_rec(recv);
    const char *stem = map_get(&stems, r);
    if (stem) return stem;
    stem = xprintf("wrap$$%d", ++gen.serial);
    map_put(&stems, r, (void *)stem);
    return stem;
}

/* An instance of a method with type parameters of its own. */
static bool is_generic_method(const Obj *m) {
    return m->origin && m->origin->type->func.tparams.n > 0;
}

/* Two packages may each promote a method of the same unexported name into one type; a method with type parameters
 * has many instances. */
static const char *method_name(Type *recv, Obj *m) {
    if (is_generic_method(m)) return cfunc(m);
    Package *owner = type_owner(recv);
    if (is_exported(m->name) || !m->pkg || m->pkg == owner) return m->name;
    return xprintf("%s$$%s", m->name, package_path(m->pkg->path));
}

/* Declares a wrapper; true if it is to be printed in this package and has not been. */
static bool announce(Type *recv, const char *sym, const char *proto) {
    if (map_get(&made, intern(sym))) return false;
    map_put(&made, intern(sym), (void *)sym);
    Package *owner = recv ? type_owner(recv) : NULL;
    buf_printf(&gen.decls, "%s%s;\n", owner ? "" : "static ", proto);
    return !owner || owner == gen.pkg;
}

/* --- bodies --- */

/* An expression and its Go type. */
typedef struct Place {
    const char *text;
    Type *type;
} Place;

static Place walk(Place x, const MethodEntry *e) {
    for (int i = 0; i < e->npath; i++) {
        Type *u = underlying(x.type);
        bool ptr = u->kind == T_POINTER;
        Type *st = ptr ? u->pointer.elem : x.type;
        const char *field = cfield(st, e->path[i]);
        x.text =
            ptr ? xprintf("gm_not_nil(%s)->%s", x.text, field) : xprintf("%s.%s", x.text, field);
        x.type = underlying(st)->struct_.fields.v[e->path[i]]->type;
    }
    return x;
}

static const char *argument_list(Type *sig, const char *first) {
    Buf b = {0};
    buf_puts(&b, first ? first : "");
    for (int i = 0; i < sig->func.params.n; i++) buf_printf(&b, "%sp%d", i || first ? ", " : "", i);
    return buf_str(&b);
}

static const char *returns(Type *sig) {
    return sig->func.results.n ? "return " : "";
}

/* Prints the statement that calls m on x, the receiver at the end of the path. self: the wrapper's
 * name. */
static void print_call(Buf *b, Place x, Obj *m, const char *self) {
    Type *sig = m->type;
    if (is_interface(x.type)) {
        int i = iface_method_index(x.type, m);
        const char *code = ccode_type(sig, CODE_METHOD);
        buf_printf(b, "    gm_iface i = %s;\n    void *code = gm_not_nil(i.tab)->fun[%d];\n",
                   x.text, i);
        buf_printf(b, "    gm_recover_wrapper((void *)%s, code);\n", self);
        buf_printf(b, "    %s((%s)code)(%s);\n", returns(sig), code, argument_list(sig, "i.data"));
        return;
    }
    bool have_ptr = underlying(x.type)->kind == T_POINTER && x.type->kind != T_NAMED;
    bool want_ptr = ptr_receiver(m);
    const char *recv = have_ptr == want_ptr ? x.text
                       : want_ptr           ? xprintf("&%s", x.text)
                                            : xprintf("*gm_not_nil(%s)", x.text);
    const char *code = cfunc(m);
    if (m->func->calls_recover_directly)
        buf_printf(b, "    gm_recover_wrapper((void *)%s, (void *)%s);\n", self, code);
    buf_printf(b, "    %s%s(%s);\n", returns(sig), code, argument_list(sig, recv));
}

static void print_head(Buf *b, Type *owned_by, const char *sym, const char *proto) {
    bool is_static = !owned_by || !type_owner(owned_by);
    buf_printf(b, "\nGM_GO(%s) %s%s {\n", sym, is_static ? "static " : "", proto);
}

static void print_nil_check(Buf *b, Type *recv, const Obj *m) {
    Obj *t = recv->pointer.elem->named.obj;
    const char *path = t->pkg->path, *name = strcmp(path, "main") == 0 ? "main" : path;
    buf_printf(b, "    if (GM_UNLIKELY(!recv)) gm_panic_wrap(%s, %s, %s);\n",
               cquote((Str){name, strlen(name)}), cquote((Str){t->name, strlen(t->name)}),
               cquote((Str){m->name, strlen(m->name)}));
}

/* Whether e is declared with exactly this receiver type. */
static bool is_own(Type *recv, const MethodEntry *e) {
    if (e->npath > 0 || is_interface(recv)) return false;
    return (recv->kind == T_POINTER) == ptr_receiver(e->method);
}

const char *method_direct(Type *recv, MethodEntry *e) {
    Obj *m = e->method;
    if (is_own(recv, e)) return cfunc(m);
    const char *sym = xprintf("%s$%s$$w", type_stem(recv), method_name(recv, m));
    const char *proto = prototype(m->type, sym, ctype(recv), NULL, true);
    Type *owned_by = is_generic_method(m) ? NULL : recv; /* else: printed by whoever needs it */
    if (!announce(owned_by, sym, proto)) return sym;
    Buf b = {0};
    print_head(&b, owned_by, sym, proto);
    if (e->npath == 0 && recv->pointer.elem->kind == T_NAMED) print_nil_check(&b, recv, m);
    print_call(&b, walk((Place){"recv", recv}, e), m, sym);
    buf_puts(&b, "}\n");
    buf_put(&wrap_code, b.p, b.n);
    return sym;
}

/* Whether the data word is the receiver, in C's eyes too. */
static bool word_is_receiver(Type *recv) {
    int k = underlying(recv)->kind;
    return is_direct(recv) && k != T_STRUCT && k != T_ARRAY;
}

const char *method_by_word(Type *recv, MethodEntry *e) {
    if (word_is_receiver(recv)) return method_direct(recv, e);
    if (!is_direct(recv))
        return method_direct(new_pointer(recv), e); /* the word points to the value */
    Obj *m = e->method;
    const char *sym = xprintf("%s$%s$$i", type_stem(recv), method_name(recv, m));
    const char *proto = prototype(m->type, sym, "void *", NULL, true);
    if (!announce(recv, sym, proto)) return sym;
    Buf b = {0};
    print_head(&b, recv, sym, proto);
    Place x = {xprintf("(*(%s *)&recv)", ctype(recv)), recv};
    print_call(&b, walk(x, e), m, sym);
    buf_puts(&b, "}\n");
    buf_put(&wrap_code, b.p, b.n);
    return sym;
}

/* --- functions and methods as values --- */

/* The static closure of a C function that captures nothing. */
const char *closure_value(const char *code) {
    const char *expr = map_get(&values, intern(code));
    if (expr) return expr;
    const char *name = xprintf("%s$$f", code);
    buf_printf(&gen.decls, "static const gm_func %s;\n", name);
    buf_printf(&gen.data, "static const gm_func %s = {(void *)%s};\n", name, code);
    expr = xprintf("&%s", name);
    map_put(&values, intern(code), (void *)expr);
    return expr;
}

const char *cfunc_value(Obj *o) {
    return closure_value(cfunc(o));
}

/* The method expression of an interface type: calls through the receiver's itab. */
static const char *iface_method_expr(Type *iface, Obj *m) {
    const char *sym = xprintf("%s$%s$$e", type_stem(iface), method_name(iface, m));
    const char *proto = prototype(m->type, sym, ctype(iface), NULL, true);
    if (map_get(&made, intern(sym))) return sym;
    map_put(&made, intern(sym), (void *)sym);
    buf_printf(&gen.decls, "static %s;\n", proto);
    Buf b = {0};
    print_head(&b, NULL, sym, proto);
    print_call(&b, (Place){"recv", iface}, m, sym);
    buf_puts(&b, "}\n");
    buf_put(&wrap_code, b.p, b.n);
    return sym;
}

const char *cmethodexpr_value(Selection *sel) {
    if (is_interface(sel->recv)) {
        const char *code = iface_method_expr(sel->recv, sel->obj);
        return closure_value(code);
    }
    MethodEntry instance = {sel->obj, sel->path, sel->npath, sel->indirect}; /* in no method set */
    MethodEntry *e =
        is_generic_method(sel->obj) ? &instance : find_method_entry(sel->recv, sel->obj);
    return closure_value(method_direct(sel->recv, e));
}

const char *cmethodvalue_code(Obj *method, Type *recv) {
    const char *sym = xprintf("%s$%s$$fm", type_stem(recv), method_name(recv, method));
    if (map_get(&made, intern(sym))) return sym;
    map_put(&made, intern(sym), (void *)sym);
    const char *proto = prototype(method->type, sym, NULL, "const gm_func *", true);
    const char *c = ctype(recv);
    buf_printf(&gen.decls, "static %s;\n", proto);
    Buf b = {0};
    print_head(&b, NULL, sym, proto);
    buf_printf(&b, "    struct { gm_func f; %s%srecv; } *bound = (void *)ctx;\n", c,
               c[strlen(c) - 1] == '*' ? "" : " ");
    print_call(&b, (Place){"bound->recv", recv}, method, sym);
    buf_puts(&b, "}\n");
    buf_put(&wrap_code, b.p, b.n);
    return sym;
}
