/* order.h - which parts of a statement are computed ahead of the rest. */
#ifndef LOWER_ORDER_H
#define LOWER_ORDER_H

#include "types/types.h"

/* Writes Node.early and Node.early_inside of every expression in p's functions and initialisers. */
void order_package(Package *p);

/* The operands of expression n in the order in which they are evaluated; not those that are statements of
 * their own: the right side of && and ||, the entries of a map literal, the body of a function literal. */
void order_operands(Node *n, NodeList *out);

#endif
