/* chan.h - a channel, for the files that work on it: chan.c and select.c.
 *
 * All fields but elem, elem_size and cap are guarded by the lock; count and closed are also read
 * without it, by operations that may not wait.
 *
 * Invariants, while the lock is free:
 *   - receivers wait only if the buffer is empty, senders only if it is full; so never both;
 *   - except that one goroutine may wait on both sides of a channel, in a select.
 *
 * Waiters' records (gm_sudog) lie on the waiters' stacks. Whoever takes one off a queue copies the
 * value straight to or from the waiter's memory, then readies the waiter; after that the record is
 * gone. A select puts one record on each of its channels; g->select_done decides which one counts.
 *
 * Lock order: channels by address, lowest first.
 */
#ifndef GM_LANG_CHAN_H
#define GM_LANG_CHAN_H

#include <string.h>

#include "lang/lang.h"
#include "sched/sched.h"

struct gm_waitq {
    struct gm_sudog *first, *last;
};

struct gm_chan {
    gm_int count; /* elements in the buffer; the printed C reads this word and the next */
    gm_int cap;
    uint8_t *buf; /* the only pointer that the collector must follow */
    const gm_type *elem;
    size_t elem_size;
    gm_int send_at, recv_at; /* indices into the buffer */
    uint32_t closed;
    struct gm_lock lock;
    struct gm_waitq receivers, senders;
};

static inline void gm_waitq_push(struct gm_waitq *q, struct gm_sudog *s) {
    s->next = NULL;
    s->prev = q->last;
    if (q->last) {
        q->last->next = s;
    } else {
        q->first = s;
    }
    q->last = s;
}

/* Takes s out, if it is still there. */
static inline void gm_waitq_remove(struct gm_waitq *q, struct gm_sudog *s) {
    if (!s->prev && !s->next && q->first != s) return;
    if (s->prev) {
        s->prev->next = s->next;
    } else {
        q->first = s->next;
    }
    if (s->next) {
        s->next->prev = s->prev;
    } else {
        q->last = s->prev;
    }
    s->next = s->prev = NULL;
}

/* The first waiter who can still be woken: selects that another channel has won are passed over. */
static inline struct gm_sudog *gm_waitq_pop(struct gm_waitq *q) {
    for (;;) {
        struct gm_sudog *s = q->first;
        if (!s) return NULL;
        gm_waitq_remove(q, s);
        uint32_t open = 0;
        if (!s->is_select || __atomic_compare_exchange_n(&s->g->select_done, &open, 1, false,
                                                         __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            return s;
    }
}

static inline uint8_t *gm_chan_slot(const gm_chan *c, gm_int i) {
    return c->buf + (size_t)i * c->elem_size;
}

/* One value from src to dst, either of which may be on a stack or in the heap. */
static inline void gm_chan_move(const gm_chan *c, void *dst, const void *src) {
    if (GM_UNLIKELY(gm_wb_enabled)) gm_barrier(c->elem, dst, src);
    if (c->elem_size == 8) {
        memcpy(dst, src, 8);
    } else if (c->elem_size) {
        memcpy(dst, src, c->elem_size);
    }
}

/* The parts of the operations that need the lock, and release it. See chan.c. */
bool gm_chan_send_locked(gm_chan *c, const void *elem);
bool gm_chan_recv_locked(gm_chan *c, void *elem, bool *received);
/* Could the operation go on at once? A look without the lock. */
static inline bool gm_chan_may_send(const gm_chan *c) {
    return __atomic_load_n(&c->closed, __ATOMIC_RELAXED) ||
           (c->cap == 0 ? __atomic_load_n(&c->receivers.first, __ATOMIC_RELAXED) != NULL
                        : __atomic_load_n(&c->count, __ATOMIC_RELAXED) < c->cap);
}
static inline bool gm_chan_may_recv(const gm_chan *c) {
    return __atomic_load_n(&c->count, __ATOMIC_RELAXED) > 0 ||
           (c->cap == 0 && __atomic_load_n(&c->senders.first, __ATOMIC_RELAXED) != NULL) ||
           __atomic_load_n(&c->closed, __ATOMIC_ACQUIRE);
}
GM_NORETURN void gm_panic_send_closed(void);

/* For C, where nothing panics. False: the channel is closed. */
bool gm_chan_send_or_closed(gm_chan *c, const void *elem);
bool gm_chan_close_once(gm_chan *c);
/* As gm_select, but a send on a closed channel is chosen with *ok false; else *ok is true for a
 * send. */
int gm_select_or_closed(gm_scase *cases, int nsends, int nrecvs, bool block, bool *ok);

#endif
