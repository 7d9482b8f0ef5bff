/* graph.c - locations, holes and edges. */
#include "escape/graph.h"

void leaks_add(Leaks *l, int where, int derefs) {
    int old = leaks_get(l, where);
    if (old >= 0 && old <= derefs) return;
    l->to[where] = (uint8_t)(derefs + 1 > 255 ? 255 : derefs + 1);
}

/* A path to the heap makes equal or longer paths to results say nothing more. */
void leaks_optimize(Leaks *l) {
    int heap = leaks_get(l, 0);
    if (heap < 0) return;
    for (int i = 1; i <= MAX_RESULTS_TAGGED; i++)
        if (leaks_get(l, i) >= heap) l->to[i] = 0;
}

FuncEsc *esc_of_func(Func *f) {
    if (!f->esc) f->esc = new_(FuncEsc);
    return f->esc;
}

Loc *esc_new_loc(Batch *b, LocKind kind, Func *f, int loop_depth) {
    Loc *l = new_(Loc);
    l->kind = kind;
    l->func = f;
    l->loop_depth = loop_depth;
    push(&b->locs, l);
    return l;
}

Hole esc_loc_hole(Loc *l) {
    return (Hole){l, 0, NULL};
}
Hole esc_heap_hole(Batch *b) {
    return esc_loc_hole(&b->heap);
}
Hole esc_blank_hole(Batch *b) {
    return esc_loc_hole(&b->blank);
}

Hole esc_shift(Hole k, int delta) {
    k.derefs += delta;
    if (k.derefs < -1) ice((Pos){0}, "escape analysis: dereferences below -1");
    return k;
}

Hole esc_note(Batch *b, Hole k, Node *where, const char *why) {
    if (b->opt->m < 2) return k;
    Note *n = new_(Note);
    *n = (Note){k.notes, where, why};
    k.notes = n;
    return k;
}

Hole esc_load_from(Batch *b, Hole k, Node *where, const char *why) {
    return esc_note(b, esc_shift(k, 1), where, why);
}
Hole esc_addr_of(Batch *b, Hole k, Node *where, const char *why) {
    return esc_note(b, esc_shift(k, -1), where, why);
}

void esc_flow(Batch *b, Hole k, Loc *src) {
    if (k.dst == &b->blank) return;
    if (k.dst == src && k.derefs >= 0) return; /* x = x, x = *x: nothing new */
    if (k.dst->escapes && k.derefs < 0) {      /* the address of src reaches the heap at once */
        if (b->opt->m >= 2 && !src->escapes) {
            notef(esc_loc_pos(src), "%s escapes to heap:", esc_loc_text(b, src));
            esc_explain_flow(b, esc_loc_pos(src), k.dst, src, k.derefs, k.notes);
        }
        src->escapes = true;
        return;
    }
    Edge e = {src, k.derefs, k.notes};
    push(&k.dst->edges, e);
}

size_t escape_tags_size(const Func *f) {
    return sizeof(Leaks) * (size_t)(f->params.n + (f->recv != NULL));
}

Str escape_tags(Func *f) {
    return (Str){(const char *)esc_of_func(f)->tags, escape_tags_size(f)};
}

void escape_set_tags(Func *f, const char *tags) {
    FuncEsc *fe = esc_of_func(f);
    fe->tags = alloc(escape_tags_size(f) + sizeof(Leaks));
    memcpy(fe->tags, tags, escape_tags_size(f));
    fe->state = FUNC_TAGGED;
}
