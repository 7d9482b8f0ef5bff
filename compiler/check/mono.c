/* mono.c - instantiations without end: func f[T any]() { f[*T]() }.
 *
 * A graph whose nodes are type parameters, and local types that depend on some: an edge from what a
 * type argument mentions to the parameter that it is given for, of weight 0 if the argument is just
 * that, of weight 1 if it is something made of it. A cycle of positive weight makes ever larger
 * types; it is found as a path of heaviest weight that is as long as there are nodes.
 */
#include "check/generic.h"

typedef struct Vertex {
    Obj *obj;
    int weight, pre, len; /* of the heaviest path known: its last edge, its length */
} Vertex;

typedef struct Edge {
    int dst, src, weight;
    Pos pos;
    Type *type;
} Edge;

struct Mono {
    VEC(Vertex) vertices;
    VEC(Edge) edges;
    Map index; /* Obj -> 1 + vertex */
};

static Mono *mono(Checker *c) {
    if (!c->mono) c->mono = new_(Mono);
    return c->mono;
}

static int new_vertex(Mono *m, Obj *o) {
    push(&m->vertices, ((Vertex){.obj = o, .pre = -1}));
    map_put(&m->index, o, (void *)(intptr_t)m->vertices.n);
    return m->vertices.n - 1;
}

static int tparam_vertex(Mono *m, Type *p) {
    while (p->tparam.canon) p = p->tparam.canon;
    void *known = map_get(&m->index, p->tparam.obj);
    return known ? (int)(intptr_t)known - 1 : new_vertex(m, p->tparam.obj);
}

static void add_edge(Mono *m, int dst, int src, int weight, Pos pos, Type *t) {
    push(&m->edges, ((Edge){dst, src, weight, pos, t}));
}

/* The vertex of a local type of a generic function; -1 for other types. */
static int local_vertex(Checker *c, Type *t) {
    Mono *m = mono(c);
    Type *orig = t->named.orig ? t->named.orig : t;
    Obj *o = orig->named.obj;
    if (o->pkg != c->pkg || orig->named.nimplicit == 0) return -1;
    void *known = map_get(&m->index, o);
    if (known) return (int)(intptr_t)known - 1;
    int v = new_vertex(m, o);
    for (int i = 0; i < orig->named.nimplicit; i++)
        add_edge(m, v, tparam_vertex(m, orig->named.tparams.v[i]), 1, o->pos,
                 orig->named.tparams.v[i]);
    return v;
}

typedef struct Flow { /* what flows to parameter p */
    Checker *c;
    Type *p, *targ;
    Pos pos;
    TypeList seen;
} Flow;

static void flow_from(Flow *f, int src, Type *t) {
    Mono *m = mono(f->c);
    add_edge(m, tparam_vertex(m, f->p), src, t == f->targ ? 0 : 1, f->pos, f->targ);
}

static void walk(Flow *f, Type *t);

static void walk_objs(Flow *f, const ObjList *l) {
    for (int i = 0; i < l->n; i++)
        if (l->v[i]->type) walk(f, l->v[i]->type);
}

static bool seen(Flow *f, Type *t) {
    for (int i = 0; i < f->seen.n; i++)
        if (f->seen.v[i] == t) return true;
    push(&f->seen, t);
    return false;
}

static void walk(Flow *f, Type *t) {
    switch (t->kind) {
    case T_TYPEPARAM: flow_from(f, tparam_vertex(mono(f->c), t), t); break;
    case T_NAMED: {
        int v = local_vertex(f->c, t);
        if (v >= 0) flow_from(f, v, t);
        for (int i = 0; i < t->named.targs.n; i++) walk(f, t->named.targs.v[i]);
        break;
    }
    case T_ARRAY: walk(f, t->array.elem); break;
    case T_SLICE: walk(f, t->slice.elem); break;
    case T_POINTER: walk(f, t->pointer.elem); break;
    case T_CHAN: walk(f, t->chan.elem); break;
    case T_MAP:
        walk(f, t->map.key);
        walk(f, t->map.elem);
        break;
    case T_INTERFACE:
        if (seen(f, t)) break;
        complete_interface(t);
        walk_objs(f, &t->iface.all_methods);
        break;
    case T_FUNC:
        walk_objs(f, &t->func.params);
        walk_objs(f, &t->func.results);
        break;
    case T_STRUCT: walk_objs(f, &t->struct_.fields); break;
    default: break;
    }
}

void mono_record(Checker *c, Pos pos, TypeList tparams, TypeList targs, NodeList xlist) {
    for (int i = 0; i < tparams.n && i < targs.n; i++) {
        if (tparams.v[i]->tparam.obj->pkg != c->pkg) continue; /* cycles lie in one package */
        Flow f = {.c = c, .p = tparams.v[i], .targ = targs.v[i]};
        f.pos = i < xlist.n ? start_pos(xlist.v[i]) : pos;
        walk(&f, targs.v[i]);
    }
}

static void report(Checker *c, Mono *m, int v) {
    VEC(int) stack = {0};
    bool *on_path = alloc((size_t)m->vertices.n);
    while (!on_path[v]) {
        push(&stack, v);
        on_path[v] = true;
        v = m->edges.v[m->vertices.v[v].pre].src;
    }
    int first = 0;
    while (stack.v[first] != v) first++;
    Buf b = {0};
    buf_puts(&b, "instantiation cycle:");
    for (int i = first; i < stack.n; i++) {
        Edge *e = &m->edges.v[m->vertices.v[stack.v[i]].pre];
        Obj *o = m->vertices.v[e->dst].obj;
        buf_printf(&b, "\n\t%s: %s %s %s", pos_str(e->pos), o->name,
                   is_tparam(o->type) ? "instantiated as" : "implicitly parameterized by",
                   tstr(c, e->type));
    }
    err_at(c, m->vertices.v[v].obj->pos, "%s", buf_str(&b));
}

void check_mono(Checker *c) {
    Mono *m = mono(c);
    for (bool again = true; again;) {
        again = false;
        for (int i = 0; i < m->edges.n; i++) {
            Edge *e = &m->edges.v[i];
            Vertex *src = &m->vertices.v[e->src], *dst = &m->vertices.v[e->dst];
            int w = src->weight + e->weight;
            if (w <= dst->weight) continue;
            dst->pre = i;
            dst->len = src->len + 1;
            if (dst->len == m->vertices.n) {
                report(c, m, e->dst);
                return;
            }
            dst->weight = w;
            again = true;
        }
    }
}
