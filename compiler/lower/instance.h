/* instance.h - what asks for instances. */
#ifndef LOWER_INSTANCE_H
#define LOWER_INSTANCE_H

#include "types/types.h"

/* Finds every use of a generic function, and every type with methods of an instance, in p and in the
 * instances that p needs; makes the instances that p must emit part of p. */
void instantiate_package(Package *p);
void instances_reset(void);

#endif
