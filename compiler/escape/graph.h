/* graph.h - the graph that escape analysis solves.
 *
 * A location is anything with storage of its own: a variable, the memory of an allocating
 * expression, the box of an interface conversion, the slice of variadic arguments, or a temporary.
 * An edge `dst <- src` with n dereferences says that the value of dst may be that of src after n
 * loads; n == -1 says that it may be src's address. The algorithm is that of Go's compiler
 * since 1.13: for each root, find the fewest dereferences with which every location reaches it
 * (Bellman-Ford, intermediate counts bounded below by 0); a location whose address reaches a root
 * that outlives it moves to the heap; a parameter whose value reaches the heap or a result leaks,
 * and its function's tag says with how many dereferences.
 *
 * A hole is a place for a value: a location, and the dereferences still to be applied on the way to
 * it.
 */
#ifndef ESCAPE_GRAPH_H
#define ESCAPE_GRAPH_H

#include "escape/escape.h"

enum { MAX_RESULTS_TAGGED = 7 };

/* For a parameter: 1 + the fewest dereferences with which it flows to the heap [0] and to result i
 * [1+i]; 0: does not. */
typedef struct Leaks {
    uint8_t to[1 + MAX_RESULTS_TAGGED];
} Leaks;
void leaks_add(Leaks *l, int where, int derefs);
static inline int leaks_get(const Leaks *l, int where) {
    return l->to[where] - 1;
} /* -1: none */
void leaks_optimize(Leaks *l);

typedef enum LocKind { LOC_TEMP, LOC_VAR, LOC_NODE, LOC_BOX, LOC_DOTS } LocKind;

/* Why an edge exists, for -m -m; the most recent first. */
typedef struct Note {
    const struct Note *next;
    Node *where;
    const char *why;
} Note;

typedef struct Loc Loc;
typedef struct Edge {
    Loc *src;
    int derefs;
    const Note *notes;
} Edge;

struct Loc {
    uint8_t kind; /* LocKind */
    bool is_param, is_result, escapes, queued;
    int result_index; /* from 0 */
    int loop_depth;   /* of the declaration, within func */
    Obj *var;         /* LOC_VAR */
    Node *node;       /* LOC_NODE, LOC_BOX, LOC_DOTS */
    Func *func;
    Pos at;          /* in an inlined body: the call, where messages place it; else none */
    VEC(Edge) edges; /* incoming */
    Leaks leaks;     /* parameters */
    /* of the walk under way */
    int derefs;
    uint32_t walk;
    Loc *dst;     /* the next location on the way to the root */
    int dst_edge; /* index of the edge in dst */
};

typedef struct Hole {
    Loc *dst;
    int derefs; /* >= -1 */
    const Note *notes;
} Hole;

/* A literal whose captures flow to it once every body of the batch has been walked. */
typedef struct Closure {
    Hole k;
    Node *lit;
} Closure;

/* One strongly connected set of functions. */
typedef struct Batch {
    const EscapeOptions *opt;
    Package *pkg;
    VEC(Loc *) locs;
    VEC(Closure) closures;
    Map initial; /* variable -> the expression it was declared with */
    Loc heap, blank;
} Batch;

/* Of a Func, in Func.esc. */
typedef enum FuncState { FUNC_UNKNOWN, FUNC_PLANNED, FUNC_TAGGED } FuncState;
typedef struct FuncEsc {
    FuncState state;
    bool called_directly; /* a literal that is called where it stands */
    Leaks *tags;          /* receiver first, then parameters; valid when FUNC_TAGGED */
} FuncEsc;
FuncEsc *esc_of_func(Func *f);

/* graph.c */
Loc *esc_new_loc(Batch *b, LocKind kind, Func *f, int loop_depth);
void esc_flow(Batch *b, Hole k, Loc *src);
Hole esc_loc_hole(Loc *l);
Hole esc_heap_hole(Batch *b);
Hole esc_blank_hole(Batch *b);
Hole esc_shift(Hole k, int delta);
Hole esc_note(Batch *b, Hole k, Node *where, const char *why);
Hole esc_load_from(Batch *b, Hole k, Node *where, const char *why);
Hole esc_addr_of(Batch *b, Hole k, Node *where, const char *why);

/* solve.c */
void esc_solve(Batch *b);

/* build.c, build_expr.c, build_call.c: walk a function's body into the graph */
void esc_build_function(Batch *b, Func *f);
void esc_build_init(Batch *b, Func *f, Package *p);
void esc_walk_body(Batch *b, Func *f);
void esc_flow_closures(Batch *b);

/* chain.c: first cells of chains go to the heap, whatever -m says */
void esc_move_first_cells(Batch *b, Func **fs, int n);

/* report.c: what -m prints */
const char *esc_heap_reason(const Loc *l); /* why it must be on the heap whatever flows, or NULL */
void esc_report_locs(Batch *b);
void esc_report_param(Batch *b, Func *f, Obj *param, int number, const Leaks *tag);
char *esc_loc_text(const Batch *b, const Loc *l);
Pos esc_loc_pos(const Loc *l);
char *esc_ir_str(const Node *n, const Package *pkg);
void esc_explain_path(const Batch *b, Loc *root, Loc *src);
void esc_explain_flow(const Batch *b, Pos at, const Loc *dst, const Loc *src, int derefs,
                      const Note *notes);

#endif
