/* schedtrace.c - lines about the scheduler, every so many milliseconds (GODEBUG=schedtrace=N, scheddetail=1), in Go's form.
 *
 * The monitor prints them, between the two counts of its round, while no record that it looks at is taken away. What it reads changes
 * meanwhile; each number was true at some moment. What Go tells and Golem does not have is 0.
 */
#include <stdarg.h>
#include <stdio.h>

#include "observe/trace.h"
#include "observe/traceback.h"
#include "os/godebug.h"
#include "os/os.h"
#include "sched/proc.h"
#include "sched/sched.h"

/* The monitor's alone. */
static struct {
    char *text; /* mapped when it is asked for */
    size_t n;
} out;
enum { MOST_TEXT = 256 << 10 };

#ifdef __clang__
/* clang cannot split a variadic function; with gcc the check leads to room for vsnprintf. */
__attribute__((no_split_stack))
#endif
static __attribute__((format(printf, 1, 2))) void
put(const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(out.text + out.n, MOST_TEXT - out.n, format, args);
    va_end(args);
    if (n > 0) out.n += (size_t)n;
    if (out.n >= MOST_TEXT) out.n = MOST_TEXT - 1;
}

static void put_id(const char *before, bool there, uint64_t id) {
    if (there)
        put("%s%llu", before, (unsigned long long)id);
    else
        put("%snil", before);
}

/* As Go numbers what a P and a goroutine do. */
static int status_of_p(const gm_p *p) {
    switch ((enum gm_p_status)__atomic_load_n(&p->status, __ATOMIC_RELAXED)) {
    case GM_P_IDLE: return 0;
    case GM_P_RUNNING:
    case GM_P_FENCED: return 1;
    case GM_P_BLOCKED: return 2;
    case GM_P_STOPPED: return 3;
    default: return 4;
    }
}

static int status_of_g(const gm_g *g) {
    static const int go[] = {[GM_G_RUNNABLE] = 1,
                             [GM_G_RUNNING] = 2,
                             [GM_G_BLOCKED] = 3,
                             [GM_G_WAITING] = 4,
                             [GM_G_DEAD] = 6};
    return go[__atomic_load_n(&g->status, __ATOMIC_RELAXED)];
}

static unsigned queued(const gm_p *p) {
    return __atomic_load_n(&p->runq_tail, __ATOMIC_RELAXED) -
           __atomic_load_n(&p->runq_head, __ATOMIC_RELAXED);
}

static void put_p(const gm_p *p) {
    const gm_m *m = __atomic_load_n(&p->m, __ATOMIC_RELAXED);
    put("  P%u: status=%d schedtick=%u syscalltick=%u", p->id, status_of_p(p), p->sched_tick,
        p->block_tick);
    put_id(" m=", m, m ? m->id : 0);
    put(" runqsize=%u gfreecnt=%u timerslen=%u\n", queued(p), p->free_g_count, p->timers.count);
}

static void put_m(const gm_m *m) {
    const gm_p *p = __atomic_load_n(&m->p, __ATOMIC_RELAXED);
    const gm_g *g = __atomic_load_n(&m->g, __ATOMIC_RELAXED),
               *locked = __atomic_load_n(&m->locked_g, __ATOMIC_RELAXED);
    put("  M%u:", m->id);
    put_id(" p=", p, p ? p->id : 0);
    put_id(" curg=", g, g ? g->id : 0);
    put(" mallocing=0 throwing=0 preemptoff= locks=0 dying=0 spinning=%s blocked=%s",
        m->spinning ? "true" : "false", p ? "false" : "true");
    put_id(" lockedg=", locked, locked ? locked->id : 0);
    put("\n");
}

static void put_g(void *arg, gm_g *g) {
    (void)arg;
    const gm_m *m = __atomic_load_n(&g->m, __ATOMIC_RELAXED),
               *locked = __atomic_load_n(&g->lockedm, __ATOMIC_RELAXED);
    int status = status_of_g(g);
    bool has_m = status == 2 || status == 3;
    put("  G%llu: status=%d(%s)", (unsigned long long)g->id, status,
        status == 4 ? gm_g_state_text(g) : "");
    put_id(" m=", has_m && m, has_m && m ? m->id : 0);
    put_id(" lockedm=", locked, locked ? locked->id : 0);
    put("\n");
}

static void put_queues(uint32_t procs) {
    put(" [");
    for (uint32_t i = 0; i < procs; i++) put(" %u", queued(gm_sched.procs[i]));
    put(" ] schedticks=[");
    for (uint32_t i = 0; i < procs; i++) put(" %u", gm_sched.procs[i]->sched_tick);
    put(" ]\n");
}

static void print_all(int64_t since) {
    uint32_t procs = gm_sched.nprocs, threads = 0, idle = 0;
    for (const gm_m *m = gm_sched.all_m; m; m = m->all_next) threads += !m->attached;
    gm_mutex_lock(&gm_sched.lock);
    for (const gm_m *m = gm_sched.idle_m; m; m = m->link) idle++;
    gm_mutex_unlock(&gm_sched.lock);
    out.n = 0;
    put("SCHED %lldms: gomaxprocs=%u idleprocs=%u threads=%u spinningthreads=%u needspinning=0 "
        "idlethreads=%u runqueue=%u",
        (long long)(since / 1000000), procs, gm_sched.idle_p_count, threads, gm_sched.spinning,
        idle, gm_sched.runq_size);
    if (!gm_debug.scheddetail) {
        put_queues(procs);
    } else {
        put(" gcwaiting=%s nmidlelocked=0 stopwait=0 sysmonwait=%s\n",
            gm_stopping() ? "true" : "false", gm_sched.monitor_deep ? "true" : "false");
        for (uint32_t i = 0; i < procs; i++) put_p(gm_sched.procs[i]);
        for (const gm_m *m = gm_sched.all_m; m; m = m->all_next)
            if (!m->attached) put_m(m);
        gm_each_g(put_g, NULL);
    }
    gm_os_write_err(out.text, out.n);
}

static void look(int64_t now) {
    static int64_t began, last;
    if (!began) began = now;
    if (last && now - last < gm_debug.schedtrace * 1000000) return;
    last = now;
    print_all(now - began);
}

void gm_schedtrace_begin(void) {
    if (gm_debug.schedtrace <= 0 || out.text) return;
    out.text = gm_os_map(MOST_TEXT);
    if (out.text) __atomic_store_n(&gm_sched.watch, look, __ATOMIC_RELEASE);
}
