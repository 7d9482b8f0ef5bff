/* start.c - the beginning of a compiled Go program.
 *
 * The printed main() registers one gm_module for each package and calls gm_main, which starts the
 * floors from the bottom up and runs the packages' initialisers and main.main on the main goroutine. When that returns, the process
 * ends with status 0, whatever other goroutines do.
 */
#include "lang/lang.h"

#include "chan/fork.h"
#include "gc/gc.h"
#include "heap/span.h"
#include "observe/account.h"
#include "observe/snapshot.h"
#include "observe/inittrace.h"
#include "observe/leak.h"
#include "observe/memprof.h"
#include "observe/trace.h"
#include "sched/sched.h"

enum { max_modules = 4096 };

void gm_snap_types_init(void); /* snaptype.c */

int gm_argc;
char **gm_argv, **gm_envp;

void gm_itab_register(const gm_itab *tab);

/* Registered before any goroutine runs, so without a lock. */
static const gm_module *modules[max_modules];
static int nmodules;
static bool started;

const gm_module *const *gm_modules(int *n) {
    *n = nmodules;
    return modules;
}

static void install(const gm_module *m) {
    for (intptr_t i = 0; i < m->nroots; i++)
        gm_register_roots(m->roots[i].base, m->roots[i].type, 1);
    for (intptr_t i = 0; i < m->nitabs; i++) gm_itab_register(m->itabs[i]);
}

void gm_register_module(const gm_module *m) {
    if (nmodules == max_modules) gm_throw("too many packages");
    modules[nmodules++] = m;
    if (started) install(m);
}

/* weak: tests of this library have no package runtime */
extern int64_t runtime$MemProfileRate __attribute__((weak));

static void run_main(void *arg) {
    void (**go_main)(void) = arg;
    gm_getg()->id = 1; /* the thread that began had its own */
    gm_trace_begin();
    gm_schedtrace_begin();
    gm_pacertrace_begin();
    gm_account_begin();
    gm_snapshot_begin();
    if (&runtime$MemProfileRate) gm_mem_profile_begin(&runtime$MemProfileRate);
    gm_gc_start_background();
    gm_inittrace_begin();
    for (int i = 0; i < nmodules; i++)
        if (modules[i]->init) gm_init_package(modules[i]->path, modules[i]->init);
    (*go_main)();
    gm_leaks_at_exit();
    gm_account_at_exit();
    gm_snapshot_at_exit();
}

int gm_main(int argc, char **argv, char **envp, void (*go_main)(void)) {
    gm_argc = argc;
    gm_argv = argv;
    gm_envp = envp;
    if (!gm_heap_init()) gm_out_of_memory((size_t)64 << 20); /* the least it tries to reserve */
    gm_gc_init();
    gm_fork_init();
    gm_signals_init();
    gm_snap_types_init();
    started = true;
    for (int i = 0; i < nmodules; i++) install(modules[i]);
    gm_sched_main(run_main, &go_main);
}
