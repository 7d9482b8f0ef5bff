/* dump.c - the last words of a process, and how much is told; see dump.h. */
#include "observe/dump.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "observe/output.h"
#include "observe/traceback.h"
#include "os/os.h"
#include "os/signal.h"
#include "sched/proc.h"
#include "sched/sched.h"
#include "upcall.h"

const char *gm_wait_text(unsigned reason) {
    static const char *const text[GM_WAIT_COUNT] = {
        [GM_WAIT_CHAN_RECV] = "chan receive",
        [GM_WAIT_CHAN_SEND] = "chan send",
        [GM_WAIT_CHAN_RECV_NIL] = "chan receive (nil chan)",
        [GM_WAIT_CHAN_SEND_NIL] = "chan send (nil chan)",
        [GM_WAIT_SELECT] = "select",
        [GM_WAIT_SELECT_EMPTY] = "select (no cases)",
        [GM_WAIT_SLEEP] = "sleep",
        [GM_WAIT_SEM] = "semacquire",
        [GM_WAIT_COND] = "sync.Cond.Wait",
        [GM_WAIT_COROUTINE] = "coroutine",
        [GM_WAIT_BUBBLE_RUN] = "synctest.Run",
        [GM_WAIT_BUBBLE_WAIT] = "synctest.Wait",
        [GM_WAIT_MUTEX] = "sync.Mutex.Lock",
        [GM_WAIT_RWMUTEX_R] = "sync.RWMutex.RLock",
        [GM_WAIT_RWMUTEX] = "sync.RWMutex.Lock",
        [GM_WAIT_GROUP] = "sync.WaitGroup.Wait",
        [GM_WAIT_IO] = "IO wait",
        [GM_WAIT_GC] = "garbage collection",
        [GM_WAIT_FINALIZER] = "finalizer wait",
        [GM_WAIT_FORCE_GC] = "force gc (idle)",
        [GM_WAIT_GC_SWEEP] = "GC sweep wait",
        [GM_WAIT_GC_WORKER] = "GC worker (idle)",
        [GM_WAIT_GC_ASSIST] = "GC assist wait",
        [GM_WAIT_PREEMPTED] = "preempted",
    };
    return reason < GM_WAIT_COUNT && text[reason] ? text[reason] : "waiting";
}

/* What a trace calls g's state. */
const char *gm_g_state_text(const gm_g *g) {
    switch (__atomic_load_n(&g->status, __ATOMIC_ACQUIRE)) {
    case GM_G_RUNNING:
        /* who was made to stand still would be runnable under Go */
        return g != gm_getg() && (g->sig_context || gm_g_stands(g)) ? "runnable" : "running";
    case GM_G_IDLE: return "idle";
    case GM_G_RUNNABLE: return "runnable";
    case GM_G_BLOCKED: return "syscall";
    case GM_G_WAITING: return gm_wait_text(g->wait_reason);
    default: return "dead";
    }
}

/* --- GOTRACEBACK --- */

typedef struct verbosity {
    int level;
    bool all, crash;
} verbosity;

static struct {
    bool known;
    verbosity env, now;
} said;

static verbosity parse(const char *s) {
    static const struct {
        const char *name;
        verbosity v;
    } names[] = {{"", {1, false, false}},       {"none", {0, false, false}},
                 {"single", {1, false, false}}, {"all", {1, true, false}},
                 {"system", {2, true, false}},  {"crash", {2, true, true}}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(s, names[i].name) == 0) return names[i].v;
    char *end;
    unsigned long n = strtoul(s, &end, 10);
    bool number = *s >= '0' && *s <= '9' && *end == 0 && n <= UINT32_MAX;
    return (verbosity){number ? n > 2 ? 2 : (int)n : 0, true, false};
}

static verbosity setting(void) {
    if (!said.known) {
        const char *s = getenv("GOTRACEBACK");
        said.env = said.now = parse(s ? s : "");
        said.known = true;
    }
    return said.now;
}

void gm_traceback_set(const char *s) {
    setting();
    verbosity v = parse(s), least = said.env;
    if (v.level < least.level) v.level = least.level;
    said.now = (verbosity){v.level, v.all || least.all, v.crash || least.crash};
}

int gm_traceback_level(void) {
    return setting().level;
}

/* --- traces --- */

struct dump {
    gm_g *but;
    bool main; /* the main goroutine comes first */
    uint8_t hidden;
};

static void dump_g(void *arg, gm_g *g) {
    const struct dump *d = arg;
    if (g == d->but || (g->flags & d->hidden)) return;
    if (((g->flags & GM_GF_MAIN) != 0) == d->main) gm_traceback_g(g);
}

static void dump_others(gm_g *but) {
    struct dump d = {but, true, GM_GF_THREAD};
    if (setting().level < 2) d.hidden |= GM_GF_SYSTEM;
    gm_each_g(dump_g, &d);
    d.main = false;
    gm_each_g(dump_g, &d);
}

bool gm_dump(gm_g *g, enum gm_dump_scope scope) {
    verbosity v = setting();
    if (v.level == 0 && scope != GM_DUMP_RUNTIME) return false;
    bool all = v.all || scope != GM_DUMP_USER;
    if (all) gm_world_freeze();
    if (g) gm_traceback_g(g);
    if (all) dump_others(g);
    return true;
}

void gm_die(int status) {
    if (setting().crash) gm_os_abort();
    gm_os_exit(status);
}

/* --- fatal errors --- */

struct last_words {
    const char *msg;
    enum gm_dump_scope scope;
};

static void say(void *arg) {
    const struct last_words *w = arg;
    gm_os_printf("fatal error: %s\n", w->msg);
    gm_dump(gm_getg(), w->scope);
    gm_die(2);
}

void gm_up_last_words(const char *msg, enum gm_dump_scope scope) {
    struct last_words w = {msg, scope};
    bool first = gm_die_alone();
    gm_print_seize(); /* what was printed before comes first */
    gm_print_unlock();
    if (!first) gm_os_exit(4);
    gm_systemstack(say, &w);
    __builtin_unreachable();
}
