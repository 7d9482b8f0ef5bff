/* build.h - the walk over one function's body that makes the graph. */
#ifndef ESCAPE_BUILD_H
#define ESCAPE_BUILD_H

#include "escape/graph.h"

typedef struct Build {
    Batch *b;
    Func *f;         /* the function whose body is walked */
    Func *frame;     /* in whose frame it runs: f, or the one that it is inlined into */
    Pos at;          /* inlined: the outermost call, where messages are placed; else none */
    int loop_depth;  /* 1 at the top; deeper inside loops and behind labels that are jumped back to
                      */
    Map loop_labels; /* label names that head a loop made with goto -> non-NULL */
} Build;

void esc_walk_stmt(Build *e, Node *n);
/* The body of an inlined call's literal, as if it stood there. */
void esc_walk_inlined(Build *e, Node *lit);

void esc_value(Build *e, Hole k, Node *n); /* n's value flows to k */
void esc_discard(Build *e, Node *n);
void esc_discards(Build *e, NodeList l);
void esc_value_to_heap(Build *e, Node *n, const char *why, Node *where);
/* n of type uintptr is about to become a pointer (again): what pointer it was made of flows to k.
 */
void esc_unsafe_value(Build *e, Hole k, Node *n);
/* n is the Data field of a reflect.SliceHeader or StringHeader, an integer that stands for a
 * pointer. */
bool esc_is_header_data(const Node *n);
Hole esc_spill(Build *e, Hole k, Node *n, LocKind kind); /* new memory, whose address flows to k */
Hole esc_tee(Build *e, const Hole *ks, int n);           /* one hole for several */
Hole esc_hold_later(Build *e, Hole k);
Hole esc_dot_type(Build *e, Hole k, Type *t, Node *where, const char *why);

Hole esc_target(Build *e, Node *n); /* the place that assigning to n writes */
Loc *esc_var_loc(Build *e, Obj *o);

/* A call whose results flow to ks (nks of them; NULL: none is used). */
void esc_call(Build *e, const Hole *ks, int nks, Node *n);
/* x.m as a value, which flows to k. */
void esc_bound_method(Build *e, Hole k, Node *n);
void esc_go_or_defer(Build *e, Node *n);

#endif
