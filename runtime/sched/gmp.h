/* gmp.h - the records of the scheduler: goroutine (G), thread (M), processor (P).
 *
 * A G is a call chain with its stack. An M is a thread of the system. A P is the right to run
 * goroutines, of which there are GOMAXPROCS, and owns what must not be shared: the allocation
 * cache, a run queue, a timer heap, a list of dead Gs. An M needs a P to run a G; it gives the P up
 * while it blocks in the system.
 *
 * Who may write what:
 *   - status of a G changes by compare-and-swap; the fields from m on belong to whoever runs the G, or
 *     to whoever holds it between two states (a parked G belongs to the one who readies it).
 *   - fields of an M belong to its thread, but for the note, the nextp handed over with it, and the
 *     stack limit word, which anybody may poison.
 *   - fields of a P belong to the M that holds it, but for the tail end of the run queue (thieves),
 *     the timer heap (its own lock) and the status (compare-and-swap).
 *
 * Stacks. A G's stack is a chain of segments. The record of a segment lies at its upper end, so
 * that it shares cache lines with the frames that run first; the record of a G lies at the upper
 * end of its first segment, so that a goroutine costs one piece of memory. See stack.h.
 *
 * Threads that a C program attaches have a G of their own (GM_G_THREAD) which stands for the
 * thread's stack; it never moves to another M, and its P is none of the GOMAXPROCS.
 */
#ifndef GM_SCHED_GMP_H
#define GM_SCHED_GMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "heap/heap.h"
#include "os/inside.h"
#include "os/sync.h"
#include "sched/sanitize.h"
#include "os/tls.h"
#include "sched/ustack.h"

typedef struct gm_timer gm_timer;
typedef struct gm_seg gm_seg;
typedef struct gm_sudog gm_sudog;
typedef struct gm_bubble gm_bubble;

enum gm_g_status {
    GM_G_IDLE,     /* just made, or being made */
    GM_G_RUNNABLE, /* on a run queue */
    GM_G_RUNNING,  /* an M runs it, with a P */
    GM_G_BLOCKED,  /* in the system or in C, on its M, without claim to a P */
    GM_G_WAITING,  /* parked; somebody will ready it */
    GM_G_DEAD      /* on a free list */
};

/* Why a goroutine waits; gm_wait_text gives Go's words for the trace. */
enum gm_wait {
    GM_WAIT_NONE,
    GM_WAIT_CHAN_RECV,
    GM_WAIT_CHAN_SEND,
    GM_WAIT_CHAN_RECV_NIL,
    GM_WAIT_CHAN_SEND_NIL,
    GM_WAIT_SELECT,
    GM_WAIT_SELECT_EMPTY,
    GM_WAIT_SLEEP,
    GM_WAIT_SEM,
    GM_WAIT_COND,
    GM_WAIT_MUTEX,
    GM_WAIT_RWMUTEX_R,
    GM_WAIT_RWMUTEX,
    GM_WAIT_GROUP,
    GM_WAIT_IO,
    GM_WAIT_GC,
    GM_WAIT_FINALIZER,
    GM_WAIT_FORCE_GC,
    GM_WAIT_GC_SWEEP,
    GM_WAIT_GC_WORKER,
    GM_WAIT_GC_ASSIST,
    GM_WAIT_PREEMPTED,
    GM_WAIT_COROUTINE,
    GM_WAIT_BUBBLE_RUN,
    GM_WAIT_BUBBLE_WAIT,
    GM_WAIT_COUNT
};

/* One piece of a goroutine's stack. Frames lie in [lo, hi), from hi downwards. */
struct gm_seg {
    uintptr_t lo;
    uintptr_t hi;
    uintptr_t limit;     /* what %fs:0x70 holds while frames are pushed here: lo + slack */
    uintptr_t caller_sp; /* %rsp in prev when this segment was entered */
    gm_seg *prev;        /* towards the goroutine's first segment */
    gm_seg *next;        /* kept for the next growth, or NULL */
    uint16_t order;      /* size class in the stack pools; of a first segment: slab.c's */
    uint8_t used;        /* atomic: entered since the last collection */
    uint32_t depth;      /* of the stack up to this segment's end, by 16 bytes */
};

/* A goroutine waiting on a channel or a semaphore. Lives on the waiter's own stack: stacks never
 * move, and the waiter does not return before it is taken off the queue. */
struct gm_sudog {
    gm_g *g;
    gm_sudog *next, *prev;
    void *elem; /* what to send, or where to receive; may be NULL */
    void *chan; /* the channel, or a semaphore's address */
    uint32_t ticket;
    bool is_select; /* g->select_done must be won before waking */
    bool success;   /* woken by a communication, not by close */
    uint16_t scase; /* index of the select case */
    gm_sudog *waitlink;
    int64_t since; /* when it began to wait, for fairness of semaphores */
};

/* Flags of a G. */
enum {
    GM_GF_THREAD = 1, /* stands for a thread of a C program */
    GM_GF_SYSTEM = 2, /* the runtime's own: not counted, not shown, no deadlock */
    GM_GF_CSTACK = 4, /* runs on one reserved, guarded stack; no growth */
    GM_GF_MAIN = 8,   /* the main goroutine */
    GM_GF_GROWS = 16, /* with GM_GF_CSTACK: goes on in segments when the stack is full */
    GM_GF_LEAKED = 32 /* waits for ever, as the last search for such found; see leak.c */
};

struct gm_g {
    /* known to the assembler, by offset */
    uintptr_t sp;     /* 0: saved %rsp; callee-saved registers stand there */
    uintptr_t limit;  /* 8: stack limit to restore, never poisoned */
    gm_seg *seg;      /* 16: the segment in use */
    uint32_t preempt; /* 24: asked to yield at the next check */
    uint32_t status;  /* 28: gm_g_status */

    /* looked at by others at any time, even in the record of a goroutine that is dead */
    uint16_t scan; /* atomic: in which cycle its stack was scanned; see scan.c */
    uint8_t flags; /* through gm_g_flags where it is not known whether the goroutine lives */
    uint8_t wait_reason;
    uint16_t select_done; /* won by compare-and-swap by the first to wake a select */
    uint16_t inside;      /* calls of the library under way, for stops by signal; os/inside.h */

    gm_m *m;                /* the M that runs it */
    gm_m *lockedm;          /* the only M that may run it */
    gm_g *link;             /* run queue, free list */
    void *defers;           /* the language's: frames that defer, newest first */
    void *panics;           /* the language's: panics in flight, newest first */
    void *deferring;        /* the language's: word of the recover protocol */
    gm_sudog *wake;         /* the sudog by which it was woken */
    gm_sudog *waiting;      /* those it waits on, for select and for reports */
    uint16_t lock_count;    /* LockOSThread nesting */
    uint16_t pins;          /* not to be preempted while not 0 */
    uint8_t fips_indicator; /* crypto's: whether what was done is approved by FIPS 140 */
    bool fips_bypass;       /* crypto's: what is not may be used; inherited */
    uint16_t holds;         /* regions of it in which no collection begins; see hold.c */
    uint64_t id;
    int64_t wait_since; /* gm_nanotime of the first collection that saw it wait; 0: none has */
    void (*fn)(void *); /* what it was started with */
    void *arg;
    uintptr_t go_pc;     /* the go statement that made it */
    uint64_t parent;     /* id of the goroutine that executed it */
    void *sig_context;   /* ucontext of a G stopped by signal */
    void *fault;         /* the language's: note of the signal that is about to become a panic */
    void *labels;        /* profiler labels, inherited by the goroutines that it starts */
    void *ancestors;     /* ancestors.c */
    gm_bubble *bubble;   /* that it is in, inherited too; see bubble.h */
    bool durably;        /* parked, or about to be, for what only the bubble can end */
    uint8_t trace_state; /* what the execution trace has told of it; observe/traceev.c's */
    uint16_t trace_gen;
    uint32_t trace_seq;
#ifdef GM_TSAN
    void *fiber;
#endif
    gm_seg seg0; /* the first segment */
};

enum gm_p_status {
    GM_P_IDLE,    /* on the idle list */
    GM_P_RUNNING, /* an M holds it */
    GM_P_BLOCKED, /* its M is in the system; anybody may take it by compare-and-swap */
    GM_P_STOPPED, /* held by whoever stops the world */
    GM_P_FENCED,  /* its M runs on, outside the library: world.c */
    GM_P_DEAD     /* GOMAXPROCS shrank */
};

#define GM_RUNQ_SIZE 256u

/* Timers that are set: a heap; see timer.c. */
typedef struct gm_timers {
    gm_mutex lock;
    uint32_t count;
    uint32_t cap;
    gm_timer **table;
    int64_t next; /* when the first is due; 0: none. Read without the lock */
    bool scan;    /* the collector is looking through the table */
} gm_timers;

struct gm_p {
    gm_mcache mcache; /* first: the P that tls.h names is the cache */

    _Alignas(64) uint32_t status;
    uint32_t id;
    gm_m *m;
    gm_p *link;       /* idle list, or chain of attached Ps */
    gm_p *ahead;      /* in that chain: os/chain.h */
    bool attached;    /* belongs to a C program's thread, none of the GOMAXPROCS */
    bool unused;      /* attached, and its thread has gone: free for the next to attach */
    bool was_blocked; /* stopped while its M was in the system */
    bool held;        /* blocked, but not to be given to another thread */
    uint32_t preempt; /* a yield was asked of whoever runs here */
    int64_t live; /* goroutines started minus ended here; only the sum over all Ps has a meaning */

    uint32_t sched_tick; /* counts goroutines started, for the monitor */
    uint32_t block_tick; /* counts entries into the system, for the monitor */
    uint32_t seen_sched; /* the monitor's: tick last seen, and when */
    uint32_t seen_block;
    uint32_t asked_tick; /* the tick in which a yield was last asked for */
    bool asked;
    int64_t seen_sched_at;
    int64_t seen_block_at;

    gm_g *free_g; /* dead goroutines with their first segments */
    uint32_t free_g_count;
    uint64_t rand;         /* state of this P's random numbers */
    uint32_t trace_id;     /* its number in an execution trace */
    uint32_t trace_thread; /* what that has told of it; observe/traceev.c's */
    uint32_t trace_seq;
    uint16_t trace_gen;
    uint8_t trace_state;
    bool trace_sweeps;
    uint64_t id_next, id_end; /* goroutine ids set aside */

    /* run queue: the holder pushes at tail, the holder and thieves take at head */
    _Alignas(64) uint32_t runq_head;
    _Alignas(64) uint32_t runq_tail;
    gm_g *run_next;     /* goes before the queue and inherits the time slice */
    uint32_t next_tick; /* counts goroutines taken from run_next by the holder */
    uint64_t woke_at; /* when a goroutine in run_next last led to a wake-up (time stamp counter) */
    gm_g *runq[GM_RUNQ_SIZE];

    _Alignas(64) gm_timers timers;

    gm_seg *seg_cache[16]; /* free stack segments by order */
    uint32_t seg_count[16];
    uint64_t segs_cached; /* segments that came from there, ever */
};

struct gm_m {
    /* known to the assembler, by offset */
    uintptr_t sys_sp;        /* 0: top of the system stack */
    uint32_t on_system;      /* 8: not 0 while the system stack is in use */
    uintptr_t block_sp;      /* 16: in a blocking region: its own stack is live above here */
    uintptr_t block_regs[6]; /* 24: callee-saved registers at that moment: rbx rbp r12 - r15 */
    uintptr_t block_pc;      /* left from a goroutine's own stack: where to; else 0 */

    uintptr_t
        block_go_sp; /* with block_pc: the stack pointer. g->sp may be lower: the limit stays in
                              * force, and functions that find it passed save theirs there */

    gm_g *g;                 /* the goroutine it runs */
    gm_p *p;                 /* the P it holds */
    gm_p *next_p;            /* handed over together with a wake-up */
    gm_p *old_p;             /* held before it entered the system */
    bool in_region;          /* its goroutine is in a blocking region of the program's */
    uintptr_t *limit_word;   /* %fs:0x70 of its thread */
    gm_note note;            /* it sleeps here when it has nothing to do */
    bool spinning;           /* looks for work without having any */
    bool signals;            /* may be interrupted by a signal; anybody may look */
    gm_g *locked_g;          /* the only G it may run */
    gm_m *link;              /* idle list */
    const void *sig_context; /* attached, stopped by a signal: its ucontext. Atomic */
    gm_stack own;            /* attached: the stack that the system gave the thread */
    uintptr_t block;         /* attached: its control block, while `own` may contain it */
    gm_stack *stack, *left;  /* the one that it runs on; that it left last; ustack.c */
    gm_stack loose[2];       /* known by its bounds only */
    gm_g *thread_g;          /* attached: the G that stands for it */
    bool (*park_commit)(gm_g *, void *); /* runs after a G has left its stack */
    void *park_arg;
    uint64_t rand;
    uint32_t checks;     /* preemptstress: polls it has met */
    uint32_t probe_sent; /* atomic: the last probe that it was sent, and that it answered */
    uint32_t probed;
    uintptr_t stands_at; /* atomic: where the signal last met an attached thread; see slowstop.c */
    int32_t tid;         /* gm_os_thread_id */
    void *trace;         /* its part of the execution trace; observe/tracebuf.c's */
#ifdef GM_ASAN
    const void *system_lo; /* the system stack, as the sanitizer knows it */
    size_t system_size;
#endif
#ifdef GM_TSAN
    void *fiber; /* of the thread on its system stack */
#endif
    /* What stays when the record of a detached thread is used again: others may look at it at any time. */
    gm_m *all_next, *ahead; /* chain of all Ms: os/chain.h */
    uint32_t id;
    bool attached; /* of a C program's thread, and of none but those */
    bool gone;     /* outside the world: not attached yet, or detached. Atomic */
    bool taken;    /* by a thread; gm_sched.lock */
    void *signal_stack;
};

static inline uint8_t gm_g_flags(const gm_g *g) {
    return __atomic_load_n(&g->flags, __ATOMIC_RELAXED);
}

/* By whoever has made the goroutine and not started it yet, or with the world stopped. */
static inline void gm_g_add_flags(gm_g *g, uint8_t flags) {
    __atomic_store_n(&g->flags, g->flags | flags, __ATOMIC_RELAXED);
}

/* For counters of a P: its holder counts, others look. */
static inline void gm_count(uint32_t *ticks) {
    __atomic_store_n(ticks, *ticks + 1, __ATOMIC_RELAXED);
}

#endif
