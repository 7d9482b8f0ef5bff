/* symbol.c - from code addresses to names, files and lines.
 *
 * The one file that knows libbacktrace, which reads the program's debug information and comes with
 * gcc. Its functions are weak here: a program links it with
 *     -Wl,-u,backtrace_create_state,-u,backtrace_pcinfo,-u,backtrace_syminfo -lbacktrace
 * and one that is linked without it has traces with the names that the dynamic linker knows.
 */
#define _GNU_SOURCE
#include "observe/traceback.h"

#include <dlfcn.h>

/* libbacktrace's published interface, as far as it is used. */
struct backtrace_state;
typedef void backtrace_error_fn(void *data, const char *msg, int errnum);
typedef void backtrace_symbol_fn(void *data, uintptr_t pc, const char *name, uintptr_t value,
                                 uintptr_t size);
typedef int backtrace_place_fn(void *data, uintptr_t pc, const char *file, int line,
                               const char *function);
#define WEAK __attribute__((weak, visibility("default")))
WEAK struct backtrace_state *backtrace_create_state(const char *file, int threaded,
                                                    backtrace_error_fn *error, void *data);
WEAK int backtrace_pcinfo(struct backtrace_state *state, uintptr_t pc, backtrace_place_fn *fn,
                          backtrace_error_fn *error, void *data);
WEAK int backtrace_syminfo(struct backtrace_state *state, uintptr_t pc, backtrace_symbol_fn *fn,
                           backtrace_error_fn *error, void *data);

typedef struct request {
    gm_place_fn *fn;
    void *arg;
    gm_place held; /* inlined into the next, if there is a next */
    bool have, stop;
    uintptr_t entry;
    const char *symbol;
} request;

static void on_error(void *data, const char *msg, int errnum) {
    (void)data, (void)msg, (void)errnum;
}

static void on_symbol(void *data, uintptr_t pc, const char *name, uintptr_t value, uintptr_t size) {
    request *r = data;
    (void)pc, (void)size;
    r->symbol = name;
    r->entry = value;
}

static void give(request *r, bool inlined) {
    if (!r->have || r->stop) return;
    r->held.inlined = inlined;
    if (!r->fn(r->arg, &r->held)) r->stop = true;
}

static int on_place(void *data, uintptr_t pc, const char *file, int line, const char *function) {
    request *r = data;
    give(r, true);
    r->have = true;
    r->held = (gm_place){.pc = pc,
                         .entry = r->entry,
                         .symbol = r->symbol,
                         .function = function,
                         .file = file,
                         .line = line};
    return r->stop;
}

/* Made once and never freed; libbacktrace is safe for threads, and a state that lost the race to be
 * the first is only forgotten. */
static struct backtrace_state *get_state(void) {
    static struct backtrace_state *state;
    struct backtrace_state *s = __atomic_load_n(&state, __ATOMIC_ACQUIRE);
    if (s) return s;
    s = backtrace_create_state(NULL, 1, on_error, NULL);
    __atomic_store_n(&state, s, __ATOMIC_RELEASE);
    return s;
}

bool gm_symbolize(uintptr_t pc, gm_place_fn *fn, void *arg) {
    request r = {.fn = fn, .arg = arg};
    Dl_info info;
    if (backtrace_create_state && backtrace_pcinfo && backtrace_syminfo) {
        struct backtrace_state *s = get_state();
        if (s) {
            backtrace_syminfo(s, pc, on_symbol, on_error, &r);
            backtrace_pcinfo(s, pc, on_place, on_error, &r);
        }
    } else if (dladdr((void *)pc, &info)) {
        r.symbol = info.dli_sname;
        r.entry = (uintptr_t)info.dli_saddr;
    }
    if (!r.have) {
        r.have = true;
        r.held = (gm_place){.pc = pc, .entry = r.entry, .symbol = r.symbol};
    }
    give(&r, false);
    return !r.stop;
}
