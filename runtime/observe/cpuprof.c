/* cpuprof.c - where processor time goes.
 *
 * The system sends SIGPROF to the process for every so many microseconds of its processor time, and lets a thread
 * have it that runs. Its handler walks the stack that it interrupted and leaves the addresses in a buffer, which a
 * goroutine empties now and then. The handler takes no lock: if another thread is at the buffer, or if it is full,
 * the sample is only counted.
 */
#include "observe/cpuprof.h"

#include <errno.h>
#include <string.h>

#include "observe/buckets.h"
#include "os/signal.h"
#include "os/tls.h"
#include "sched/callers.h"
#include "sched/stack.h"

enum { HEAD = 3, ROOM = 1 << 16 };

static struct {
    uint32_t busy; /* atomic: somebody is at what follows */
    int used;
    uint64_t words[ROOM];
    uint64_t lost; /* atomic */
    int hz;        /* atomic */
} buffer;

static bool try_enter(void) {
    return !__atomic_exchange_n(&buffer.busy, 1, __ATOMIC_ACQUIRE);
}

static void leave(void) {
    __atomic_store_n(&buffer.busy, 0, __ATOMIC_RELEASE);
}

/* The buffer is this thread's. */
static bool put(const uintptr_t *pcs, int n) {
    if (buffer.used + HEAD + n > ROOM) return false;
    uint64_t *at = &buffer.words[buffer.used];
    at[0] = (uint64_t)(HEAD + n);
    at[1] = 0;
    at[2] = 1;
    for (int i = 0; i < n; i++) at[HEAD + i] = pcs[i];
    buffer.used += HEAD + n;
    return true;
}

static void take_sample(const void *context) {
    uintptr_t pcs[GM_PROFILE_DEPTH];
    int n = gm_callers_interrupted(context, pcs, GM_PROFILE_DEPTH);
    bool kept = false;
    if (try_enter()) {
        kept = put(pcs, n);
        leave();
    }
    if (!kept) __atomic_fetch_add(&buffer.lost, 1, __ATOMIC_RELAXED);
}

/* No function is called before the limit is out of force: this stack is none that a limit knows. */
__attribute__((no_split_stack)) static void on_tick(int signo, siginfo_t *info, void *context) {
    (void)signo, (void)info;
    uintptr_t limit = gm_get_limit();
    gm_set_limit(0);
    int saved = errno;
    if (gm_cpu_profile_on()) take_sample(context);
    errno = saved;
    const gm_m *m = gm_getm();
    const gm_g *g = m && !m->on_system ? gm_getg() : NULL;
    if (g && __atomic_load_n(&g->preempt, __ATOMIC_RELAXED))
        limit = UINTPTR_MAX; /* asked for meanwhile */
    gm_set_limit(limit);
}

bool gm_cpu_profile_on(void) {
    return __atomic_load_n(&buffer.hz, __ATOMIC_RELAXED) > 0;
}

void gm_cpu_profile_rate(int hz) {
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, 0};
    if (hz > 0) gm_os_signal_handle(SIGPROF, on_tick, faults, SA_RESTART);
    __atomic_store_n(&buffer.hz, hz, __ATOMIC_RELAXED);
    gm_os_profile_timer(hz);
}

static int take_lost(uint64_t *words, int room) {
    if (room < HEAD + 1) return 0;
    uint64_t lost = __atomic_exchange_n(&buffer.lost, 0, __ATOMIC_RELAXED);
    if (lost == 0) return 0;
    memcpy(words, (uint64_t[]){HEAD + 1, 0, 0, lost}, (HEAD + 1) * sizeof *words);
    return HEAD + 1;
}

int gm_cpu_profile_take(uint64_t *words, int room) {
    while (!try_enter()) gm_os_pause();
    int n = 0;
    while (n < buffer.used && n + (int)buffer.words[n] <= room) n += (int)buffer.words[n];
    memcpy(words, buffer.words, (size_t)n * sizeof *words);
    memmove(buffer.words, buffer.words + n, (size_t)(buffer.used - n) * sizeof *words);
    buffer.used -= n;
    leave();
    return n + take_lost(words + n, room - n);
}
