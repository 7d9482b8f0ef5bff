/* slowstop.c - who keeps a stop of the world waiting, told on standard error.
 *
 * Nothing interrupts C, so one attached thread that neither allocates nor enters a blocking region before
 * it waits for something holds up all others, perhaps for ever: the commonest mistake of a program
 * that is new to the library. A stop that has lasted a second says for which threads it waits and where
 * they stand, once, and goes on waiting.
 *
 * The stopper takes no lock of the C library, which the thread it waits for might hold: what the system
 * tells is read from /proc, and of a thread that runs, the signal's handler notes where it was met.
 */
#include "os/signal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/os.h"
#include "sched/proc.h"

/* "prog+0x1234" for an address in the program or one of its libraries, as addr2line takes it. */
static void print_place(uintptr_t pc) {
    enum { MAPS = 64 << 10 };
    static char maps[MAPS]; /* one stop at a time */
    gm_os_printf("0x%lx", (unsigned long)pc);
    gm_os_read_text("/proc/self/maps", maps, sizeof maps);
    for (char *line = maps; line && *line;
         line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        char *at;
        uintptr_t lo = strtoul(line, &at, 16), hi = *at == '-' ? strtoul(at + 1, &at, 16) : 0;
        if (pc < lo || pc >= hi) continue;
        char *offset = strchr(at + 1, ' '), *file = strpbrk(at, "/\n");
        if (!offset || !file || *file != '/') return;
        uintptr_t in_file = pc - lo + strtoul(offset, NULL, 16);
        gm_os_printf(" (%.*s+0x%lx)", (int)strcspn(file, "\n"), file, (unsigned long)in_file);
        return;
    }
}

/* The thread of m runs: where? gm_sched.lock keeps it from ending meanwhile. */
static uintptr_t ask_where(gm_m *m) {
    enum { TRIES = 100, WAIT_NS = 1000000 };
    __atomic_store_n(&m->stands_at, 0, __ATOMIC_RELAXED);
    gm_mutex_lock(&gm_sched.lock);
    bool alive = !m->gone && __atomic_load_n(&m->signals, __ATOMIC_ACQUIRE);
    if (alive) gm_os_signal_send(m->tid, SIGURG);
    gm_mutex_unlock(&gm_sched.lock);
    uintptr_t at = 0;
    for (int i = 0; alive && !at && i < TRIES; i++) {
        gm_os_sleep(WAIT_NS);
        at = __atomic_load_n(&m->stands_at, __ATOMIC_ACQUIRE);
    }
    return at;
}

/* /proc/self/task/TID/syscall reads "running", or the number of a system call, its six arguments, sp and pc. */
static void print_where(gm_m *m) {
    char path[64], text[256];
    snprintf(path, sizeof path, "/proc/self/task/%d/syscall", (int)m->tid);
    gm_os_read_text(path, text, sizeof text);
    char *pc = strrchr(text, ' ');
    if (pc) {
        gm_os_printf("waits in system call %ld, at ", strtol(text, NULL, 10));
        print_place(strtoul(pc + 1, NULL, 16));
        return;
    }
    uintptr_t at = m->attached ? ask_where(m) : 0;
    gm_os_printf("runs");
    if (!at) return;
    gm_os_printf(", at ");
    print_place(at);
}

static void report(gm_p *p, const gm_p *mine) {
    if (p == mine || __atomic_load_n(&p->status, __ATOMIC_SEQ_CST) != GM_P_RUNNING) return;
    gm_m *m = __atomic_load_n(&p->m, __ATOMIC_ACQUIRE);
    if (!m) return;
    char path[64], name[32];
    snprintf(path, sizeof path, "/proc/self/task/%d/comm", (int)m->tid);
    gm_os_read_text(path, name, sizeof name);
    name[strcspn(name, "\n")] = 0;
    gm_os_printf("golem: a collection has waited for a second for thread %d (%s), which ",
                 (int)m->tid, name);
    print_where(m);
    if (!m->attached)
        gm_os_printf("\n");
    else if (gm_by_signal)
        gm_os_printf(": it must not block SIGURG\n");
    else
        gm_os_printf(": it needs gm_safepoint in long loops, gm_block_enter before it waits\n");
}

void gm_report_slow_stop(const gm_p *mine) {
    uint32_t n = __atomic_load_n(&gm_sched.made, __ATOMIC_ACQUIRE);
    for (uint32_t i = 0; i < n; i++) report(gm_sched.procs[i], mine);
    for (gm_p *p = gm_sched.attached_p; p; p = p->link)
        if (!__atomic_load_n(&p->unused, __ATOMIC_ACQUIRE)) report(p, mine);
}
