/* escape.c - the order of the analysis: strongly connected sets of functions, callees before
 * callers.
 *
 * Functions are nodes; naming a function of the same package (calling it, taking its value, a
 * method of it) is an edge. The literals inside a function belong to it. Each set becomes one graph
 * (graph.h), is solved, and leaves tags on its functions' parameters for the callers that follow.
 * Sets are found with Tarjan's algorithm.
 */
#include "escape/build.h"

typedef struct Member { /* a function in Tarjan's walk */
    Func *f;
    int low;
    bool done;
} Member;

typedef struct Walk {
    Package *pkg;
    const EscapeOptions *opt;
    Map members; /* Func -> Member */
    VEC(Member *) stack;
    int serial;
    Member *at; /* whose body is being looked through */
} Walk;

static int visit(Walk *w, Func *f);

static void refer(Walk *w, Func *f) {
    if (!f || (f->pkg != w->pkg && !f->targs.n) || (!f->obj && f->outer)) return;
    if (esc_of_func(f)->state == FUNC_TAGGED) return; /* an instance that another package has too */
    Member *from = w->at;
    int low = visit(w, f);
    w->at = from;
    if (low < from->low) from->low = low;
}

static void look(Node *n, void *ctx) {
    Walk *w = ctx;
    if (n->kind == N_IDENT && n->ident.obj && n->ident.obj->kind == OBJ_FUNC)
        refer(w, n->ident.obj->func);
    if (n->kind == N_SELECTOR) {
        Obj *o = n->selector.sel ? n->selector.sel->obj : n->selector.name->ident.obj;
        if (o && o->kind == OBJ_FUNC) refer(w, o->func);
    }
    if (n->kind == N_FUNCLIT && n->funclit.func && !n->funclit.func->outer)
        refer(w, n->funclit.func);
    walk_children(n, look, ctx);
}

/* --- one set --- */

static void tag_param(Batch *b, Func *f, Obj *p, int number, Leaks *tag) {
    if (!p || !p->type || !has_pointers(p->type)) return;
    if (!f->body) {
        if (!(f->decl && f->decl->kind == N_FUNC && (f->decl->func.pragmas & PRAGMA_NOESCAPE)))
            leaks_add(tag, 0, 0);
        if (p->name[0]) esc_report_param(b, f, p, number, tag);
        return;
    }
    if (!p->name[0] || strcmp(p->name, "_") == 0) return;
    Loc *l = p->loc;
    *tag = l->leaks;
    leaks_optimize(tag);
    esc_report_param(b, f, p, number, tag);
}

static void tag_literals(Batch *b, Func *f);

static void tag_function(Batch *b, Func *f) {
    FuncEsc *fe = esc_of_func(f);
    fe->tags = alloc(sizeof(Leaks) * (size_t)(f->params.n + 2));
    int n = 0;
    if (f->recv) {
        tag_param(b, f, f->recv, n + 1, &fe->tags[n]);
        n++;
    }
    for (int i = 0; i < f->params.n; i++, n++) tag_param(b, f, f->params.v[i], n + 1, &fe->tags[n]);
    fe->state = FUNC_TAGGED;
    tag_literals(b, f);
}

/* What is inlined has no callers. */
static void tag_literals(Batch *b, Func *f) {
    for (int i = 0; i < f->lits.n; i++) {
        Func *lit = f->lits.v[i];
        if (lit->inlined)
            tag_literals(b, lit);
        else
            tag_function(b, lit);
    }
}

static void finish_batch(Batch *b) {
    esc_flow_closures(b);
    for (int i = 0; i < b->locs.n; i++) {
        Loc *l = b->locs.v[i];
        const char *why = esc_heap_reason(l);
        if (why) esc_flow(b, esc_addr_of(b, esc_heap_hole(b), l->node, why), l);
    }
    esc_solve(b);
}

static Batch *new_batch(const Walk *w) {
    Batch *b = new_(Batch);
    b->opt = w->opt;
    b->pkg = w->pkg;
    b->heap.escapes = true;
    return b;
}

static void analyse(Walk *w, Func **fs, int n) {
    Batch *b = new_batch(w);
    for (int i = 0; i < n; i++) esc_build_function(b, fs[i]);
    for (int i = 0; i < n; i++) esc_walk_body(b, fs[i]);
    finish_batch(b);
    for (int i = 0; i < n; i++) tag_function(b, fs[i]);
    esc_report_locs(b);
    esc_move_first_cells(b, fs, n);
}

/* --- Tarjan --- */

static int visit(Walk *w, Func *f) {
    Member *m = map_get(&w->members, f);
    if (m) return m->done ? INT32_MAX : m->low;
    m = new_(Member);
    int id = ++w->serial;
    *m = (Member){f, id, false};
    map_put(&w->members, f, m);
    push(&w->stack, m);
    w->at = m;
    if (f->body) walk_children(f->body, look, w);
    if (m->low != id) return m->low;
    VEC(Func *) set = {0};
    for (;;) {
        Member *top = w->stack.v[--w->stack.n];
        top->done = true;
        push(&set, top->f);
        if (top == m) break;
    }
    analyse(w, set.v, set.n);
    return INT32_MAX;
}

static void visit_root(Walk *w, Func *f) {
    if (esc_of_func(f)->state != FUNC_TAGGED && !map_get(&w->members, f)) visit(w, f);
}

static void analyse_init(Walk *w) {
    static const EscapeOptions quiet = {
        0}; /* most of it becomes static data, of which -m does not speak */
    Batch *b = new_batch(w);
    b->opt = &quiet;
    Func *f = new_(Func);
    f->name = "init";
    f->pkg = w->pkg;
    esc_build_init(b, f, w->pkg);
    finish_batch(b);
    esc_report_locs(b);
}

void escape_package(Package *p, const EscapeOptions *opt) {
    Walk w = {.pkg = p, .opt = opt};
    for (int i = 0; i < p->funcs.n; i++) visit_root(&w, p->funcs.v[i]);
    for (int i = 0; i < p->instances.n; i++) visit_root(&w, p->instances.v[i]);
    for (int i = 0; i < p->inits.n; i++) visit_root(&w, p->inits.v[i]);
    for (int i = 0; i < p->all_funcs.n; i++)
        if (!p->all_funcs.v[i]->obj && !p->all_funcs.v[i]->outer) visit_root(&w, p->all_funcs.v[i]);
    if (!p->outline) analyse_init(&w);
}
