/* generic.h - what the files on type parameters (generic.c, infer.c, unify.c, mono.c) give to each
 * other and to the rest of the checker.
 */
#ifndef CHECK_GENERIC_H
#define CHECK_GENERIC_H

#include "check/decls.h"
#include "check/exprs.h"

/* generic.c */

/* Declares the type parameters in env.scope, then resolves their constraints. */
void collect_tparams(Checker *c, NodeList list, TypeList *out);
Type *check_receiver_type(Checker *c, Type *sig, Node *typ); /* fills sig's recv_tparams */
/* Why targs do not satisfy the constraints; *which: the first that does not. NULL if all do. */
char *verify_targs(Checker *c, TypeList tparams, TypeList targs, int *which);
bool check_type_list(Checker *c, NodeList list, TypeList *out); /* false: one is invalid */
Type *check_instance_type(Checker *c, Node *e);
bool is_generic_func(const Type *t);
Type *instantiate_func(Checker *c, Pos pos, Node *expr, Type *sig, TypeList targs, NodeList xlist);
bool check_func_inst(Checker *c, Operand *x, Pos pos, Node *inst, const Target *target,
                     TypeList *partial);

/* infer.c */
typedef struct InferError { /* msg NULL: no error, or one that has been reported */
    Pos pos;
    char *msg;
} InferError;
/* Completes *targs (entries may be NULL or missing) for tparams from the arguments of a call with
 * parameters of types params. reverse: the argument is the target of an assignment. */
bool infer(Checker *c, Pos pos, TypeList tparams, TypeList *targs, TypeList params,
           OperandList *args, bool reverse, InferError *err);
/* Fresh type parameters for tparams; types gets them in their place. */
TypeList rename_tparams(TypeList tparams, TypeList *types);

/* unify.c */
typedef struct Unifier Unifier;
enum { UNIFY_ASSIGN = 1, UNIFY_EXACT = 2 }; /* modes, see unify.c */
Unifier *new_unifier(Checker *c, TypeList tparams, TypeList targs);
bool unify(Unifier *u, Type *x, Type *y, int mode);
Type *unified(const Unifier *u, Type *tparam); /* or NULL */
void unifier_set(Unifier *u, Type *tparam, Type *t);
int unifier_unknowns(const Unifier *u);
bool unify_exactly(void *unifier, Type *x, Type *y); /* a SameTypes */

/* mono.c */
void mono_record(Checker *c, Pos pos, TypeList tparams, TypeList targs, NodeList xlist);
void check_mono(Checker *c); /* reports instantiations without end */

#endif
