/* chan.h - a channel, for the files that work on it: chan.c and select.c.
 *
 * A channel without a buffer is one cache line. A small buffer adds the positions of its two ends;
 * one lock guards everything. A channel with a larger buffer is split: the sending end and the
 * receiving end have a cache line and a lock each, so that a sender and a receiver on two
 * processors do not meet while the buffer is neither full nor empty. Each end remembers where it
 * saw the other end last, and looks again only when, by that, it cannot go on.
 *
 * What the locks guard, in a split channel:
 *   - a position is written with its own end's lock held, and read without it by the other end;
 *   - the queues of waiters and closed are written with both locks held, and so are stable for whoever
 *     holds one. Who finds waiters, or must wait, takes the other lock as well.
 * Position and queues are also read without any lock by operations that may not wait.
 *
 * Invariants, while the locks are free:
 *   - receivers wait only if the buffer is empty, senders only if it is full; so never both;
 *   - except that one goroutine may wait on both sides of a channel, in a select;
 *   - what an end remembers of the other is never ahead of it, and at most cap behind its own position.
 *
 * Waiters' records (gm_sudog) lie on the waiters' stacks. Whoever takes one off a queue copies the
 * value straight to or from the waiter's memory, then readies the waiter; after that the record is
 * gone. A select puts one record on each of its channels; g->select_done decides which one counts.
 *
 * Lock order: channels by address, lowest first; within one the sending end first.
 */
#ifndef GM_CHAN_CHAN_H
#define GM_CHAN_CHAN_H

#include <string.h>

#include <golem/chan.h>
#include <golem/go.h>

#include "gc/barrier.h"
#include "sched/bubble.h"
#include "sched/preempt.h"
#include "sched/sched.h"
#include "upcall.h"

/* One end of a buffer. Positions run from 0 to 2 * cap - 1, so that full and empty differ. */
typedef struct gm_chan_end gm_chan_end;
struct gm_chan_end {
    uint64_t at;   /* the next position to be filled, or to be emptied */
    uint64_t seen; /* split: the other end's, when this end looked last */
    gm_spin lock;  /* split only; other channels have no room for it */
};

struct gm_chan {
    gm_int cap;
    uint8_t *buf; /* the only pointer that the collector must follow */
    const gm_type *elem;
    gm_chan_end *recv;             /* NULL without a buffer; the sending end follows this record */
    gm_sudog *receivers, *senders; /* queues of waiters */
    uint32_t elem_size;
    bool closed, split;
    bool timed : 1;   /* a timer's: has room for one value, though cap is 0; see timed.c */
    bool bubbled : 1; /* made in a bubble, whose number stands behind the ends */
    gm_spin lock;     /* unless split */
};
_Static_assert(sizeof(gm_chan) == 64, "a cache line");

void gm_chan_check_bubble(const gm_chan *c, const char *what);

static inline gm_chan_end *gm_chan_send_end(const gm_chan *c) {
    return (gm_chan_end *)(c + 1);
}

/* How many values the buffer holds. */
static inline uint64_t gm_chan_room(const gm_chan *c) {
    return (uint64_t)c->cap + c->timed;
}

/* In front of every operation on a channel of a bubble: only its goroutines may do that. */
static inline void gm_chan_check(const gm_chan *c, const char *what) {
    if (__builtin_expect(c->bubbled, 0)) gm_chan_check_bubble(c, what);
}
#define GM_OUTSIDE(op) op " synctest channel from outside bubble"

static inline void gm_chan_lock(gm_chan *c) {
    if (c->split) {
        gm_spin_lock(&gm_chan_send_end(c)->lock);
        gm_spin_lock(&c->recv->lock);
    } else {
        gm_spin_lock(&c->lock);
    }
}

static inline void gm_chan_unlock(gm_chan *c) {
    if (c->split) {
        gm_spin_unlock(&c->recv->lock);
        gm_spin_unlock(&gm_chan_send_end(c)->lock); /* the one that a waker takes first goes last */
    } else {
        gm_spin_unlock(&c->lock);
    }
}

/* --- queues of waiters: first->prev is the last; prev is NULL in a record that is in no queue --- */

static inline void gm_waitq_push(gm_sudog **q, gm_sudog *s) {
    gm_sudog *first = *q;
    s->next = NULL;
    if (first) {
        s->prev = first->prev;
        first->prev->next = s;
        first->prev = s;
    } else {
        s->prev = s;
        __atomic_store_n(q, s, __ATOMIC_RELAXED);
    }
}

/* Takes s out, if it is still there. */
static inline void gm_waitq_remove(gm_sudog **q, gm_sudog *s) {
    if (!s->prev) return;
    gm_sudog *first = *q;
    if (s == first) {
        __atomic_store_n(q, s->next, __ATOMIC_RELAXED);
    } else {
        s->prev->next = s->next;
    }
    if (s->next) {
        s->next->prev = s->prev;
    } else if (s != first) {
        first->prev = s->prev;
    }
    s->next = s->prev = NULL;
}

/* The first waiter who can still be woken: selects that another channel has won are passed over. */
static inline gm_sudog *gm_waitq_pop(gm_sudog **q) {
    for (;;) {
        gm_sudog *s = *q;
        if (!s) return NULL;
        gm_waitq_remove(q, s);
        uint16_t open = 0;
        if (!s->is_select || __atomic_compare_exchange_n(&s->g->select_done, &open, 1, false,
                                                         __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            return s;
    }
}

/* --- positions --- */

/* How many elements lie between two positions. */
static inline uint64_t gm_chan_between(const gm_chan *c, uint64_t recv_at, uint64_t send_at) {
    return send_at >= recv_at ? send_at - recv_at : send_at + 2 * gm_chan_room(c) - recv_at;
}

/* --- a look without locks: could the operation go on at once? ---
 *
 * The answer no is true of the moment of the second of the two reads: the end that was read first
 * could only have moved away from the other. The answer yes may be wrong. */

static inline bool gm_chan_may_send(const gm_chan *c) {
    if (__atomic_load_n(&c->closed, __ATOMIC_RELAXED)) return true;
    if (gm_chan_room(c) == 0) return __atomic_load_n(&c->receivers, __ATOMIC_RELAXED) != NULL;
    uint64_t send_at = __atomic_load_n(&gm_chan_send_end(c)->at, __ATOMIC_ACQUIRE);
    uint64_t recv_at = __atomic_load_n(&c->recv->at, __ATOMIC_ACQUIRE);
    return gm_chan_between(c, recv_at, send_at) != gm_chan_room(c);
}

static inline bool gm_chan_may_recv(const gm_chan *c) {
    if (gm_chan_room(c) == 0) {
        if (__atomic_load_n(&c->senders, __ATOMIC_RELAXED)) return true;
    } else {
        uint64_t recv_at = __atomic_load_n(&c->recv->at, __ATOMIC_ACQUIRE);
        if (recv_at != __atomic_load_n(&gm_chan_send_end(c)->at, __ATOMIC_ACQUIRE)) return true;
    }
    return __atomic_load_n(&c->closed, __ATOMIC_ACQUIRE);
}

/* --- channels of timers (timed.c) --- */

/* Before a receive: sends the time if the timer is due. */
void gm_timed_poll(gm_chan *c);
/* Around a wait for c: the timer is set only while somebody waits. */
void gm_timed_wait_begin(gm_chan *c);
void gm_timed_wait_end(gm_chan *c);

/* --- operations (chan.c) --- */

/* With all locks of c: sends or receives if that is possible at once, or finds c closed (a receive
 * has then cleared *elem), and releases them. WOULD_WAIT: it still holds them. */
enum gm_chan_result gm_chan_send_locked(gm_chan *c, const void *elem);
enum gm_chan_result gm_chan_recv_locked(gm_chan *c, void *elem);
/* The same beginning and ending without any lock. */
enum gm_chan_result gm_chan_send_now(gm_chan *c, const void *elem);
enum gm_chan_result gm_chan_recv_now(gm_chan *c, void *elem);

/* As gm_go_select, but a send on a closed channel is chosen with *ok false; else *ok is true for a
 * send. */
int gm_chan_select(gm_scase *cases, int nsends, int nrecvs, bool block, bool *ok);

#endif
