/* passes.h - the passes of this room. */
#ifndef LOWER_PASSES_H
#define LOWER_PASSES_H

#include "types/types.h"

/* rangefunc.c: loops over functions in f's body; the literals in it are functions of their own. What
 * is made joins the lists of p. */
void lower_rangefuncs(Func *f, Package *p);

/* iterator.c: puts the loop's body into the iterator's, if that is known; p is the package. */
bool expand_iterator(Func *home, Package *p, Node *loop);

/* refuse.c: says what Go's code generator refuses. */
void refuse_package(Package *p);

/* instance.c: adds f and the literals in it to the functions that p emits. */
void list_func(Package *p, Func *f);
/* instance.c, a WalkFn: copies of n may stand in other packages, which so name the package variables that n
 * names. */
void share_vars(Node *n, void *ctx);

#endif
