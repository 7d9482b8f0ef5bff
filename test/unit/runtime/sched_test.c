/* sched_test.c - goroutines, parking, stopping the world, attached threads, semaphores, timers.
 *
 * The test is a C program: its main thread is attached, goroutines run on threads of the scheduler.
 * Goroutine functions use the stack sparingly or are on reserved stacks, so that the test holds
 * whether or not it is built with stack checks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "gc/gc.h"
#include "lang/lang.h"
#include "os/godebug.h"
#include "sched/proc.h"
#include "sched/sched.h"
#include "upcall.h"

enum { STACK = 64 << 10 };

static void go(void (*fn)(void *), void *arg) {
    assert_non_null(gm_go_start_reserved(fn, arg, STACK));
}

static int load(int *n) {
    return __atomic_load_n(n, __ATOMIC_SEQ_CST);
}
static void add(int *n) {
    __atomic_fetch_add(n, 1, __ATOMIC_SEQ_CST);
}

static void wait_until(int *n, int want) {
    while (load(n) < want) gm_yield();
    assert_int_equal(load(n), want);
}

/* --- */

static int count;

static void count_up(void *arg) {
    (void)arg;
    add(&count);
}

/* The thread sanitizer makes a fiber of megabytes for each goroutine, and has room for few thousands. */
#ifdef GM_TSAN
enum { MANY = 200 };
#else
enum { MANY = 10000 };
#endif

static void runs_each_once(void **state) {
    (void)state;
    count = 0;
    for (int i = 0; i < MANY; i++) go(count_up, NULL);
    wait_until(&count, MANY);
}

static void yield_often(void *arg) {
    for (intptr_t i = (intptr_t)arg; i > 0; i--) gm_yield();
    add(&count);
}

static void yields(void **state) {
    (void)state;
    count = 0;
    for (intptr_t i = 0; i < 200; i++) go(yield_often, (void *)(i % 50));
    wait_until(&count, 200);
}

/* --- parking --- */

struct gate {
    gm_mutex lock;
    gm_g *waiter;
    int passed;
};

static void pass_gate(void *arg) {
    struct gate *gate = arg;
    for (int i = 0; i < 1000; i++) {
        gm_mutex_lock(&gate->lock);
        gate->waiter = gm_getg();
        gm_park_unlock(&gate->lock, GM_WAIT_SEM);
        add(&gate->passed);
    }
}

static void parks_and_readies(void **state) {
    (void)state;
    struct gate gate = {0};
    go(pass_gate, &gate);
    for (int i = 0; i < 1000; i++) {
        gm_g *g = NULL;
        while (!g) {
            gm_mutex_lock(&gate.lock);
            g = gate.waiter;
            gate.waiter = NULL;
            gm_mutex_unlock(&gate.lock);
            if (!g) gm_yield();
        }
        assert_int_equal(load(&gate.passed), i);
        gm_ready(g);
        wait_until(&gate.passed, i + 1);
    }
}

static bool refuse(gm_g *g, void *arg) {
    (void)g;
    add(arg);
    return false;
}

static void try_to_park(void *arg) {
    (void)arg;
    static int refused;
    for (int i = 0; i < 100; i++) gm_park(refuse, &refused, GM_WAIT_SEM);
    if (load(&refused) == 100) add(&count);
}

static void park_may_be_refused(void **state) {
    (void)state;
    count = 0;
    go(try_to_park, NULL);
    wait_until(&count, 1);
}

/* --- registers across switches --- */

static void keep_registers(void *arg) {
    intptr_t a = (intptr_t)arg, b = a * 3, c = a * 5, d = a * 7, e = a * 11, f = a * 13;
    double x = (double)a / 3;
    for (int i = 0; i < 100; i++) {
        __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f));
        gm_yield();
        if (b != a * 3 || c != a * 5 || d != a * 7 || e != a * 11 || f != a * 13) return;
        if (x != (double)a / 3) return;
    }
    add(&count);
}

static void switches_keep_registers(void **state) {
    (void)state;
    count = 0;
    for (intptr_t i = 1; i <= 50; i++) go(keep_registers, (void *)(i * 1000003));
    wait_until(&count, 50);
}

/* --- sleeping --- */

static void sleep_some(void *arg) {
    int64_t ns = (intptr_t)arg, before = gm_nanotime();
    gm_sleep(ns);
    if (gm_nanotime() - before >= ns) add(&count);
}

static void sleeps_at_least_as_long(void **state) {
    (void)state;
    count = 0;
    for (intptr_t i = 0; i < 300; i++) go(sleep_some, (void *)((i * 7919) % 3000 * 1000));
    int64_t before = gm_nanotime();
    gm_sleep(2000000); /* the attached thread itself */
    assert_true(gm_nanotime() - before >= 2000000);
    wait_until(&count, 300);
}

static int fired;
static void fire(void *arg, uintptr_t seq) {
    if ((uintptr_t)arg == seq) add(&fired);
}

static void timers_fire_or_are_stopped(void **state) {
    (void)state;
    enum { N = 500 };
    static gm_timer t[N];
    fired = 0;
    int stopped = 0;
    int64_t now = gm_nanotime();
    for (uintptr_t i = 0; i < N; i++) {
        t[i].f = (void *)fire;
        t[i].arg = (void *)i;
        t[i].seq = i;
        gm_timer_set(&t[i], now + (int64_t)(i * 7919 % N) * 10000, 0);
    }
    for (int i = 0; i < N; i += 3) stopped += gm_timer_stop(&t[i]);
    for (int i = 1; i < N; i += 3) {
        if (gm_timer_stop(&t[i])) gm_timer_set(&t[i], gm_nanotime() + 1000000, 0);
    }
    while (load(&fired) + stopped < N) gm_sleep(100000);
    gm_sleep(3000000);
    assert_int_equal(load(&fired) + stopped, N);
    for (int i = 0; i < N; i++) assert_false(gm_timer_stop(&t[i]));

    gm_timer tick = {.f = (void *)fire};
    fired = 0;
    gm_timer_set(&tick, gm_nanotime(), 200000);
    while (load(&fired) < 5) gm_sleep(100000);
    assert_true(gm_timer_stop(&tick));

    /* due again at the end of time, not before its beginning */
    fired = 0;
    gm_timer_set(&tick, gm_nanotime(), INT64_MAX);
    while (load(&fired) < 1) gm_sleep(100000);
    assert_true(gm_timer_stop(&tick));
    assert_int_equal(load(&fired), 1);
    assert_int_equal(gm_timer_after(5, 10, 5), 15);
    assert_int_equal(gm_timer_after(5, 10, 14), 15);
    assert_int_equal(gm_timer_after(5, 10, 25), 35);
    assert_int_equal(gm_timer_after(5, INT64_MAX, 7), INT64_MAX);
    assert_int_equal(gm_timer_after(INT64_MAX - 5, 10, INT64_MAX), INT64_MAX);
}

/* --- stopping the world --- */

static int go_on;
static int64_t work[4];

static void work_with_safepoints(void *arg) {
    int64_t *mine = arg;
    while (load(&go_on)) {
        __atomic_fetch_add(mine, 1, __ATOMIC_RELAXED);
        gm_safepoint();
    }
    add(&count);
}

static void *attached_worker(void *arg) {
    if (!gm_attach_thread()) return NULL;
    work_with_safepoints(arg);
    gm_detach_thread();
    return arg;
}

static void stopped_world_stands_still(void **state) {
    (void)state;
    count = 0;
    go_on = 1;
    memset(work, 0, sizeof work);
    go(work_with_safepoints, &work[0]);
    go(work_with_safepoints, &work[1]);
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, attached_worker, &work[2 + i]);
    for (int round = 0; round < 50; round++) {
        gm_world_stop("test");
        int64_t before[4], after[4];
        memcpy(before, work, sizeof work);
        usleep(200);
        memcpy(after, work, sizeof work);
        gm_world_start();
        assert_memory_equal(before, after, sizeof before);
    }
    __atomic_store_n(&go_on, 0, __ATOMIC_SEQ_CST);
    wait_until(&count, 4);
    for (int i = 0; i < 2; i++) {
        void *result;
        gm_block_enter();
        pthread_join(threads[i], &result);
        gm_block_leave();
        assert_ptr_equal(result, &work[2 + i]);
    }
}

static void *come_and_go(void *arg) {
    for (int i = 0; i < 200; i++) {
        if (!gm_attach_thread()) return NULL;
        gm_safepoint();
        gm_block_enter();
        gm_block_leave();
        gm_detach_thread();
    }
    return arg;
}

static void threads_attach_while_world_stops(void **state) {
    (void)state;
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, come_and_go, &work);
    for (int i = 0; i < 200; i++) {
        gm_world_stop("test");
        gm_world_start();
    }
    gm_block_enter();
    for (int i = 0; i < 4; i++) {
        void *result;
        pthread_join(threads[i], &result);
        if (result != &work) abort();
    }
    gm_block_leave();
}

/* --- stacks as the collector sees them --- */

struct search {
    const void *what;
    int found;
};

/* Other functions' frames: not for the sanitizers. */
__attribute__((no_sanitize_address, no_sanitize_thread)) static void
search_range(void *arg, const void *lo, const void *hi) {
    struct search *s = arg;
    for (const void *const *p = lo; (const void *)(p + 1) <= hi; p++) s->found += *p == s->what;
}

static int occurrences(const void *what) {
    struct search s = {what, 0};
    gm_world_stop("test");
    uint32_t jobs = gm_scan_begin(search_range, &s);
    for (uint32_t i = 0; i < jobs; i++) gm_scan_job(i, search_range, &s);
    gm_scan_rest(search_range, &s);
    gm_world_start();
    return s.found;
}

static void hold(void *arg) {
    struct gate *gate = arg;
    void *volatile word = (void *)((uintptr_t)gate ^ 0x5555555555);
    gm_mutex_lock(&gate->lock);
    __atomic_store_n(&gate->waiter, gm_getg(), __ATOMIC_RELEASE);
    gm_park_unlock(&gate->lock, GM_WAIT_SEM);
    if (word) add(&gate->passed);
}

static void *hold_blocked(void *arg) {
    struct gate *gate = arg;
    gm_attach_thread();
    void *volatile word = (void *)((uintptr_t)gate ^ 0x5555555555);
    gm_block_enter();
    add(&gate->passed);
    while (load(&gate->passed) < 2) usleep(100);
    gm_block_leave();
    gm_detach_thread();
    return word;
}

static void stacks_of_parked_and_blocked_are_seen(void **state) {
    (void)state;
    struct gate parked = {0}, blocked = {0};
    go(hold, &parked);
    while (!__atomic_load_n(&parked.waiter, __ATOMIC_SEQ_CST)) gm_yield();
    gm_mutex_lock(&parked.lock);
    gm_mutex_unlock(&parked.lock);
    pthread_t thread;
    pthread_create(&thread, NULL, hold_blocked, &blocked);
    wait_until(&blocked.passed, 1);
    assert_true(occurrences((void *)((uintptr_t)&parked ^ 0x5555555555)) > 0);
    assert_true(occurrences((void *)((uintptr_t)&blocked ^ 0x5555555555)) > 0);
    gm_ready(parked.waiter);
    wait_until(&parked.passed, 1);
    add(&blocked.passed);
    pthread_join(thread, NULL);
}

/* --- blocking calls --- */

static void nap(void *arg) {
    (void)arg;
    usleep(2000);
}

static void block_in_system(void *arg) {
    (void)arg;
    gm_blocking(nap, NULL);
    add(&count);
}

static void ps_of_blocked_threads_go_on(void **state) {
    (void)state;
    count = 0;
    for (int i = 0; i < 40; i++) go(block_in_system, NULL);
    for (int i = 0; i < 40; i++) go(yield_often, (void *)10);
    for (int i = 0; i < 20; i++) {
        gm_world_stop("test");
        gm_world_start();
    }
    wait_until(&count, 80);
}

static int calling;

static void short_nap(void *arg) {
    (void)arg;
    usleep(10);
}

/* Nearly always away in the system, but never for long. */
static void call_system(void *arg) {
    (void)arg;
    while (load(&calling)) gm_blocking(short_nap, NULL);
    add(&count);
}

static void calls_of_the_system_leave_a_turn(void **state) {
    (void)state;
    int procs = gm_gomaxprocs(1);
    count = 0;
    calling = 1;
    go(call_system, NULL);
    for (int i = 1; i <= 5; i++) {
        usleep(20000);
        go(count_up, NULL);
        wait_until(&count, i);
    }
    __atomic_store_n(&calling, 0, __ATOMIC_RELEASE);
    wait_until(&count, 6);
    gm_gomaxprocs(procs);
}

/* As a worker of the collector does for the finalizers: also while the world stands still, so that no
 * scan has seen what it starts. */
static void *start_from_outside(void *arg) {
    for (int i = 0; i < *(int *)arg; i++) gm_go_start_system(count_up, NULL);
    return NULL;
}

static void threads_outside_start_goroutines(void **state) {
    (void)state;
    int n = 3000;
    count = 0;
    pthread_t t;
    assert_int_equal(pthread_create(&t, NULL, start_from_outside, &n), 0);
    for (int i = 0; load(&count) < n; i++) {
        gm_debug.gcstoptheworld = i % 2;
        gm_gc();
        gm_yield();
    }
    gm_debug.gcstoptheworld = 0;
    gm_block_enter();
    pthread_join(t, NULL);
    gm_block_leave();
}

/* --- GOMAXPROCS, locked threads --- */

static void changes_procs(void **state) {
    (void)state;
    int before = gm_gomaxprocs(0);
    count = 0;
    for (int i = 0; i < 400; i++) {
        go(yield_often, (void *)20);
        if (i % 40 == 0) gm_gomaxprocs(1 + i / 40 % 5);
    }
    wait_until(&count, 400);
    assert_int_equal(gm_gomaxprocs(before), 1 + 360 / 40 % 5);
    assert_int_equal(gm_gomaxprocs(0), before);
}

static void stay_on_thread(void *arg) {
    (void)arg;
    gm_lock_os_thread();
    pthread_t self = pthread_self();
    bool same = true;
    for (int i = 0; i < 50; i++) {
        gm_yield();
        same &= pthread_equal(self, pthread_self()) != 0;
        if (i % 10 == 0) gm_sleep(10000);
    }
    gm_unlock_os_thread();
    if (same) add(&count);
}

static void locked_goroutines_keep_their_thread(void **state) {
    (void)state;
    count = 0;
    for (int i = 0; i < 6; i++) go(stay_on_thread, NULL);
    for (int i = 0; i < 20; i++) go(yield_often, (void *)50);
    wait_until(&count, 26);
}

/* --- preemption --- */

static volatile int turning;
static uint64_t turns[2];

/* Loops without calls, in the section of compiled Go. */
static __attribute__((section(".text.sorted.golem.test"), noinline)) void turn(void *arg) {
    uint64_t *n = arg, a = 1, b = 2, c = 3;
    while (turning) {
        (*n)++;
        a += b;
        b ^= c;
        c += a;
        if (a + b + c == 0) return;
    }
    add(&count);
}

static void loops_without_calls_give_way(void **state) {
    (void)state;
    SKIP_WITHOUT_SIGNALS();
    int procs = gm_gomaxprocs(1);
    count = 0;
    turning = 1;
    go(turn, &turns[0]);
    go(turn, &turns[1]);
    go(yield_often, (void *)5);
    while (load(&count) < 1 || !turns[0] || !turns[1]) usleep(1000);
    for (int i = 0; i < 20; i++) {
        gm_world_stop("test");
        uint64_t before = turns[0] + turns[1];
        usleep(500);
        uint64_t after = turns[0] + turns[1];
        gm_world_start();
        assert_true(before == after);
    }
    turning = 0;
    wait_until(&count, 3);
    gm_gomaxprocs(procs);
}

/* Who has a processor answers a probe, wherever it is; to see that, nobody has to stop. */
static void *probe_thread(void *arg) {
    int *answered = arg;
    for (int i = 0; i < 50; i++) {
        while (!gm_ask_to_end()) usleep(1000); /* both Ps are on their way to a thread */
        for (int ms = 0; ms < 2000 && !gm_end_is_near(); ms++) usleep(1000);
        *answered += gm_end_is_near();
    }
    return NULL;
}

static void running_threads_answer_probes(void **state) {
    (void)state;
    SKIP_WITHOUT_SIGNALS();
    count = 0;
    turning = 1;
    turns[0] = turns[1] = 0;
    go(turn, &turns[0]);
    go(turn, &turns[1]);
    while (!turns[0] || !turns[1]) usleep(1000);
    int answered = 0;
    pthread_t t;
    assert_int_equal(pthread_create(&t, NULL, probe_thread, &answered), 0);
    gm_block_enter();
    pthread_join(t, NULL);
    gm_block_leave();
    assert_int_equal(answered, 50);
    turning = 0;
    wait_until(&count, 2);
}

/* As compiled Go that only calls the runtime: the request is met when it makes such a call, and not
 * when the runtime calls itself. No signal is sent. */
static gm_chan *full;
static int met_by_go, met_by_runtime;

static __attribute__((noinline)) bool send_from_runtime(const void *v) {
    bool sent = gm_go_chan_try_send(full, v);
    __asm__ volatile("");
    return sent;
}

static __attribute__((section(".text.sorted.golem.test"), noinline)) void call_runtime(void *arg) {
    int64_t v = 1;
    int yielded[2] = {0, 0};
    for (int i = 0; i < 20; i++) {
        int before = load(&count);
        gm_go_start_reserved(count_up, NULL, STACK);
        gm_preempt_p(gm_getp(), false);
        if (i % 2) {
            gm_go_chan_try_send(full, &v);
        } else {
            send_from_runtime(&v);
        }
        yielded[i % 2] += load(&count) - before;
        gm_yield();
        while (load(&count) == before) gm_yield();
    }
    met_by_go = yielded[1];
    met_by_runtime = yielded[0];
    add(arg);
}

static void calls_of_the_runtime_give_way(void **state) {
    (void)state;
    static const gm_type int_type = {.size = 8, .align = 8, .field_align = 8, .kind = GM_INT};
    int procs = gm_gomaxprocs(1), done = 0;
    count = 0;
    gm_register_roots_conservative(&full, sizeof full);
    full = gm_chan_make(&int_type, 1);
    go(call_runtime, &done);
    wait_until(&done, 1);
    assert_true(met_by_go >= 8); /* now and then the scheduler takes the one that yielded itself */
    assert_true(met_by_runtime <= 2); /* unless the monitor sends a signal */
    gm_gomaxprocs(procs);
}

static const void *volatile needle;

/* Holds a word in a register only. */
static __attribute__((section(".text.sorted.golem.test"), noinline)) void
turn_with_register(void *arg) {
    uintptr_t word = (uintptr_t)arg ^ 0x3333333333, n = 0;
    while (turning) {
        __asm__ volatile("" : "+r"(word), "+r"(n));
        n++;
    }
    needle = (void *)word;
    add(&count);
}

static void registers_of_the_interrupted_are_seen(void **state) {
    (void)state;
    SKIP_WITHOUT_SIGNALS();
    count = 0;
    turning = 1;
    go(turn_with_register, &count);
    usleep(20000);
    assert_true(occurrences((void *)((uintptr_t)&count ^ 0x3333333333)) > 0);
    turning = 0;
    wait_until(&count, 1);
    assert_ptr_equal(needle, (void *)((uintptr_t)&count ^ 0x3333333333));
}

/* A sequence that must not be cut: the flag is tested and the counter of the state seen is raised. */
static uint32_t phase;
static uint64_t in_phase[2];

static __attribute__((section(".text.sorted.golem.test"), noinline)) void count_phases(void *arg) {
    (void)arg;
    while (turning) {
        uint64_t scratch;
        __asm__ volatile("1: movl %[phase], %k[s]\n\t"
                         "nop; nop; nop; nop; nop; nop; nop; nop\n\t"
                         "incq (%[base], %[s], 8)\n"
                         "2:\n\t"
                         ".pushsection gm_critical, \"a\"\n\t"
                         ".long 1b - ., 2b - .\n\t"
                         ".popsection"
                         : [s] "=&r"(scratch)
                         : [phase] "m"(phase), [base] "r"(in_phase)
                         : "memory", "cc");
    }
    add(&count);
}

static void critical_sequences_are_not_cut(void **state) {
    (void)state;
    SKIP_WITHOUT_SIGNALS();
    count = 0;
    turning = 1;
    go(count_phases, NULL);
    while (!*(volatile uint64_t *)&in_phase[0]) usleep(100);
    for (int i = 0; i < 300; i++) {
        gm_world_stop("test");
        uint64_t old = in_phase[phase];
        phase = !phase;
        gm_world_start();
        usleep(100);
        gm_world_stop("test");
        uint64_t now = in_phase[!phase];
        gm_world_start();
        assert_true(old == now);
    }
    turning = 0;
    wait_until(&count, 1);
}

/* --- semaphores --- */

static uint32_t sem;
static long guarded;

static void add_guarded(void *arg) {
    unsigned flags = (uintptr_t)arg & GM_SEM_HANDOFF;
    for (int i = 0; i < 500; i++) {
        gm_sem_acquire(&sem, i & GM_SEM_LIFO, GM_WAIT_SEM);
        long n = guarded;
        if (i % 50 == 0) gm_yield();
        guarded = n + 1;
        gm_sem_release(&sem, flags);
    }
    add(&count);
}

static void semaphores_exclude(void **state) {
    (void)state;
    count = 0;
    guarded = 0;
    sem = 1;
    for (uintptr_t i = 0; i < 8; i++) go(add_guarded, (void *)(i % 2 * GM_SEM_HANDOFF));
    wait_until(&count, 8);
    assert_int_equal(guarded, 8 * 500);
    assert_int_equal(sem, 1);
}

struct notify_list {
    uint32_t wait, notify;
    uintptr_t lock;
    void *head, *tail;
};
static struct notify_list list;

static void wait_for_notice(void *arg) {
    (void)arg;
    uint32_t ticket = gm_notify_add((gm_notify_list *)&list);
    gm_notify_wait((gm_notify_list *)&list, ticket);
    add(&count);
}

static void notices_reach_each_once(void **state) {
    (void)state;
    count = 0;
    for (int i = 0; i < 100; i++) go(wait_for_notice, NULL);
    while (__atomic_load_n(&list.wait, __ATOMIC_SEQ_CST) < 100) gm_yield();
    assert_int_equal(load(&count), 0);
    for (int i = 1; i <= 30; i++) {
        gm_notify_one((gm_notify_list *)&list);
        wait_until(&count, i);
    }
    gm_notify_all((gm_notify_list *)&list);
    wait_until(&count, 100);
}

/* --- programs that end --- */

/* --- stealing --- */

static int ran_elsewhere;

static void note_p(void *arg) {
    if (gm_getp()->id != (uint32_t)(uintptr_t)arg) add(&ran_elsewhere);
}

/* Starts many and does not let go of its P: they run all the same, on another. */
static void start_and_stay(void *arg) {
    enum { MANY = 100 };
    for (int i = 0; i < MANY; i++) gm_go_start(note_p, (void *)(uintptr_t)gm_getp()->id, 0);
    while (__atomic_load_n(&ran_elsewhere, __ATOMIC_SEQ_CST) < MANY - 1) continue;
    add(arg);
}

static void goroutines_of_a_busy_p_are_stolen(void **state) {
    (void)state;
    static int done;
    int procs = gm_gomaxprocs(2);
    go(start_and_stay, &done);
    wait_until(&done, 1);
    gm_gomaxprocs(procs);
}

static void return_at_once(void *arg) {
    (void)arg;
}

static void park_for_ever(void *arg) {
    (void)arg;
    gm_park(NULL, NULL, GM_WAIT_CHAN_RECV);
}

static void main_exits(void *arg) {
    (void)arg;
    gm_goroutine_exit();
}

static void (*program)(void *);
static int main_program(void) {
    gm_sched_main(program, NULL);
}

/* The status of fn as a main goroutine in a process of its own; child_text keeps the first line. */
static int run_program(void (*fn)(void *)) {
    program = fn;
    int status = in_child(main_program);
    char *end = strchr(child_text, '\n');
    if (end) *end = 0;
    return status;
}

static void programs_end_as_in_go(void **state) {
    (void)state;
    assert_int_equal(run_program(return_at_once), 0);
    assert_string_equal(child_text, "");
    assert_int_equal(run_program(park_for_ever), 2);
    assert_string_equal(child_text, "fatal error: all goroutines are asleep - deadlock!");
    assert_int_equal(run_program(main_exits), 2);
    assert_string_equal(child_text,
                        "fatal error: no goroutines (main called runtime.Goexit) - deadlock!");
}

static int begin(void **state) {
    (void)state;
    alarm(120);
    gm_sched_init();
    gm_gc_init();
    return 0;
}

int main(void) {
    const struct CMUnitTest first[] = {cmocka_unit_test(programs_end_as_in_go)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_each_once),
        cmocka_unit_test(yields),
        cmocka_unit_test(parks_and_readies),
        cmocka_unit_test(park_may_be_refused),
        cmocka_unit_test(switches_keep_registers),
        cmocka_unit_test(sleeps_at_least_as_long),
        cmocka_unit_test(timers_fire_or_are_stopped),
        cmocka_unit_test(stopped_world_stands_still),
        cmocka_unit_test(threads_attach_while_world_stops),
        cmocka_unit_test(stacks_of_parked_and_blocked_are_seen),
        cmocka_unit_test(ps_of_blocked_threads_go_on),
        cmocka_unit_test(calls_of_the_system_leave_a_turn),
        cmocka_unit_test(threads_outside_start_goroutines),
        cmocka_unit_test(changes_procs),
        cmocka_unit_test(locked_goroutines_keep_their_thread),
        cmocka_unit_test(loops_without_calls_give_way),
        cmocka_unit_test(running_threads_answer_probes),
        cmocka_unit_test(calls_of_the_runtime_give_way),
        cmocka_unit_test(registers_of_the_interrupted_are_seen),
        cmocka_unit_test(critical_sequences_are_not_cut),
        cmocka_unit_test(semaphores_exclude),
        cmocka_unit_test(notices_reach_each_once),
        cmocka_unit_test(goroutines_of_a_busy_p_are_stolen),
    };
    int failed = cmocka_run_group_tests(first, NULL, NULL);
    return failed + cmocka_run_group_tests(tests, begin, NULL);
}
