/* ustack.c - stacks of the program's own: where attached threads run besides the stacks that the system gave them.
 *
 * A thread has a stack that it runs on (m->stack): its own, or one that it was told of by gm_stack_switch. In the stop what it
 * runs on is scanned, and its own stack. Suspended stacks are scanned like goroutines (scan.c): by a job, or by who
 * resumes or withdraws one first; `scan` says who, as of a goroutine. So a stop does not grow with them, and the invariant
 * holds for them as well: a stack that runs while the collector marks has been scanned in this cycle.
 *
 * Between gm_stack_switch and the switch itself a thread still stands on the stack that it left (m->left), and a stop by signal
 * may meet it there. A stack pointer that lies in neither belongs to a switch that nobody told us of: then the
 * mapped memory around it counts, and all of the stack that the thread was believed to be on, because nobody knows
 * where on it the thread stopped.
 *
 * Records stand in blocks that never move, and are numbered through; a job looks at JOB neighbours. A job claims a record
 * (scan) and then reads its state; who withdraws one changes the state and then looks whether it is claimed.
 *
 * Lock: stacks.lock guards the free records and the blocks' growth; a leaf but for the lock of records.
 */
#include "sched/ustack.h"

#include "os/inside.h"
#include "os/fatal.h"
#include "os/os.h"
#include "sched/proc.h"
#include "sched/sched.h"

enum { BLOCK = 256, MAX_BLOCKS = 1 << 16, JOB = 16 };

static struct {
    gm_mutex lock;
    gm_stack **blocks; /* MAX_BLOCKS addresses, reserved when the first is needed */
    uint32_t count;    /* records that were ever in use. Atomic */
    gm_stack *free;
} stacks;

static gm_stack *record(uint32_t i) {
    return &stacks.blocks[i / BLOCK][i % BLOCK];
}

/* --- scanning --- */

static void scan_range(uintptr_t lo, uintptr_t hi, gm_range_fn *fn, void *arg) {
    if (lo && lo < hi) fn(arg, (void *)lo, (void *)hi);
}

static void scan_suspended(const gm_stack *s, gm_range_fn *fn, void *arg) {
    scan_range(__atomic_load_n(&s->sp, __ATOMIC_ACQUIRE), s->hi, fn, arg);
    fn(arg, s->regs, s->regs + 6);
}

static bool scanned(const gm_stack *s) {
    return __atomic_load_n(&s->scan, __ATOMIC_SEQ_CST) == gm_scan_cycle();
}

static bool claim(gm_stack *s) {
    uint16_t cycle = gm_scan_cycle(), seen = __atomic_load_n(&s->scan, __ATOMIC_RELAXED);
    if (seen == cycle || seen == cycle + 1) return false;
    return __atomic_compare_exchange_n(&s->scan, &seen, (uint16_t)(cycle + 1), false,
                                       __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

static void set_scanned(gm_stack *s) {
    __atomic_store_n(&s->scan, gm_scan_cycle(), __ATOMIC_SEQ_CST);
}

static void walk(void *stack, gm_range_fn *fn, void *arg) {
    scan_suspended(stack, fn, arg);
}

/* A stack that was not scanned in this cycle means that the cycle still marks; unless it was registered while the cycle
 * began, by a thread outside the world, and no job has seen it: there was nothing on it that counted. */
static void settle(gm_stack *s) {
    while (!scanned(s)) {
        if (claim(s)) {
            gm_up_mark_stack(walk, s);
            set_scanned(s);
        }
        gm_os_pause();
    }
}

void gm_ustacks_scan(uint32_t job, gm_range_fn *fn, void *arg) {
    uint32_t count = __atomic_load_n(&stacks.count, __ATOMIC_ACQUIRE);
    for (uint32_t i = job * JOB; i < (job + 1) * JOB && i < count; i++) {
        gm_stack *s = record(i);
        if (__atomic_load_n(&s->state, __ATOMIC_RELAXED) != GM_STACK_SUSPENDED || !claim(s))
            continue;
        if (__atomic_load_n(&s->state, __ATOMIC_SEQ_CST) == GM_STACK_SUSPENDED)
            scan_suspended(s, fn, arg);
        set_scanned(s);
    }
}

uint32_t gm_ustacks_begin(void) {
    return (__atomic_load_n(&stacks.count, __ATOMIC_ACQUIRE) + JOB - 1) / JOB;
}

void gm_ustacks_each(gm_range_fn *fn, void *arg) {
    for (uint32_t i = 0; i < stacks.count; i++)
        if (record(i)->state == GM_STACK_SUSPENDED) scan_suspended(record(i), fn, arg);
}

/* The thread of m runs on memory that nobody has told us of. */
static void scan_strange(const gm_stack *believed, uintptr_t sp, gm_range_fn *fn, void *arg) {
    uintptr_t lo, hi;
    if (!gm_os_mapping(sp, &lo, &hi)) gm_fatal("a thread's stack pointer is nowhere");
    scan_range(sp, hi, fn, arg);
    if (!gm_os_mapping(believed->hi - 1, &lo, &hi)) return; /* given back meanwhile */
    scan_range(lo > believed->lo ? lo : believed->lo, believed->hi, fn, arg);
}

/* As soon as it can be said where they end, only the frames of the thread's own stack count. */
static void leave_block_out(gm_m *m) {
    uintptr_t first = gm_os_first_frame(m->block);
    if (!first) return;
    if (gm_stack_holds(&m->own, m->block) && gm_stack_holds(&m->own, first)) m->own.hi = first;
    m->block = 0;
}

void gm_thread_stacks_scan(gm_m *m, uintptr_t sp, gm_range_fn *fn, void *arg) {
    gm_stack *s = m->stack;
    if (m->block) leave_block_out(m);
    if (gm_stack_holds(s, sp)) {
        scan_range(sp, s->hi, fn, arg);
    } else if (m->left && gm_stack_holds(m->left, sp)) {
        scan_range(sp, m->left->hi, fn, arg);
        scan_suspended(s, fn, arg);
    } else {
        scan_strange(s, sp, fn, arg);
    }
    set_scanned(s);
    if (s != &m->own) scan_suspended(&m->own, fn, arg);
}

/* --- registering --- */

static gm_stack *take_record(void) {
    gm_stack *s = stacks.free;
    if (s) {
        stacks.free = s->next_free;
        return s;
    }
    uint32_t i = stacks.count;
    if (!stacks.blocks) stacks.blocks = gm_os_map(MAX_BLOCKS * sizeof *stacks.blocks);
    if (!stacks.blocks || i == (uint32_t)MAX_BLOCKS * BLOCK) return NULL;
    gm_stack **block = &stacks.blocks[i / BLOCK];
    if (!*block) *block = gm_persistent_try(BLOCK * sizeof **block, 64);
    if (!*block) return NULL;
    __atomic_store_n(&stacks.count, i + 1, __ATOMIC_RELEASE);
    return record(i);
}

gm_stack *gm_stack_register(void *memory, size_t size) {
    GM_INSIDE();
    gm_mutex_lock(&stacks.lock);
    gm_stack *s = take_record();
    gm_mutex_unlock(&stacks.lock);
    if (!s) return NULL;
    s->lo = (uintptr_t)memory;
    s->hi = s->sp = s->lo + size;
    for (int i = 0; i < 6; i++) s->regs[i] = 0;
    set_scanned(s); /* there is nothing on it */
    __atomic_store_n(&s->state, GM_STACK_SUSPENDED, __ATOMIC_RELEASE);
    return s;
}

/* True: it was suspended, and is in that state now. */
static bool leave_suspension(gm_stack *s, enum gm_stack_state to) {
    uint32_t suspended = GM_STACK_SUSPENDED;
    settle(s);
    return __atomic_compare_exchange_n(&s->state, &suspended, to, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_RELAXED);
}

void gm_stack_unregister(gm_stack *s) {
    GM_INSIDE();
    if (!leave_suspension(s, GM_STACK_FREE))
        gm_fatal("gm_stack_unregister: the stack runs, or is not registered");
    while (__atomic_load_n(&s->scan, __ATOMIC_SEQ_CST) % 2)
        gm_os_pause(); /* a job of the next cycle */
    gm_mutex_lock(&stacks.lock);
    s->next_free = stacks.free;
    stacks.free = s;
    gm_mutex_unlock(&stacks.lock);
}

void gm_stack_set_sp(gm_stack *s, void *sp) {
    GM_INSIDE();
    if (__atomic_load_n(&s->state, __ATOMIC_RELAXED) != GM_STACK_SUSPENDED ||
        !gm_stack_holds(s, (uintptr_t)sp))
        gm_fatal("gm_stack_set_sp: not in a suspended stack");
    __atomic_store_n(&s->sp, (uintptr_t)sp, __ATOMIC_RELEASE);
}

/* --- switching --- */

/* switch_amd64.S has saved the stack pointer and the registers of the caller in m. */
static void suspend(gm_m *m, gm_stack *from) {
    for (int i = 0; i < 6; i++) from->regs[i] = m->block_regs[i];
    __atomic_store_n(&from->sp, m->block_sp, __ATOMIC_RELAXED);
    __atomic_store_n(&from->state, GM_STACK_SUSPENDED, __ATOMIC_SEQ_CST);
}

static gm_m *this_thread(const char *who) {
    gm_need_thread(who);
    gm_m *m = gm_getm();
    if (!m->attached) gm_fatal("gm_stack_switch, gm_stack_bounds: a goroutine keeps its stack");
    if (m->p->held) gm_fatal("gm_stack_switch, gm_stack_bounds: in a blocking region");
    return m;
}

static void now_on(gm_m *m, gm_stack *to) {
    gm_stack *from = m->stack;
    suspend(m, from);
    gm_m_away(m, 0);
    m->stack = to;
    m->left = from;
}

void gm_stack_switch_saved(gm_stack *to) {
    GM_INSIDE_SAVED();
    if (!gm_getm()) { /* then nothing was saved */
        this_thread("gm_stack_switch");
        gm_stack_switch(to);
        return;
    }
    gm_m *m = this_thread("gm_stack_switch");
    if (!to) to = &m->own;
    if (to == m->stack) {
        gm_m_away(m, 0);
        return;
    }
    if (to == &m->own)
        to->state = GM_STACK_RUNNING;
    else if (!leave_suspension(to, GM_STACK_RUNNING))
        gm_fatal("gm_stack_switch: the stack runs already, or is not registered");
    now_on(m, to);
}

void gm_stack_bounds_saved(void *memory, size_t size) {
    GM_INSIDE_SAVED();
    if (!gm_getm()) {
        this_thread("gm_stack_bounds");
        gm_stack_bounds(memory, size);
        return;
    }
    gm_m *m = this_thread("gm_stack_bounds");
    gm_stack *to = m->stack == &m->loose[0] ? &m->loose[1] : &m->loose[0];
    to->lo = (uintptr_t)memory;
    to->hi = to->lo + size;
    to->sp = 0;
    to->state = GM_STACK_RUNNING;
    set_scanned(to);
    now_on(m, to);
}

void gm_ustacks_fork(enum gm_fork_step step) {
    gm_mutex_fork(&stacks.lock, step);
}
