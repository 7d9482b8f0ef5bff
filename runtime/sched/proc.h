/* proc.h - what the files of the scheduler share.
 *
 * gm_sched.lock guards the idle lists, the global run queue, the list of attached threads and the
 * count of active threads. Fields marked atomic are also read without it.
 */
#ifndef GM_SCHED_PROC_H
#define GM_SCHED_PROC_H

#include "sched/gmp.h"

#define GM_MAX_PROCS 1024

struct gm_sched {
    gm_mutex lock;
    uint32_t nprocs; /* atomic: GOMAXPROCS */
    uint32_t made;   /* atomic: Ps that exist; those from nprocs up are retired */
    uint32_t ncpu;
    gm_p *procs[GM_MAX_PROCS];
    gm_p *attached_p;  /* Ps of attached threads, in use and not; never shrinks */
    uint32_t attached; /* threads attached now */

    gm_p *idle_p;
    uint32_t idle_p_count; /* atomic */
    gm_m *idle_m;
    gm_m *all_m; /* atomic: chain of all Ms */
    uint32_t m_count;
    uint32_t active;   /* threads that do not sleep for want of work */
    uint32_t spinning; /* atomic: threads that look for work */
    uint64_t wake_gap; /* atomic: cycles between wake-ups for the sake of a run_next; see proc.c */

    gm_g *runq_head, *runq_tail;
    uint32_t runq_size; /* atomic */

    gm_m *timer_m;          /* sleeps until the next timer is due */
    int64_t timer_until;    /* atomic: when that is; 0: nobody does */
    uint32_t monitor_deep;  /* atomic, futex: the monitor sleeps until somebody works */
    uint32_t monitor_round; /* atomic: odd while the monitor looks at who runs */

    uint32_t stop_event; /* atomic, futex: counts the Ps that came to a stop */
    uint32_t probe;      /* atomic: number of the last probe; see world.c */
    uint32_t probe_left; /* atomic: answers to it that are still due */
    uint32_t end_asked;  /* atomic: who comes to a check is to end the cycle */

    /* Atomic: called by the monitor in each round, which then never sleeps for long; or NULL. */
    void (*watch)(int64_t now);

    bool main_mode;          /* a program under gm_sched_main: deadlocks are reported */
    bool program;            /* atomic: its goroutines have begun */
    uint64_t seed;           /* not 0: the order of run queues is random */
    uint32_t preempt_stress; /* not 0: a yield is asked of everybody at all times (preempt.c) */
};

extern struct gm_sched gm_sched;

/* proc.c */
void gm_schedule(void) __attribute__((noreturn));
void gm_execute(gm_g *g, bool inherit) __attribute__((noreturn));
void gm_runq_put(gm_p *p, gm_g *g, bool next);
gm_g *gm_runq_get(gm_p *p, bool *inherit);
void gm_global_put(gm_g *g);
bool gm_runq_empty(gm_p *p);
bool gm_any_work(void);

/* world.c: what gm_away_enter goes on with when the registers are saved */
void gm_away_enter_saved(void);

/* thread.c */
gm_m *gm_m_new(bool attached);
/* While m is away its system stack is live from sp up; 0: m is back. By m itself; others may look. */
static inline void gm_m_away(gm_m *m, uintptr_t sp) {
    __atomic_store_n(&m->block_sp, sp, __ATOMIC_RELAXED);
}
/* m runs g from now on, or, NULL, none. By m itself; others may look. */
static inline void gm_m_runs(gm_m *m, gm_g *g) {
    __atomic_store_n(&m->g, g, __ATOMIC_RELEASE);
}
void gm_stop_m(int64_t until);
void gm_stop_locked_m(void);
void gm_start_locked_m(gm_g *g);
void gm_wake_p(void);
void gm_handoff_p(gm_p *p);
void gm_wire_p(gm_m *m, gm_p *p);
gm_p *gm_unwire_p(gm_m *m);
gm_p *gm_idle_p_get(void);    /* lock held; NULL: none, or the world is stopping */
void gm_idle_p_put(gm_p *p);  /* lock held */
void gm_check_deadlock(void); /* lock held */
void gm_m_begin(gm_m *m);
void gm_system_base(gm_m *m, void (*fn)(void)) __attribute__((noreturn));
void gm_monitor_start(void);
void gm_monitor_wake(void);
void gm_m_start(gm_m *m); /* makes its thread */
void gm_timer_announce(int64_t when);
/* hard: by a signal too, for code without checks */
void gm_preempt_p(gm_p *p, bool hard);

/* starter.c: makes threads for those that must not. True: it will. */
bool gm_starter_ask(gm_m *m);
bool gm_starter_ask_monitor(void);
/* By a thread that is not attached yet. False: no thread was to be had. */
bool gm_starter_begin(void);
void gm_starter_child(void);

/* world.c */
void gm_stop_here(gm_m *m); /* waits in place while the world is stopped */
void gm_stop_wait(void);    /* the same without a P */
/* In the signal handler of m's own thread: it has a processor, should anybody have asked. True: so have
 * all that were asked, and it is to come to a check soon. */
bool gm_probe_answer(gm_m *m);
bool gm_end_if_asked(void); /* at a check, on the system stack */
void gm_world_freeze(void);
/* World stopped: calls fn for the stack and the registers of g; for those of threads outside
 * goroutines, the caller's from sp, and for the timers that are set. */
void gm_scan_goroutine(gm_g *g, void (*fn)(void *arg, const void *lo, const void *hi), void *arg);
void gm_scan_threads(uintptr_t sp, void (*fn)(void *arg, const void *lo, const void *hi),
                     void *arg);
gm_p *gm_p_new(uint32_t id, bool attached);
static inline bool gm_stopping(void) {
    return __builtin_expect(__atomic_load_n(&gm_stop_wanted, __ATOMIC_SEQ_CST) != 0, 0);
}
/* In the signal handler of m's own thread, which runs g or stands for it: is it to stop, and may it where the signal met it?
 * Then gm_stop_cut does that; context: where its registers are. */
bool gm_stop_may_cut(const gm_m *m, const gm_g *g);
void gm_stop_cut(gm_m *m, const void *context);
bool gm_p_try_resume(gm_p *p); /* BLOCKED to RUNNING */
bool gm_p_try_take(gm_p *p);   /* the same for another thread than the one that blocked it */
void gm_p_block(gm_p *p);      /* RUNNING to BLOCKED */

void gm_world_child(void);

/* fork.c and what it asks of others */
void gm_stack_pool_fork(enum gm_fork_step step);
void gm_units_fork(enum gm_fork_step step);
void gm_netpoll_fork(enum gm_fork_step step);
void gm_netpoll_child(void);
void gm_sema_child(void);
void gm_notify_forget(gm_sudog *s);
void gm_timers_child(gm_timers *in);

/* scan.c */
struct gm_scan {
    uint16_t cycle; /* atomic; even; changed with the world stopped */
    int64_t began;  /* when */
    uint32_t left;  /* atomic: goroutines that ran when the world stopped, not yet scanned */
    uint32_t procs, units, ustacks; /* jobs of this cycle */
};
extern struct gm_scan gm_scan;
void gm_scan_before_run(gm_g *g);
static inline uint16_t gm_scan_cycle(void) {
    return __atomic_load_n(&gm_scan.cycle, __ATOMIC_RELAXED);
}
/* It was scanned in this cycle, and whoever did that has left it alone. */
static inline bool gm_scan_done(const gm_g *g) {
    return __atomic_load_n(&g->scan, __ATOMIC_ACQUIRE) == gm_scan_cycle();
}
/* The caller holds a P, and is about to run g or to let it go on. */
static inline void gm_scan_if_due(gm_g *g) {
    if (__builtin_expect(!gm_scan_done(g), 0) && !(g->flags & GM_GF_THREAD)) gm_scan_before_run(g);
}

/* stack.c */
/* "stack overflow", and the end. */
void gm_stack_overflow(gm_g *g) __attribute__((noreturn));
/* What p keeps of free segments and units goes to the lists of all. */
void gm_stack_flush(gm_p *p);
void gm_stack_drop(gm_p *p, gm_g *g); /* all segments but the first */
void gm_stack_count(int64_t bytes);   /* taken for stacks, or given back */
void gm_seg_init(gm_seg *s, uintptr_t lo, uintptr_t hi);
uintptr_t gm_seg_limit(uintptr_t lo);
void gm_segs_collected(void); /* world stopped, at the end of a collection */
void gm_segs_spare_all(void); /* likewise: every free segment is to spare */
void gm_morestack_slow(void *arg);

/* slab.c */
void gm_units_flush(gm_p *p);
/* A walk over all units in pieces, shared by several threads. World stopped: begins at those there
 * are now; returns the number of pieces. Each call of gm_units_next takes the next piece and calls fn
 * for its goroutines that are not dead. */
uint32_t gm_units_begin(void);
void gm_units_next(void (*fn)(void *ctx, gm_g *g), void *ctx);
/* The goroutines that are not units: those on reserved stacks. */
void gm_each_reserved_g(void (*fn)(void *ctx, gm_g *g), void *ctx);
/* World stopped, at the end of a collection: slabs of dead goroutines go back. */
void gm_units_collected(uint32_t monitor_round);
bool gm_units_trim(void); /* as gm_stacks_trim, for slabs */
/* World stopped, no cycle under way: takes out all slabs without a goroutine that lives. They can be had by
 * gm_units_trim after the second, which says whether the monitor has lost sight of them. */
void gm_units_take_out_all(uint32_t monitor_round);
bool gm_units_condemn(uint32_t monitor_round);

/* lifetime.c */
static inline bool gm_goroutines_run(void) {
    return __atomic_load_n(&gm_sched.program, __ATOMIC_ACQUIRE);
}
void gm_sched_begin(void);

/* preempt.c */
void gm_preempt_point(gm_g *g, uintptr_t pc, uintptr_t caller);
bool gm_pc_is_go(uintptr_t pc);
/* Is there any compiled Go in the program? */
bool gm_has_go(void);

/* timer.c */
int64_t gm_timers_run(gm_timers *in, int64_t now); /* runs what is due; when the next is; 0: none */
static inline int64_t gm_timer_next(gm_p *p) {     /* when p's first is due; 0: none */
    return __atomic_load_n(&p->timers.next, __ATOMIC_RELAXED);
}
int64_t gm_timers_next(void); /* over all Ps; 0: none */
/* The timers of p that are set, for the collector; while others set and stop some. */
void gm_timers_scan(gm_timers *in, void (*fn)(void *arg, const void *lo, const void *hi),
                    void *arg);
void gm_timers_clear(gm_timers *in);
void gm_timers_move(gm_timers *from, gm_timers *to);

/* slowstop.c: the stop has lasted for GM_SLOW_STOP_NS */
#define GM_SLOW_STOP_NS INT64_C(1000000000)
void gm_report_slow_stop(const gm_p *mine);

#endif
