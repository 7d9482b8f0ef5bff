/* copy.h - copies of checked trees. */
#ifndef LOWER_COPY_H
#define LOWER_COPY_H

#include "types/types.h"

/* One copy under way. To be filled in: tparams, targs (empty: types stay as they are), fix. What is
 * copied together must use the same Copier, so that uses find the copies of what they name. */
typedef struct Copier Copier;
struct Copier {
    TypeList tparams, targs;
    /* Called for each copied expression, children first, with what it was copied from; or NULL. */
    void (*fix)(Copier *c, Node *copy, const Node *from);
    Func *into;        /* gets literals whose function is not in `funcs`; or NULL */
    Map objs;          /* variables and their copies; more may be put in beforehand */
    Map funcs;         /* functions whose variables are copied -> the function that gets them */
    Map stmts;         /* what branches can name -> the copies */
    NodeList branches; /* copies whose target is to be found when all is copied */
};

/* A copy of f with its body, its variables and the literals in it. outer: the function around it. */
Func *copy_func(Copier *c, Func *f, Func *outer);
/* A copy of a tree that stands in a function noted in c->funcs. */
Node *copy_tree(Copier *c, Node *n);
/* Makes the branches in what has been copied name the copies of their targets; those outside stay. */
void copy_finish(Copier *c);
Type *copied_type(Copier *c, Type *t);

#endif
