/* known.h - which function a call enters, as far as that can be seen from the tree. */
#ifndef LOWER_KNOWN_H
#define LOWER_KNOWN_H

#include "types/types.h"

/* Notes for the local variables that n declares with a value each, literals included, what they begin
 * with, and counts how often each local variable is named. */
void known_note(Node *n);
/* Notes that a parameter of an inlined function begins with that argument. */
void known_param(Obj *param, Node *arg);
/* What x stands for: the expression whose value a variable holds for its whole life. */
Node *known_value(Node *x);
int known_uses(const Obj *var);

/* The function that the call of fun enters, declared or literal, or NULL. *lit: the literal's node. */
Func *known_callee(Node *fun, Node **lit);

#endif
