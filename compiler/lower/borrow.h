/* borrow.h - conversions between strings and bytes that need no copy. */
#ifndef LOWER_BORROW_H
#define LOWER_BORROW_H

#include "types/types.h"

/* Writes Node.borrowed in p's functions and initialisers. */
void borrow_package(Package *p);

/* string(b) for a []byte b */
bool is_bytes_to_string(Node *n);

#endif
