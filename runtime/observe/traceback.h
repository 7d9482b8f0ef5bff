/* traceback.h - the calls of goroutines (traceback.c), and the places that they stand for (symbol.c). */
#ifndef GM_OBSERVE_TRACEBACK_H
#define GM_OBSERVE_TRACEBACK_H

#include "observe/text.h"
#include "sched/gmp.h"

/* --- from addresses to places --- */

/* One function at one place; inlined functions come as frames of their own, innermost first. */
typedef struct gm_place {
    uintptr_t pc;
    uintptr_t entry;      /* start of the symbol that holds pc, or 0 */
    const char *symbol;   /* as the linker knows it, or NULL */
    const char *function; /* as debug information knows it, or NULL */
    const char *file;     /* or NULL */
    int line;
    bool inlined; /* into the place that follows */
} gm_place;

typedef bool gm_place_fn(void *arg, const gm_place *place); /* false: enough */
/* Calls fn for every function that pc stands for. Hungry for stack. False: fn said enough. */
bool gm_symbolize(uintptr_t pc, gm_place_fn *fn, void *arg);
/* Does a symbol name a function that stands in Go source? "$$" marks those that the compiler made. */
bool gm_is_go_symbol(const char *symbol);
/* And is it to be seen among the calls of a goroutine? */
bool gm_is_called_symbol(const char *symbol);
bool gm_is_panic_frame(const char *name);
/* main$4T$m -> main.(*T).m, by the rules of emit.h; false if it is not a symbol of compiled Go. */
bool gm_go_name(const char *symbol, gm_text *out);
/* --- walking --- */

/* Calls fn for every return address (exact: the address itself, of something interrupted) of the
 * calling goroutine, innermost first; on the system stack. */
void gm_walk_self(bool (*fn)(void *arg, uintptr_t pc, bool exact), void *arg);
/* The same for any goroutine that stands still, on the system stack already. False: it runs. */
bool gm_walk_goroutine(gm_g *g, bool (*fn)(void *arg, uintptr_t pc, bool exact), void *arg);
/* --- showing --- */

/* What a trace calls the state of g, and the reason why it waits (dump.c). */
const char *gm_g_state_text(const gm_g *g);
const char *gm_wait_text(unsigned reason);
/* "goroutine 1 [running]:" and the calls of the calling goroutine, into a buffer; what does not fit is dropped. Returns the length. */
size_t gm_stack_text(char *buf, size_t cap, bool all);
/* "goroutine 7 [chan receive]:" and the calls of a goroutine that is parked, or of the calling one, to standard
 * error. */
void gm_traceback_g(gm_g *g);

#endif
