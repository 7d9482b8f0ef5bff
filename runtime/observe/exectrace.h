/* exectrace.h - the execution trace: who starts, stops and reads it; and what its files share.
 *
 * A trace tells, event by event, what goroutines, Ps and the collector did. Its form is that of Go 1.26, which Go's own tools read.
 * It comes in generations of about a second, each of which can be read without those before it: batches of events, one thread's
 * each; tables of the call stacks and texts that the events name by numbers; the clock; and a mark at the end.
 *
 * tracegen.c begins and ends generations, with the world stopped, and hands what is finished to the reader. tracebuf.c is the
 * memory: blocks, in which each thread writes its events without a lock. tracetab.c is the tables. traceev.c turns what the floors below
 * tell (upcall.h) into events that agree with each other.
 */
#ifndef GM_OBSERVE_EXECTRACE_H
#define GM_OBSERVE_EXECTRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/sync.h"
#include "sched/gmp.h"

/* --- taking a trace (tracegen.c) --- */

/* Begins. False: one is being taken already, or the last one has not been read to its end. By a goroutine or an attached thread. */
bool gm_exec_trace_start(void);
/* Ends the generation, and with stop the trace. Nothing happens if none is taken. Parks. */
void gm_exec_trace_advance(bool stop);
/* Copies the next piece to be written to buf, if there is room for it. Returns its length; 0: there is none yet; -1: the trace is
 * over and has been read. One thread at a time. */
int64_t gm_exec_trace_read(uint8_t *buf, size_t room);
/* Has everything been read that belongs to generations that have ended? */
bool gm_exec_trace_is_read(void);

/* --- annotations of the program (traceev.c): on a goroutine's stack --- */

typedef struct gm_trace_text {
    const uint8_t *p;
    size_t n;
} gm_trace_text;

void gm_trace_task_begin(uint64_t id, uint64_t parent, gm_trace_text kind);
void gm_trace_task_end(uint64_t id);
void gm_trace_region(uint64_t id, bool end, gm_trace_text kind);
void gm_trace_log(uint64_t id, gm_trace_text key, gm_trace_text value);

/* --- blocks and threads (tracebuf.c) --- */

/* Bytes: of events, before them, of one event. */
enum { GM_TRACE_BLOCK = 60 << 10, GM_TRACE_HEAD = 64, GM_TRACE_MOST = 128 };

typedef struct gm_trace_block gm_trace_block;
struct gm_trace_block {
    gm_trace_block *next;
    uint64_t thread, began; /* whose events; the time from which the first counts */
    uint32_t start, n;      /* what is to be written: of bytes, from start */
    uint8_t bytes[GM_TRACE_HEAD + GM_TRACE_BLOCK];
};

/* What a thread has written in this generation and not handed over. Records are used again; those of threads of the scheduler are found
 * by their gm_m. */
typedef struct gm_trace_thread gm_trace_thread;
struct gm_trace_thread {
    gm_trace_thread *next;
    uint64_t id; /* as the system numbers it */
    uint32_t session;
    bool locked; /* it holds the lock while it writes */
    gm_trace_block *block;
    uint64_t last; /* time of the last event in block; time does not go back */
    uint64_t now;  /* not 0: the time of what is being written */
    /* A thread that the scheduler does not know stands in the trace as a goroutine on a P of its own; see traceev.c. */
    uint32_t depth, number;
    uint32_t p_seq, g_seq;
};

/* Guards all of it: blocks that are handed over and free, records of threads, events of threads without a P. A leaf. */
extern gm_mutex gm_trace_lock;
extern uint32_t
    gm_trace_gen; /* number of the generation, from 1; changed with the world stopped and the lock held */
extern uint32_t gm_trace_session; /* number of the trace */

extern bool gm_trace_all_locked; /* by who has stopped the world, and writes for others */

/* The caller's record. locked: it holds the lock. */
gm_trace_thread *gm_trace_here(bool locked);
/* The record of a thread that stands still. Lock held. */
gm_trace_thread *gm_trace_thread_of(gm_m *m);
gm_trace_thread *gm_trace_threads(void);

/* Writing an event: begin, its numbers, end. */
uint8_t *gm_trace_begin_event(gm_trace_thread *t, uint8_t type);
static inline uint8_t *gm_trace_number(uint8_t *to, uint64_t v) {
    for (; v >= 0x80; v >>= 7) *to++ = (uint8_t)(v | 0x80);
    *to++ = (uint8_t)v;
    return to;
}
void gm_trace_end_event(gm_trace_thread *t, const uint8_t *to);

/* A block to fill. Never NULL: without memory the process ends. */
gm_trace_block *gm_trace_block_new(void);
void gm_trace_block_free(gm_trace_block *b);
/* Puts the batch's head before what stands in b, and b at the end of what generation gen has to be written. Lock held. */
void gm_trace_hand_over(gm_trace_block *b, uint32_t gen);
/* Hands over what all threads have written. Lock held, nobody writes. */
void gm_trace_flush_all(void);
/* The first of what generation gen has to be written, or NULL; and taking it away. Lock held. */
gm_trace_block *gm_trace_first(uint32_t gen);
void gm_trace_take(uint32_t gen);

/* --- tables (tracetab.c) --- */

typedef struct gm_trace_entry gm_trace_entry;
struct gm_trace_entry {
    gm_trace_entry *same_hash, *next;
    uint64_t hash, id;
    uint32_t n;
    uint8_t bytes[];
};

/* The number of a text, of at most a kilobyte, the rest is cut off; of a call stack, 0 if it is empty. System stack. */
uint64_t gm_trace_string(gm_trace_text t);
uint64_t gm_trace_stack(const uintptr_t *pcs, int n);
/* Texts that have the same numbers in all generations. */
uint64_t gm_trace_word(const char *literal);
/* A generation begins: the tables are empty. The last one's stay until gm_trace_tables_write. Lock held. */
void gm_trace_tables_begin(void);
/* Writes the tables of generation gen, which has ended, and makes its memory free. System stack. */
void gm_trace_tables_write(uint32_t gen);

/* --- events (traceev.c) --- */

/* World stopped, lock held, by who stopped it; the trace is on. first: with this generation the trace begins. */
void gm_trace_states(bool first);
/* The same, when a generation ends. */
void gm_trace_states_end(void);

#endif
