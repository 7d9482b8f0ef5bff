/* instance.h - what asks for instances. */
#ifndef LOWER_INSTANCE_H
#define LOWER_INSTANCE_H

#include "types/types.h"

/* Finds every use of a generic function, and every type with methods of an instance, in p and in the
 * instances that p needs; makes the instances that p must emit part of p. */
void instantiate_package(Package *p);
/* The names of the instances that p emits, which are the same in every build. */
void instance_names(const Package *p, void (*f)(const char *name, void *ctx), void *ctx);
/* Package p, of which only an outline is here, emits the instance of this name. */
void instance_elsewhere(const char *name, Package *p);
void instances_reset(void);

#endif
