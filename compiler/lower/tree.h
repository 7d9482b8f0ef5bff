/* tree.h - checked nodes and variables made by the compiler. */
#ifndef LOWER_TREE_H
#define LOWER_TREE_H

#include "types/types.h"

Node *new_node(NodeKind kind, Pos pos);
Node *use_of(Obj *var, Pos pos);              /* an identifier */
Node *int_const(int64_t v, Type *t, Pos pos); /* of an integer type, or bool (0, 1) */
Node *binary_node(Op op, Node *x, Node *y, Type *t);
Node *block_of(NodeList stmts, Pos pos);
Node *expr_stmt(Node *x);
Node *if_stmt(Node *cond, NodeList then);
Node *assign_node(Node *lhs, Node *rhs);
Node *set_var(Obj *var, Node *value, Pos pos);
/* `var := value`; value NULL: the zero value */
Node *define_var(Obj *var, Node *value);
Node *return_node(Node *value, Pos pos); /* value may be NULL */
NodeList list_of(Node *a, Node *b);      /* b may be NULL */

/* A variable of f, listed there. */
Obj *new_var(Func *f, const char *name, Type *t, Pos pos);

void remove_obj(ObjList *l, const Obj *o);
/* Appends the variables that n itself declares (not those of nodes below it). */
void declared_vars(Node *n, ObjList *out);

/* Whether what a range clause or the left side of an assignment names is nothing or _. */
bool is_blank_node(const Node *n);

/* Calls f for n and all nodes below it, but not inside function literals. */
void walk_own(Node *n, WalkFn f, void *ctx);

#endif
