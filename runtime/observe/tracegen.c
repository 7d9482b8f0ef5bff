/* tracegen.c - the generations of an execution trace, and its reader.
 *
 * A generation begins and ends with the world stopped: what threads have written is handed over, and what goroutines and Ps are doing at
 * this moment is written into the next. (Go's tracer does this with the world running, thread by thread.) The world goes on, and
 * who ended the generation writes its tables, its clock and its end. The reader takes a generation whole before the
 * next, so a generation ends only when the one before it is complete; `turn` is held meanwhile.
 *
 * Nobody is woken when there is something to read: that would be an event, in the middle of writing one. The reader looks every few
 * milliseconds (lib/runtime/trace.go), and ends a generation that has lasted for a second.
 */
#include <string.h>

#include "observe/exectrace.h"
#include "os/os.h"
#include "sched/proc.h"
#include "sched/sched.h"
#include "sched/timer.h"
#include "upcall.h"

enum { EVENT_FREQUENCY = 8, EVENT_SYNC = 50, EVENT_CLOCK = 51, EVENT_END = 52 };
static const int64_t GENERATION_NS = 1000000000, LOOK_AGAIN_NS = 200000;

/* One generation ends at a time; taken by trying, before the world is stopped. */
static gm_mutex turn;

static struct {
    bool taken;        /* under turn: a trace is being taken */
    bool head_is_read; /* the reader's */
    uint32_t reading;  /* atomic: the generation that is read */
    uint32_t complete; /* atomic: the last that has its end */
    bool over;         /* atomic: no generation comes after that */
    int64_t began;     /* atomic: when this generation did */
} trace = {.over = true};

static void take_turn(void) {
    while (!gm_mutex_trylock(&turn)) gm_sleep(LOOK_AGAIN_NS);
}

/* --- ending and beginning generations; on the system stack --- */

typedef struct change {
    bool start, stop;
} change;

static void begin_generation(bool first) {
    gm_trace_gen++;
    if (first) gm_trace_session++;
    gm_trace_tables_begin();
    __atomic_store_n(&gm_tracing, 1, __ATOMIC_SEQ_CST);
    gm_trace_states(first);
    __atomic_store_n(&trace.began, gm_nanotime(), __ATOMIC_RELAXED);
}

static void turn_over(void *arg) {
    const change *c = arg;
    gm_world_stop(NULL);
    gm_mutex_lock(&gm_trace_lock);
    gm_trace_all_locked = true;
    if (!c->start) {
        gm_trace_states_end();
        gm_trace_flush_all();
    }
    if (c->stop)
        __atomic_store_n(&gm_tracing, 0, __ATOMIC_SEQ_CST);
    else
        begin_generation(c->start);
    gm_trace_all_locked = false;
    gm_mutex_unlock(&gm_trace_lock);
    gm_world_start();
}

/* The clock of the trace beside the system's. */
static void write_clock(uint32_t gen) {
    gm_trace_block *b = gm_trace_block_new();
    uint64_t wall = (uint64_t)gm_os_walltime(), now = (uint64_t)gm_nanotime();
    b->began = now;
    uint8_t *at = b->bytes + b->start, *to = at;
    *to++ = EVENT_SYNC;
    *to++ = EVENT_FREQUENCY;
    to = gm_trace_number(to, 1000000000);
    *to++ = EVENT_CLOCK;
    to = gm_trace_number(to, 0);
    to = gm_trace_number(to, now);
    to = gm_trace_number(to, wall / 1000000000);
    to = gm_trace_number(to, wall % 1000000000);
    b->n = (uint32_t)(to - at);
    gm_mutex_lock(&gm_trace_lock);
    gm_trace_hand_over(b, gen);
    gm_mutex_unlock(&gm_trace_lock);
}

static void write_end(uint32_t gen) {
    gm_trace_block *b = gm_trace_block_new();
    b->bytes[b->start] = EVENT_END;
    b->n = 1;
    gm_mutex_lock(&gm_trace_lock);
    gm_trace_hand_over(b, gen);
    gm_mutex_unlock(&gm_trace_lock);
}

/* turn is held. */
static void complete(void *arg) {
    uint32_t gen = *(uint32_t *)arg;
    gm_trace_tables_write(gen);
    write_clock(gen);
    write_end(gen);
    __atomic_store_n(&trace.complete, gen, __ATOMIC_RELEASE);
}

bool gm_exec_trace_is_read(void) {
    uint32_t reading = __atomic_load_n(&trace.reading, __ATOMIC_ACQUIRE);
    return (int32_t)(reading - __atomic_load_n(&trace.complete, __ATOMIC_ACQUIRE)) > 0;
}

bool gm_exec_trace_start(void) {
    take_turn();
    bool ok = !trace.taken && __atomic_load_n(&trace.over, __ATOMIC_ACQUIRE);
    if (ok) {
        trace.taken = true;
        trace.head_is_read = false;
        __atomic_store_n(&trace.reading, gm_trace_gen + 1, __ATOMIC_RELAXED);
        __atomic_store_n(&trace.over, false, __ATOMIC_RELEASE);
        gm_systemstack(turn_over, &(change){.start = true});
    }
    gm_mutex_unlock(&turn);
    return ok;
}

void gm_exec_trace_advance(bool stop) {
    take_turn();
    if (trace.taken) {
        uint32_t ended = gm_trace_gen;
        gm_systemstack(turn_over, &(change){.stop = stop});
        if (stop) trace.taken = false;
        gm_systemstack(complete, &ended);
    }
    gm_mutex_unlock(&turn);
}

/* --- reading --- */

static int64_t take_head(uint8_t *buf, size_t room) {
    static const char head[16] = "go 1.26 trace\0\0";
    if (room < sizeof head) return sizeof head;
    memcpy(buf, head, sizeof head);
    trace.head_is_read = true;
    return sizeof head;
}

static int64_t take_block(uint8_t *buf, size_t room) {
    uint32_t gen = __atomic_load_n(&trace.reading, __ATOMIC_RELAXED);
    gm_mutex_lock(&gm_trace_lock);
    const gm_trace_block *b = gm_trace_first(gen);
    int64_t n = b ? b->n : 0;
    bool taken = b && room >= b->n;
    bool ends = taken && b->n == 1;
    if (taken) {
        memcpy(buf, b->bytes + b->start, b->n);
        gm_trace_take(gen);
    }
    gm_mutex_unlock(&gm_trace_lock);
    if (ends) __atomic_store_n(&trace.reading, gen + 1, __ATOMIC_RELEASE);
    return n;
}

int64_t gm_exec_trace_read(uint8_t *buf, size_t room) {
    if (__atomic_load_n(&trace.over, __ATOMIC_ACQUIRE)) return -1;
    if (!trace.head_is_read) return take_head(buf, room);
    int64_t n = take_block(buf, room);
    if (n != 0) return n;
    if (!__atomic_load_n(&gm_tracing, __ATOMIC_ACQUIRE)) {
        if (!gm_exec_trace_is_read()) return 0;
        take_turn(); /* it may just be ending */
        bool over = !trace.taken && gm_exec_trace_is_read();
        if (over) __atomic_store_n(&trace.over, true, __ATOMIC_RELEASE);
        gm_mutex_unlock(&turn);
        return over ? -1 : 0;
    }
    if (gm_nanotime() - __atomic_load_n(&trace.began, __ATOMIC_RELAXED) > GENERATION_NS)
        gm_exec_trace_advance(false);
    return 0;
}
