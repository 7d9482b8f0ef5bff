/* output.h - what print, panics and traces write to standard error. See output.c. */
#ifndef GM_OBSERVE_OUTPUT_H
#define GM_OBSERVE_OUTPUT_H

#include <golem/go.h>

#include "observe/text.h"

/* gm_print_lock, _unlock, _string, _int, _uint: golem/go.h. */
void gm_print_c(const char *s);
void gm_print_hex(uint64_t u);
/* Takes the lock for the last words of a dying process, from whoever holds it if need be. */
void gm_print_seize(void);

#endif
