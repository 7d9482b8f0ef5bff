/* funcs.c - the records of functions and function literals: making them, queueing their bodies, and
 * naming them as Go does: f, T.m, (*T).m, init.0; literals f.func1, inside those f.func1.1, and
 * glob..func1 for literals in initialisers of package variables.
 */
#include "check/decls.h"

#include <stdlib.h>

static void adopt(Func *f, ObjList list) {
    for (int i = 0; i < list.n; i++) list.v[i]->func = f;
}

Func *new_func(Checker *c, Node *decl, Obj *obj, Type *sig, Node *body, Scope *scope) {
    Func *f = new_(Func);
    f->obj = obj;
    f->decl = decl;
    const LeftOut *left_out = body ? body->block.left_out : NULL;
    f->body = left_out ? NULL : body;
    f->calls_recover_directly = left_out && left_out->recovers;
    f->sig = sig;
    f->pkg = c->pkg;
    f->scope = scope;
    f->recv = sig->func.recv;
    f->params = sig->func.params;
    f->results = sig->func.results;
    if (f->recv) f->recv->func = f;
    adopt(f, f->params);
    adopt(f, f->results);
    f->has_named_results = f->results.n > 0 && f->results.v[0]->name[0];
    if (scope) scope->func = f;
    for (int i = 0; i < sig->func.recv_tparams.n; i++)
        push(&f->tparams, sig->func.recv_tparams.v[i]);
    for (int i = 0; i < sig->func.tparams.n; i++) push(&f->tparams, sig->func.tparams.v[i]);
    if (obj) return f;
    f->outer = c->env.func;
    if (f->outer) f->tparams = f->outer->tparams;
    if (f->outer)
        push(&f->outer->lits, f);
    else
        push(&c->package_lits, f);
    return f;
}

typedef struct Body {
    Func *func;
    DeclInfo *decl;
    Const *iota;
    int version;
} Body;

static void run_body(Checker *c, void *arg) {
    Body *b = arg;
    Env saved = c->env;
    c->env =
        (Env){.decl = b->decl, .scope = b->func->scope, .iota = b->iota, .version = b->version};
    check_func_body(c, b->func);
    c->env = saved;
}

void later_func_body(Checker *c, Func *f) {
    Body *b = new_(Body);
    b->func = f;
    b->decl = c->env.decl;
    b->iota = c->env.iota;
    b->version = c->env.version;
    later(c, run_body, b);
}

/* --- names --- */

static int by_position(const void *a, const void *b) {
    const Func *f = *(Func *const *)a, *g = *(Func *const *)b;
    return pos_cmp(f->decl->pos, g->decl->pos);
}

static void list_func(Checker *c, Func *f) {
    if (f->tparams.n == 0) push(&c->pkg->all_funcs, f);
}

/* *number: the last one given to a literal directly inside f. */
static void list_lits(Checker *c, Func *f, int *index, int *number) {
    if (f->lits.n > 1) qsort(f->lits.v, (size_t)f->lits.n, sizeof *f->lits.v, by_position);
    for (int i = 0; i < f->lits.n; i++) {
        Func *lit = f->lits.v[i];
        lit->index = ++*index;
        lit->name = intern(xprintf(f->obj ? "%s.func%d" : "%s.%d", f->name, ++*number));
        list_func(c, lit);
        int inner = 0;
        list_lits(c, lit, index, &inner);
    }
}

/* Type arguments are not spelt out: T[...].m[...]. */
static const char *method_name(const Obj *m) {
    bool ptr;
    Type *t = deref(m->type->func.recv->type, &ptr);
    const char *base = t->kind == T_NAMED ? t->named.obj->name : "?";
    const char *args = m->type->func.recv_tparams.n ? "[...]" : "";
    const char *own = m->type->func.tparams.n ? "[...]" : "";
    return intern(xprintf(ptr ? "(*%s%s).%s%s" : "%s%s.%s%s", base, args, m->name, own));
}

/* Several functions may be named _: their literals are numbered through the package. */
static void name_declared(Checker *c, Func *f, int *ninits, int *package_number) {
    if (f->recv)
        f->name = method_name(f->obj);
    else if (strcmp(f->obj->name, "init") == 0)
        f->name = intern(xprintf("init.%d", (*ninits)++));
    else
        f->name = f->tparams.n ? intern(xprintf("%s[...]", f->obj->name)) : f->obj->name;
    list_func(c, f);
    int index = 0, number = 0;
    bool blank = strcmp(f->name, "_") == 0;
    list_lits(c, f, &index, blank ? package_number : &number);
}

void name_functions(Checker *c) {
    int ninits = 0, index = 0, package_number = 0;
    for (int i = 0; i < c->pkg->funcs.n; i++)
        name_declared(c, c->pkg->funcs.v[i], &ninits, &package_number);
    for (int i = 0; i < c->pkg->generic_funcs.n; i++)
        name_declared(c, c->pkg->generic_funcs.v[i], &ninits, &package_number);
    if (c->pkg->outline) return; /* nobody asks for the initialisers of its variables */
    if (c->package_lits.n > 1)
        qsort(c->package_lits.v, (size_t)c->package_lits.n, sizeof *c->package_lits.v, by_position);
    for (int i = 0; i < c->package_lits.n; i++) {
        Func *lit = c->package_lits.v[i];
        lit->index = ++index;
        lit->name = intern(xprintf("glob..func%d", ++package_number));
        push(&c->pkg->all_funcs, lit);
        int inner = 0;
        list_lits(c, lit, &index, &inner);
    }
}
