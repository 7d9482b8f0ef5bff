/* closure.c - function literals and method values.
 *
 * A closure is a struct whose first word is the code and whose other members are the captured
 * variables: the value where nothing assigns the variable after the capture, else a pointer to it.
 * The struct is a Go struct type made here, so that it has a descriptor like any other. A literal
 * that captures nothing is one static closure.
 */
#include "emit/body.h"

static Obj *new_field(const char *name, Type *t, int index) {
    Obj *o = new_(Obj);
    *o = (Obj){.kind = OBJ_VAR,
               .is_field = true,
               .name = intern(name),
               .type = t,
               .index = index,
               .pkg = gen.pkg};
    return o;
}

Type *record_type(TypeList *types, const char *first) {
    Type *t = new_(Type);
    t->kind = T_STRUCT;
    t->complete = true;
    t->ptrdata = -1;
    push(&t->struct_.fields, new_field(first, types->v[0], 0));
    for (int i = 1; i < types->n; i++)
        push(&t->struct_.fields, new_field(xprintf("x%d", i), types->v[i], i));
    for (int i = 0; i < types->n; i++) push(&t->struct_.tags, ((Str){0}));
    return t;
}

Type *closure_type(Func *fn) {
    TypeList types = {0};
    push(&types, types_basic[T_UINTPTR]);
    for (int i = 0; i < fn->captures.n; i++) {
        Obj *o = fn->captures.v[i];
        push(&types, captured_by_value(o) ? o->type : new_pointer(o->type));
    }
    return record_type(&types, "code");
}

void load_captures(FuncGen *f) {
    Func *fn = f->fn;
    if (fn->captures.n == 0) return;
    Type *ct = closure_type(fn);
    S self = new_name(f, "self");
    put(f, "const %s *%s = (const void *)gm_c;", ctype(ct), self);
    for (int i = 0; i < fn->captures.n; i++) {
        Obj *o = fn->captures.v[i];
        bool by_value = captured_by_value(o);
        S name = new_name(f, o->name);
        S type = by_value ? ctype(o->type) : xprintf("%s *", ctype(o->type));
        put(f, "%s = %s->%s;", declarator(type, name), self, cfield(ct, i + 1));
        bind_var(f, o, name, !by_value);
    }
}

/* A member of what p points to. */
S member(S p, S field) {
    if (p[0] == '(' && p[1] == '&') return xprintf("%.*s.%s", (int)strlen(p) - 3, p + 2, field);
    return xprintf("%s->%s", p, field);
}

/* The closure struct in fresh memory; its name, a pointer. */
static S new_record(FuncGen *f, Type *t, Esc esc) {
    S type = ctype(t);
    if (esc == ESC_NONE) return xprintf("(&%s)", stored(f, type));
    return temp_c(f, xprintf("%s *", type), xprintf("gm_new_here(%s)", cdesc(t)));
}

S function_literal(FuncGen *f, Node *n) {
    Func *fn = n->funclit.func;
    S code = cfunc_of(fn);
    if (fn->captures.n == 0) {
        S name = xprintf("gm_c%d", gen.serial++);
        buf_printf(&gen.data, "static const gm_func %s = {(void *)%s};\n", name, code);
        return xprintf("(&%s)", name);
    }
    Type *ct = closure_type(fn);
    S p = new_record(f, ct, n->esc);
    put(f, "%s = (uintptr_t)%s;", member(p, cfield(ct, 0)), code);
    for (int i = 0; i < fn->captures.n; i++) {
        Obj *o = fn->captures.v[i];
        S var = var_text(f, o);
        put(f, "%s = %s;", member(p, cfield(ct, i + 1)),
            captured_by_value(o) ? var : unwrap(address_of(var)));
    }
    return xprintf("((const gm_func *)%s)", p);
}

S method_value(FuncGen *f, Node *n) {
    Type *recv;
    S x = method_receiver(f, n, &recv);
    if (is_interface(recv)) {
        x = stable(f, recv, x);
        put(f, "gm_check_nil(%s.tab);", x);
    } else {
        x = temp(f, recv, x);
    }
    TypeList types = {0};
    push(&types, types_basic[T_UINTPTR]);
    push(&types, recv);
    Type *t = record_type(&types, "code");
    S p = new_record(f, t, n->esc);
    put(f, "%s = (uintptr_t)%s;", member(p, cfield(t, 0)),
        cmethodvalue_code(n->selector.sel->obj, recv));
    put(f, "%s = %s;", member(p, cfield(t, 1)), x);
    return xprintf("((const gm_func *)%s)", p);
}
