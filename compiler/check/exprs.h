/* exprs.h - what the files of the checker's second half (expressions and statements) share among
 * themselves; the doors that declarations use are in check.h.
 *
 * Untyped values. raw_expr() writes mode, type and value onto every node it checks, untyped types
 * too. A node whose type is untyped is open: when its use decides the type, update_type() goes
 * down the tree again and writes the final type onto it and onto the operands that take part in
 * its value. Constants are leaves of that walk: what a folded constant was made of is never
 * evaluated. finish_untyped() gives the default type to what no use has decided.
 *
 * Implicit conversions. Wherever a value is used as another type, set_conv() notes that type on
 * the node that makes the value. Values that have no node of their own (components of a call with
 * several results, the second value of `v, ok`, the variables of a range clause) are marked
 * `borrowed` in their operand and get no note: who reads the tree compares the types there.
 */
#ifndef CHECK_EXPRS_H
#define CHECK_EXPRS_H

#include "check/check.h"

/* What an expression may do where a statement stands. */
typedef enum ExprKind { EXPR_CONVERSION, EXPR_VALUE, EXPR_STATEMENT } ExprKind;

/* Why an untyped value does not become a value of a type. */
typedef enum ConvError {
    CONV_OK,
    CONV_TRUNCATED,
    CONV_OVERFLOW,
    CONV_BAD_CONST,
    CONV_BAD_UNTYPED
} ConvError;

typedef VEC(Operand) OperandList;

/* Where a generic function's value goes: what its type arguments can be inferred from. */
typedef struct Target {
    Type *sig;
    const char *desc;
} Target;
/* false: t (may be NULL) is no function's type */
bool make_target(Type *t, const char *desc, Target *out);
/* An error if x is generic; a function gets its arguments from the target, if there is one. */
void non_generic(Checker *c, Operand *x, const Target *target);

/* operand.c */
bool operand_is_nil(const Operand *x);
Pos operand_pos(const Operand *x);
void err_operand(Checker *c, const Operand *x, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
char *kind_str(Checker *c, Type *t); /* "slice", "func"... or the type itself */
void set_conv(Operand *x, Type *t);  /* x is used as a t: notes it if t is another type */
Node *root_variable(Node *e);        /* the N_IDENT whose storage e is part of, or NULL */
void mark_addrtaken(Node *e);
void mark_reassigned(Node *e);

/* expr.c */
ExprKind raw_expr(Checker *c, Operand *x, Node *e, Type *hint);
/* The same with a target; generic: x may be generic. */
ExprKind raw_expr_to(Checker *c, Operand *x, Node *e, Type *hint, const Target *target,
                     bool generic);
void check_expr_to(Checker *c, Operand *x, Node *e, Type *t, const char *desc); /* target t */
void check_generic_expr(Checker *c, Operand *x, Node *e, Type *hint);
void record(Checker *c, Operand *x); /* writes what was found onto x->expr */
void single_value(Checker *c, Operand *x);
bool is_comparison(Op op);
void match_types(Checker *c, Operand *x, Operand *y);
Type *channel_elem(Checker *c, Operand *x, Pos at, bool receive);
void check_generic_or_type(Checker *c, Operand *x, Node *e);
void check_generic_multi(Checker *c, Operand *x, Node *e);
void exclude_novalue(Checker *c, Operand *x); /* no value, a built-in, a type: an error */
void spread_tuple(Node *call, Type *tuple, OperandList *out);
void comparison(Checker *c, Operand *x, Operand *y, Op op, bool switch_case);
/* x = lhs op rhs; e is the N_BINARY, or NULL for `lhs op= rhs` */
void check_binary(Checker *c, Operand *x, Node *e, Node *lhs, Node *rhs, Op op);
/* Checks a list in which one call may stand for several values. True if value, ok was allowed and
 * the list is one expression that can give both (then out has two). */
bool check_expr_list(Checker *c, NodeList list, bool allow_commaok, OperandList *out);

/* untyped.c */
ConvError representation(Operand *x, Type *basic, Const **v);
ConvError implicit_type(Operand *x, Type *target, Type **t, Const **v);
void invalid_conversion(Checker *c, ConvError code, Operand *x, Type *target);
void update_type(Checker *c, Node *e, Type *t, bool final);
void update_value(Node *e, Const *v);
void note_untyped(Checker *c, Node *e);       /* e has just got an untyped type */
void mark_shift_operand(Checker *c, Node *e); /* e is the left operand of a non-constant shift */

/* literal.c */
bool check_composite(Checker *c, Operand *x, Node *e, Type *hint);
bool check_func_lit(Checker *c, Operand *x, Node *e);
const char *const_key(const Const *v); /* interned; the same for equal constants */

/* index.c */
bool check_index_expr(Checker *c, Operand *x, Node *e); /* true: x is a generic function */
void check_slice_expr(Checker *c, Operand *x, Node *e);
/* An index below max (if max >= 0). Its type, or the invalid one; *val its constant value or -1. */
Type *check_index(Checker *c, Node *index, int64_t max, int64_t *val);
bool valid_index(Checker *c, Operand *x, const char *what, bool allow_negative);
int64_t check_indexed_elements(Checker *c, NodeList elems, Type *t, int64_t length);

/* call.c */
ExprKind check_call(Checker *c, Operand *x, Node *call);
Type *check_arguments(Checker *c, Node *call, Type *sig, const TypeList *targs, NodeList xlist,
                      OperandList *args, const TypeList *partial);
/* (int, ...string): variadic: the last type is a parameter's; dots: the last is followed by ... */
char *types_summary(Checker *c, TypeList list, bool variadic, bool dots);
/* What to say where t has no field or method sel; alt: what it has in another case, or NULL.
 * literal: sel is a key in a struct literal. */
char *lookup_error(Checker *c, Type *t, const char *sel, const Obj *alt, bool literal);

/* builtins.c */
bool check_builtin(Checker *c, Operand *x, Node *call, int id);
ExprKind builtin_kind(int id);
Type *array_ptr_deref(Type *t); /* A for *A if A is an array, else t */

/* assign.c */
Type *assign_var(Checker *c, Node *lhs, Operand *x, const char *context);
void assign_vars(Checker *c, NodeList lhs, NodeList rhs);
void short_var_decl(Checker *c, Pos pos, NodeList lhs, NodeList rhs);

/* return.c */
bool is_terminating(Node *s, const char *label);

#endif
