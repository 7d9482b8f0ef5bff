/* inittrace.c - a line for each package that has something to initialise (GODEBUG=inittrace=1), in Go's form.
 *
 * What other goroutines allocate meanwhile is counted with it.
 */
#include "observe/inittrace.h"

#include <golem.h>

#include "observe/trace.h"
#include "os/godebug.h"
#include "os/os.h"
#include "sched/stack.h"

/* The main goroutine's. */
static int64_t begun;

typedef struct moment {
    const char *path;
    int64_t at, end;
    gm_mem_stats before, after;
} moment;

void gm_inittrace_begin(void) {
    begun = gm_os_nanotime();
}

static void look(void *stats) {
    gm_read_mem_stats(stats);
}

static void print_line(void *arg) {
    const moment *t = arg;
    char b[2][24];
    gm_os_printf("init %s @%s ms, %s ms clock, %llu bytes, %llu allocs\n", t->path,
                 gm_trace_ms(b[0], sizeof b[0], t->at - begun),
                 gm_trace_ms(b[1], sizeof b[1], t->end - t->at),
                 (unsigned long long)(t->after.total_alloc - t->before.total_alloc),
                 (unsigned long long)(t->after.mallocs - t->before.mallocs));
}

static __attribute__((noinline)) void init_traced(const char *path, void (*init)(void)) {
    moment t = {.path = path};
    gm_systemstack(look, &t.before);
    t.at = gm_os_nanotime();
    init();
    t.end = gm_os_nanotime();
    gm_systemstack(look, &t.after);
    gm_systemstack(print_line, &t);
}

void gm_init_package(const char *path, void (*init)(void)) {
    if (gm_debug.inittrace > 0)
        init_traced(path, init);
    else
        init();
}
