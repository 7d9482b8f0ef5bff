/* dump.h - how much is said when a program dies.
 *
 * GOTRACEBACK (or debug.SetTraceback, which cannot ask for less than that) is "none", "single", "all",
 * "system" or "crash", or a number, of levels: 0, no traces; 1, traces of calls in Go; 2, and of what belongs to
 * the runtime. "single" is the trace of the goroutine that dies, the others show all goroutines; "crash"
 * ends by SIGABRT. Whatever it says, a failure that is the runtime's own shows all goroutines.
 */
#ifndef GM_OBSERVE_DUMP_H
#define GM_OBSERVE_DUMP_H

#include <stdbool.h>

#include "os/fatal.h"

typedef struct gm_g gm_g;

void gm_traceback_set(const char *setting);
int gm_traceback_level(void);
/* The traces that are due: of g, if it is not NULL, and of others, for which the world is made to stand still. On
 * the system stack. False: none was. */
bool gm_dump(gm_g *g, enum gm_dump_scope scope);
/* Ends the process, after its last words. */
void gm_die(int status) __attribute__((noreturn));

#endif
