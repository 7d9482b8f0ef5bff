/* chan.c - channels: make, send, receive, close. See chan.h for the rules. */
#include "lang/chan.h"

/* The descriptor of the record of a channel whose buffer is an object of its own. */
static const uint8_t header_bits = 1 << 2;
static const gm_type header_type = {.size = sizeof(gm_chan),
                                    .ptrdata = offsetof(gm_chan, buf) + sizeof(void *),
                                    .align = 8,
                                    .field_align = 8,
                                    .kind = GM_STRUCT,
                                    .gcdata = &header_bits};
_Static_assert(offsetof(gm_chan, buf) == 16, "header_bits");

static gm_chan *chan_init(gm_chan *c, const gm_type *elem, gm_int cap, void *buf) {
    c->elem = elem;
    c->elem_size = elem->size;
    c->cap = cap;
    c->buf = buf;
    return c;
}

gm_chan *gm_chan_new(const gm_type *elem, gm_int size) {
    size_t bytes;
    if (size < 0 || __builtin_mul_overflow(elem->size, (size_t)size, &bytes) ||
        bytes > GM_MAX_ALLOC - sizeof(gm_chan))
        gm_panic_plain_error(gm_cstr("makechan: size out of range"));
    if (bytes == 0 || elem->ptrdata == 0) { /* one object, without pointers */
        gm_chan *c = gm_alloc_noscan(sizeof(gm_chan) + bytes);
        return chan_init(c, elem, size, c + 1);
    }
    void *buf = gm_newarray(elem, size);
    gm_chan *c = gm_new(&header_type);
    return chan_init(c, elem, size, buf);
}

gm_chan *gm_makechan(const gm_chantype *t, gm_int size) {
    return gm_chan_new(t->elem, size);
}

void gm_panic_send_closed(void) {
    gm_panic_plain_error(gm_cstr("send on closed channel"));
}

static gm_int next_slot(const gm_chan *c, gm_int i) {
    return i + 1 == c->cap ? 0 : i + 1;
}

/* Wakes the goroutine of s, which a communication has served. The channel is unlocked. */
static void wake(struct gm_sudog *s, bool success) {
    struct gm_g *g = s->g;
    s->success = success;
    g->wake = s;
    gm_ready(g);
}

/* --- send --- */

/* With the lock, which it releases: sends if that is possible at once. The channel may be closed.
 */
bool gm_chan_send_locked(gm_chan *c, const void *elem) {
    if (GM_UNLIKELY(c->closed)) {
        gm_unlock(&c->lock);
        gm_panic_send_closed();
    }
    struct gm_sudog *s = gm_waitq_pop(&c->receivers);
    if (s) {
        if (s->elem) gm_chan_move(c, s->elem, elem);
        gm_unlock(&c->lock);
        wake(s, true);
        return true;
    }
    if (c->count >= c->cap) return false; /* the lock is kept */
    gm_chan_move(c, gm_chan_slot(c, c->send_at), elem);
    c->send_at = next_slot(c, c->send_at);
    __atomic_store_n(&c->count, c->count + 1, __ATOMIC_RELAXED);
    gm_unlock(&c->lock);
    return true;
}

static __attribute__((noinline)) bool send_wait(gm_chan *c, const void *elem) {
    struct gm_g *g = gm_getg();
    struct gm_sudog s = {.g = g, .elem = (void *)elem, .chan = c};
    gm_waitq_push(&c->senders, &s);
    g->waiting = &s;
    gm_park_unlock(&c->lock, GM_WAIT_CHAN_SEND);
    g->waiting = NULL;
    return s.success;
}

void gm_chansend(gm_chan *c, const void *elem) {
    if (GM_UNLIKELY(!c)) {
        gm_park(NULL, NULL, GM_WAIT_CHAN_SEND_NIL);
        gm_unreachable();
    }
    gm_lock(&c->lock);
    if (!gm_chan_send_locked(c, elem) && !send_wait(c, elem)) gm_panic_send_closed();
}

bool gm_chan_send_or_closed(gm_chan *c, const void *elem) {
    gm_lock(&c->lock);
    if (c->closed) {
        gm_unlock(&c->lock);
        return false;
    }
    return gm_chan_send_locked(c, elem) || send_wait(c, elem);
}

bool gm_chansend_nb(gm_chan *c, const void *elem) {
    if (!c || !gm_chan_may_send(c)) return false;
    gm_lock(&c->lock);
    if (gm_chan_send_locked(c, elem)) return true;
    gm_unlock(&c->lock);
    return false;
}

/* --- receive --- */

static void clear(const gm_chan *c, void *elem) {
    if (GM_UNLIKELY(gm_wb_enabled)) gm_barrier(c->elem, elem, NULL);
    memset(elem, 0, c->elem_size);
}

/* With the lock, which it releases if it returns true: receives if that is possible at once. */
bool gm_chan_recv_locked(gm_chan *c, void *elem, bool *received) {
    if (c->count > 0) {
        uint8_t *slot = gm_chan_slot(c, c->recv_at);
        if (elem) gm_chan_move(c, elem, slot);
        struct gm_sudog *s = gm_waitq_pop(&c->senders);
        c->recv_at = next_slot(c, c->recv_at);
        if (s) { /* the buffer was full: the sender's value goes to the end, which is this slot */
            gm_chan_move(c, slot, s->elem);
            c->send_at = c->recv_at;
        } else {
            if (c->elem->ptrdata) clear(c, slot);
            __atomic_store_n(&c->count, c->count - 1, __ATOMIC_RELAXED);
        }
        gm_unlock(&c->lock);
        if (s) wake(s, true);
        *received = true;
        return true;
    }
    struct gm_sudog *s = gm_waitq_pop(&c->senders);
    if (s) {
        if (elem) gm_chan_move(c, elem, s->elem);
        gm_unlock(&c->lock);
        wake(s, true);
        *received = true;
        return true;
    }
    if (!c->closed) return false; /* the lock is kept */
    gm_unlock(&c->lock);
    if (elem) clear(c, elem);
    *received = false;
    return true;
}

static __attribute__((noinline)) bool recv_wait(gm_chan *c, void *elem) {
    struct gm_g *g = gm_getg();
    struct gm_sudog s = {.g = g, .elem = elem, .chan = c};
    gm_waitq_push(&c->receivers, &s);
    g->waiting = &s;
    gm_park_unlock(&c->lock, GM_WAIT_CHAN_RECV);
    g->waiting = NULL;
    return s.success;
}

bool gm_chanrecv(gm_chan *c, void *elem) {
    if (GM_UNLIKELY(!c)) {
        gm_park(NULL, NULL, GM_WAIT_CHAN_RECV_NIL);
        gm_unreachable();
    }
    bool received;
    gm_lock(&c->lock);
    if (gm_chan_recv_locked(c, elem, &received)) return received;
    return recv_wait(c, elem);
}

bool gm_chanrecv_nb(gm_chan *c, void *elem, bool *received) {
    *received = false;
    if (!c || !gm_chan_may_recv(c)) return false;
    gm_lock(&c->lock);
    if (gm_chan_recv_locked(c, elem, received)) return true;
    gm_unlock(&c->lock);
    return false;
}

/* --- close --- */

bool gm_chan_close_once(gm_chan *c) {
    gm_lock(&c->lock);
    if (c->closed) {
        gm_unlock(&c->lock);
        return false;
    }
    __atomic_store_n(&c->closed, 1, __ATOMIC_RELEASE);
    struct gm_sudog *all = NULL, *s;
    while ((s = gm_waitq_pop(&c->receivers))) {
        if (s->elem) clear(c, s->elem);
        s->waitlink = all;
        all = s;
    }
    while ((s = gm_waitq_pop(&c->senders))) {
        s->waitlink = all;
        all = s;
    }
    gm_unlock(&c->lock);
    while ((s = all)) {
        all = s->waitlink;
        wake(s, false);
    }
    return true;
}

void gm_closechan(gm_chan *c) {
    if (!c) gm_panic_plain_error(gm_cstr("close of nil channel"));
    if (!gm_chan_close_once(c)) gm_panic_plain_error(gm_cstr("close of closed channel"));
}

void gm_block(void) {
    gm_park(NULL, NULL, GM_WAIT_SELECT_EMPTY);
    gm_unreachable();
}
