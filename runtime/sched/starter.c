/* starter.c - threads made on behalf of threads that must not wait for the C library.
 *
 * Where threads are stopped by signal (os/inside.h), one of them may stand in malloc, with its lock. Who calls pthread_create inside the
 * library would wait for that lock, and the stop for it. So a thread outside the world does it: it is asked, and nobody
 * waits for it. It is made with the library, and again, in the child of a fork, before a second thread can be attached;
 * as long as there is only one, that one makes threads itself.
 *
 * Requests are records of threads on a stack without a lock; the monitor is a flag.
 */
#include "os/os.h"
#include "sched/proc.h"

static struct {
    gm_mutex lock; /* taken outside the world only: held while the thread is made; a leaf */
    bool runs;     /* atomic: the thread is there */
    gm_m *asked;   /* atomic; chained by link */
    bool monitor;  /* atomic */
    uint32_t word; /* atomic, futex: counts requests */
} starter;

static void start_all(void) {
    gm_m *m = __atomic_exchange_n(&starter.asked, NULL, __ATOMIC_ACQUIRE);
    for (gm_m *next; m; m = next) {
        next = m->link;
        gm_m_start(m);
    }
    if (__atomic_exchange_n(&starter.monitor, false, __ATOMIC_ACQUIRE)) gm_monitor_start();
}

static void *starter_main(void *arg) {
    (void)arg;
    for (;;) {
        uint32_t seen = __atomic_load_n(&starter.word, __ATOMIC_SEQ_CST);
        start_all();
        gm_os_futex_wait(&starter.word, seen, -1);
    }
    return NULL;
}

/* Who comes second waits until the first knows whether there is a thread: what it asked for might never be made. */
bool gm_starter_begin(void) {
    if (!gm_by_signal || __atomic_load_n(&starter.runs, __ATOMIC_ACQUIRE)) return true;
    gm_mutex_lock(&starter.lock);
    bool runs = starter.runs || gm_os_thread_start(starter_main, NULL);
    __atomic_store_n(&starter.runs, runs, __ATOMIC_RELEASE);
    gm_mutex_unlock(&starter.lock);
    return runs;
}

void gm_starter_child(void) {
    starter.lock.state = 0;
    starter.runs = starter.monitor = false;
    starter.asked = NULL;
}

static bool wake(void) {
    __atomic_fetch_add(&starter.word, 1, __ATOMIC_SEQ_CST);
    gm_os_futex_wake(&starter.word, 1);
    return true;
}

bool gm_starter_ask(gm_m *m) {
    if (!__atomic_load_n(&starter.runs, __ATOMIC_ACQUIRE)) return false;
    m->link = __atomic_load_n(&starter.asked, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&starter.asked, &m->link, m, true, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED)) {
    }
    return wake();
}

bool gm_starter_ask_monitor(void) {
    if (!__atomic_load_n(&starter.runs, __ATOMIC_ACQUIRE)) return false;
    __atomic_store_n(&starter.monitor, true, __ATOMIC_RELEASE);
    return wake();
}
