/* body.h - what the printers of function bodies share.
 *
 * A FuncGen prints one C function. Statements go line by line to `out`, each under the Go line it
 * belongs to. Storage whose life is longer than the C block at hand (variables whose address is
 * taken, boxes and literals that do not escape) is declared through `store`, which stands at the
 * beginning of the innermost loop body, or of the function: as long as Go's escape analysis lets
 * such a thing live.
 *
 * All local names of a C function differ, so nothing is ever shadowed and storage can be moved
 * outwards freely.
 *
 * Order. lower/order.c says which expressions are computed first; ahead() prints those. When the
 * operands of a statement have been through it, what is left has no effects, and its order does not
 * matter. The text of an expression is evaluated where the statement that holds it stands. Who needs
 * a value more than once asks for a temporary: temp(), or stable(), which leaves alone what is a
 * plain name.
 */
#ifndef EMIT_BODY_H
#define EMIT_BODY_H

#include "emit/gen.h"

typedef const char *S; /* C text */

typedef VEC(S) TextList;

typedef struct Var { /* how a Go variable is reached in this function */
    S name;
    bool ptr;   /* name is a pointer to it */
    bool stack; /* with ptr: it lies in a frame */
} Var;

typedef struct Slot { /* inlined function: storage that the caller passes the address of */
    S type, name;
    int count; /* 0: no array */
} Slot;
typedef VEC(Slot) SlotList;

typedef struct Jump { /* a statement that break or continue can name */
    Node *target;
    int id;
    bool c_breaks;   /* a C loop or switch: C's break ends it */
    bool c_loop;     /* a C loop */
    bool c_continue; /* C's continue does what Go's does */
    bool brk_used, cont_used;
} Jump;

typedef struct InRange { /* while open, slice[index] needs no check */
    Obj *slice, *index;
} InRange;

typedef struct Held { /* a temporary in memory that the statement under way has use for */
    S name;
    Type *type;
    int indent; /* of the block that declares it */
} Held;

struct FuncGen {
    Func *fn;   /* NULL: a package initialiser */
    Buf *out;   /* the text under way */
    Buf *store; /* declarations for the innermost loop body or the function */
    int indent;
    bool oneline;  /* capturing an expression's statements: one line of text, no #line */
    ShownPos want; /* Go line of what is printed next */
    uint32_t line; /* line that the C compiler gives to the next line printed; 0: unknown */
    S file;
    Map vars;  /* Obj* -> Var* */
    Map plain; /* Obj* of loop variables that are being declared as what iterations hand on */
    Map early; /* Node* -> S: the temporaries of what was computed ahead */
    Map names; /* C names in use */
    int ntemp, nlabel;
    VEC(Jump) jumps;
    VEC(InRange) in_range;
    VEC(Held) held;
    bool frame; /* the function defers: it has a gm_frame, and returns through the label `done` */
    S result;   /* frame: C variable that holds the results, or NULL */
    int ndefer;
    int nmany; /* of the defers, those that share one array (defer.c) */
    int loop_depth;
    S cname;     /* C name of the function */
    S init_name; /* initialisers */
    SlotList slots;
    Buf body, top;
};

/* cover.c: a counter of coverage */
void count_stmt(FuncGen *f, const Node *n);

/* --- func.c: text, names, variables --- */
void put(FuncGen *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void set_pos(FuncGen *f, Pos p);
void open_block(FuncGen *f, S head);  /* "head {" */
void close_block(FuncGen *f, S tail); /* "}tail" */

typedef struct Capture {
    Buf buf;
    Buf *out;
    bool oneline;
} Capture;
/* Between the two, printed statements are collected in one line of text. */
void capture_begin(FuncGen *f, Capture *c);
S capture_end(FuncGen *f, Capture *c); /* "" when nothing was printed */
/* Between the two, statements are the body of a C loop, with storage of its own. */
typedef struct LoopBody {
    Buf buf, store;
    Buf *out, *outer_store;
} LoopBody;
void loop_begin(FuncGen *f, LoopBody *b);
void loop_end(FuncGen *f, LoopBody *b); /* appends storage and body to the outer text */

S new_name(FuncGen *f, S go_name);
S new_temp(FuncGen *f);
S declarator(S type, S name);              /* "type name", "type *name" */
S temp(FuncGen *f, Type *t, S init);       /* prints `T tN = init;` */
S temp_c(FuncGen *f, S type, S init);      /* the same with the text of a C type */
S stored(FuncGen *f, S type);              /* storage of that C type; an lvalue */
S stored_array(FuncGen *f, S type, int n); /* of n elements; a pointer to the first */
S stable(FuncGen *f, Type *t, S text);     /* text, or a temporary if it is not a plain name */
bool is_simple(S text);
S unwrap(S text); /* without the parentheses around all of it */
bool var_on_heap(Obj *o);
bool reachable(Obj *o);         /* by a pointer or a closure that shares the variable */
S var_text(FuncGen *f, Obj *o); /* lvalue */
Node *named_value(FuncGen *f, S name, Type *t, Pos pos); /* an expression whose text is `name` */
Node *spread(FuncGen *f, Node *builtin_call); /* its one argument is a call with several results:
                                                 names for them */
void bind_var(FuncGen *f, Obj *o, S name, bool ptr);
void bind_passed(FuncGen *f, Obj *o,
                 S name); /* a pointer to what is in a frame, or on the heap if o is */
void declare_var(FuncGen *f, Obj *o, S init); /* init NULL: zero */
Jump *push_jump(FuncGen *f, Node *target, bool c_breaks, bool c_loop, bool c_continue);
void pop_jump(FuncGen *f);     /* prints the label for break if it was used */
Type *result_tuple(Type *sig); /* type of a call's value; NULL without results */

/* --- expr.c --- */
Type *value_type(Node *n);                 /* with the implicit conversion made */
S expr_value(FuncGen *f, Node *n);         /* value, of value_type(n) */
S expr_as(FuncGen *f, Node *n, Type *t);   /* value, as an assignment to a t needs it */
S expr_root(FuncGen *f, Node *n, Type *t); /* the same; the text may be a call itself and must be
                                              used at once, exactly once, in a statement */
S expr_temp(FuncGen *f, Node *n);          /* a new temporary with n's own value */
S cond(FuncGen *f, Node *n);               /* for if and for: unwrapped */
S place(FuncGen *f, Node *n);              /* lvalue of an addressable expression or dereference */
S address(FuncGen *f, Node *n);            /* &place */
S walk_path(FuncGen *f, S x, Type **t, const int *path, int n); /* x.a.b: embedded fields */
S deref_place(FuncGen *f, S p, Type *ptr_type);                 /* *p with its nil check */
S checked(S p, Type *ptr_type);                  /* p with its nil check, of C type elem * */
S address_of(S lvalue);                          /* & of a C lvalue */
S expr_raw(FuncGen *f, Node *n);                 /* value, of n's own type: without conv */
S array_base(FuncGen *f, Node *x, int64_t *len); /* pointer to the first element of an array or of
                                                    what x points to */
S element(FuncGen *f, S x, Type *t, S i, Node *index); /* x[i] as an lvalue: array, pointer to one,
                                                           slice, string */
S map_read(FuncGen *f, Node *n, S *ok);                /* ok not NULL: name of a bool */
S map_read_text(FuncGen *f, Type *map, S m, S key, S *ok);
S map_assign_slot(FuncGen *f, Type *map, S m, S key); /* pointer to the element, for storing */
S receive(FuncGen *f, Node *n, S *ok);
S slicing_kind(Node *n, bool array); /* how the functions of ops.h are to slice */

/* --- ahead.c --- */
/* Who prints a statement calls these for its operands in Go's order, before it asks for any text. */
void ahead(FuncGen *f, Node *n);        /* n may be NULL */
void ahead_inside(FuncGen *f, Node *n); /* not n itself, which is printed next */
void ahead_list(FuncGen *f, NodeList *l);
S early_name(FuncGen *f, Node *n); /* n's temporary, or NULL */

/* --- arith.c --- */
S binary(FuncGen *f, Node *n);
S compare(FuncGen *f, Op op, S x, S y, Type *xt, Type *yt);
S is_nil(S x, Type *t);
S binary_op(FuncGen *f, Op op, Type *t, S x, S y, Node *xn, Node *yn);
S unary(FuncGen *f, Node *n);
S concat(FuncGen *f, Node *n);

/* --- call.c, builtin.c --- */
typedef struct Callee { /* what a call calls, its dynamic part evaluated */
    enum { CALLEE_STATIC, CALLEE_INTERFACE, CALLEE_VALUE, CALLEE_LITERAL } kind;
    S code;           /* STATIC, LITERAL: the C function */
    S value;          /* receiver of a method, interface value, func value, closure; NULL if none */
    Type *value_type; /* NULL if none */
    int method;       /* INTERFACE: index in the itab */
    Type *sig;
    TextList more; /* STATIC, inlined: what the function gets besides its parameters */
} Callee;
Callee callee(FuncGen *f, Node *call);
/* Evaluates the arguments; types get those of the parameters, one for each text. */
TextList call_args(FuncGen *f, Node *call, Type *sig, TypeList *types);
/* The same before variadic ones are packed into a slice: each is a value of a parameter's or an
 * element's type. */
TextList call_values(FuncGen *f, Node *call, Type *sig, TypeList *types);
S call_text(Callee *c, S value, TextList *args);
S callee_target(Callee *c, S value); /* void *: the code it enters, for gm_defer_callee */
S call_root(FuncGen *f, Node *n);    /* the call itself: to be used at once and once */
/* What a temporary holds lives as long as any object of the frame whose address is made, if it is in memory itself, as are
 * results that do not fit into registers and what channels give. Hence: */
void forget(FuncGen *f, S lvalue, Type *t);     /* the program has done with the value */
void forget_later(FuncGen *f, S name, Type *t); /* it will have, when the statement ends */
void forget_held(FuncGen *f, int from);         /* it has, with f->held[from...] */
bool small_in_memory(Node *call);               /* a small value that comes in memory */
S call_temp(FuncGen *f, Node *call); /* a temporary for the value of a call; forgotten later */
void call_for_effect(FuncGen *f, Node *call); /* a call whose value, if there is one, is not used */
/* A built-in function's value or, when it has none, the C call to be made (then *is_call). NULL:
 * all is printed already. */
S builtin_call(FuncGen *f, Node *n, bool *is_call);

/* --- convert.c --- */
S convert(FuncGen *f, S x, Type *from, Type *to, Node *n); /* explicit or implicit; n for esc */
S coerce(FuncGen *f, S x, Type *from, Type *to); /* between C types of assignable Go types */
S to_interface(FuncGen *f, S x, Type *from, Type *to, Node *n);
S from_data_word(S data, Type *t); /* the value of concrete type t that an interface holds */
S static_data(Type *t, S init);    /* name of a new static const object */
S type_assert(FuncGen *f, Node *n, S *ok);
S dynamic_type(S x, Type *iface); /* const gm_type * of an interface value's text */
S as_eface(S x, Type *iface);

/* --- inline.c --- */
Callee inlined_callee(FuncGen *f, Func *fn);
/* Between a captured variable and an inlined function: how it is passed on, and taken. */
void print_captures(FuncGen *f, Buf *head, bool first);
void print_slots(FuncGen *f, Buf *head);
/* func.c: prints an inlined function; what storage it wants. */
SlotList emit_inlined(Func *fn, S cname);

/* --- lit.c, closure.c --- */
S composite(FuncGen *f, Node *n);
S composite_address(FuncGen *f, Node *n, Type *ptr, Esc esc);
S function_literal(FuncGen *f, Node *n);
S method_value(FuncGen *f, Node *n);
S member(S p, S field);                                /* p->field; (&x): x.field */
Type *closure_type(Func *fn);                          /* struct of the closure: code, captures */
void load_captures(FuncGen *f);                        /* at a literal's entry */
Type *record_type(TypeList *types, const char *first); /* struct {first; x1; x2; ...} */
S method_receiver(FuncGen *f, Node *n, Type **recv);   /* of the selector x.m (call.c) */

/* --- inplace.c --- */
/* x = rhs for an append to x itself or a slice of it that begins where it does; false: it is none, nothing is printed. */
bool assign_in_place(FuncGen *f, Node *x, Node *rhs);
Node *made_length(
    Node *
        y); /* builtin.c: y, if it is make([]T, n) of which append needs only the length; else NULL */

/* --- assign.c --- */
void assign_stmt(FuncGen *f, Node *n);
void incdec_stmt(FuncGen *f, Node *n);
void store(FuncGen *f, S lvalue, bool on_stack, Type *t, S value); /* with barrier where needed */
bool place_on_stack(FuncGen *f, Node *n); /* a store there needs no barrier */
void assign_both(FuncGen *f, Node *l0, S v0, Type *t0, Node *l1, S v1, Type *t1); /* l0, l1 = ... */
void assign_to(FuncGen *f, Node *lhs, S value, Type *value_type); /* one assignment */
void define_vars(FuncGen *f, ObjList *vars, NodeList *values);

/* --- defer.c --- */
void defer_stmt(FuncGen *f, Node *n);
void go_stmt(FuncGen *f, Node *n);
void print_many_defers(FuncGen *f); /* what those of the function share; when its body is printed */

/* --- stmt.c, range.c, switch.c, select.c --- */
void stmt(FuncGen *f, Node *n);
void stmts(FuncGen *f, NodeList *list);
void block(FuncGen *f, Node *n); /* the statements, without braces */
void range_stmt(FuncGen *f, Node *n);
void switch_stmt(FuncGen *f, Node *n);
void typeswitch_stmt(FuncGen *f, Node *n);
void select_stmt(FuncGen *f, Node *n);
void return_end(FuncGen *f);

#endif
