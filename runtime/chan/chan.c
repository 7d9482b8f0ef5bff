/* chan.c - channels: make, send, receive, close. See chan.h for the rules. */
#include "os/inside.h"
#include "chan/chan.h"

#include "sched/waitwatch.h"

/* --- making one --- */

/* A buffer of this many elements is worth two locks and cache lines of their own. */
enum { SPLIT_CAP = 16, LINE = 64 };

/* How large the record is in front of the buffer, without a buffer, with a small and a large one. In a
 * channel that is not split the ends lie side by side and have no locks. */
enum {
    END_UNLOCKED = offsetof(gm_chan_end, lock),
    SIZE_PLAIN = sizeof(gm_chan),
    SIZE_SMALL = SIZE_PLAIN + 2 * END_UNLOCKED,
    SIZE_SPLIT = SIZE_PLAIN + 2 * LINE,
    SIZE_BUBBLE = sizeof(uint64_t) /* the bubble's number comes behind */
};

/* The descriptor of such a record, when the buffer is an object of its own. */
static const uint8_t header_bits = 1 << 1;
_Static_assert(offsetof(gm_chan, buf) == 8, "header_bits");
#define HEADER(bytes)                                                                              \
    {                                                                                              \
        .size = (bytes), .ptrdata = offsetof(gm_chan, buf) + sizeof(void *), .align = 8,           \
        .field_align = 8, .kind = GM_STRUCT, .gcdata = &header_bits                                \
    }
static const gm_type small_type = HEADER(SIZE_SMALL), split_type = HEADER(SIZE_SPLIT);
static const gm_type bubbled_small_type = HEADER(SIZE_SMALL + SIZE_BUBBLE),
                     bubbled_split_type = HEADER(SIZE_SPLIT + SIZE_BUBBLE);

static size_t header_size(gm_int cap) {
    if (cap == 0) return SIZE_PLAIN;
    return cap < SPLIT_CAP ? SIZE_SMALL : SIZE_SPLIT;
}

static gm_chan *chan_init(gm_chan *c, const gm_type *elem, gm_int cap, void *buf) {
    c->elem = elem;
    c->elem_size = (uint32_t)elem->size;
    c->cap = cap;
    c->buf = buf;
    c->split = cap >= SPLIT_CAP;
    if (cap > 0) c->recv = (void *)((char *)gm_chan_send_end(c) + (c->split ? LINE : END_UNLOCKED));
    return c;
}

/* Where the number of its bubble stands. */
static uint64_t *bubble_of(const gm_chan *c) {
    if (!c->recv) return (uint64_t *)(c + 1);
    return (uint64_t *)(void *)((char *)c->recv + (c->split ? LINE : END_UNLOCKED));
}

static gm_chan *in_bubble(gm_chan *c, const gm_bubble *b) {
    if (!b) return c;
    c->bubbled = true;
    *bubble_of(c) = b->id;
    return c;
}

void gm_chan_check_bubble(const gm_chan *c, const char *what) {
    const gm_bubble *b = gm_bubble_current();
    if (!b || b->id != *bubble_of(c)) gm_fatal(what);
}

gm_chan *gm_chan_make(const gm_type *elem, int64_t capacity) {
    gm_need_thread("gm_chan_make");
    GM_INSIDE();
    size_t bytes;
    if (capacity < 0 || elem->size > UINT32_MAX ||
        __builtin_mul_overflow(elem->size, (size_t)capacity, &bytes) ||
        bytes > GM_MAX_ALLOC - SIZE_SPLIT - SIZE_BUBBLE)
        return NULL;
    const gm_bubble *b = gm_bubble_current();
    size_t header = header_size(capacity) + (b ? SIZE_BUBBLE : 0);
    if (bytes == 0 || elem->ptrdata == 0) { /* one object, without pointers */
        size_t all = header + bytes;
        if (capacity >= SPLIT_CAP)
            all = (all + LINE - 1) & ~(size_t)(LINE - 1); /* which aligns it too */
        gm_chan *c = gm_noscan(all);
        return in_bubble(chan_init(c, elem, capacity, (char *)c + header), b);
    }
    void *buf = gm_newarray(elem, capacity);
    const gm_type *small = b ? &bubbled_small_type : &small_type;
    gm_chan *c = gm_new(capacity < SPLIT_CAP ? small : b ? &bubbled_split_type : &split_type);
    return in_bubble(chan_init(c, elem, capacity, buf), b);
}

/* --- the buffer --- */

int64_t gm_chan_capacity(const gm_chan *c) {
    return c ? c->cap : 0;
}

int64_t gm_chan_length(const gm_chan *c) {
    if (!c || c->cap == 0) return 0;
    for (;;) { /* until both were read of one moment */
        uint64_t recv_at = __atomic_load_n(&c->recv->at, __ATOMIC_ACQUIRE);
        uint64_t send_at = __atomic_load_n(&gm_chan_send_end(c)->at, __ATOMIC_ACQUIRE);
        if (recv_at == __atomic_load_n(&c->recv->at, __ATOMIC_RELAXED))
            return (gm_int)gm_chan_between(c, recv_at, send_at);
    }
}

static inline uint8_t *slot(const gm_chan *c, uint64_t at) {
    uint64_t cap = gm_chan_room(c);
    return c->buf + (at >= cap ? at - cap : at) * c->elem_size;
}

/* The position after at becomes the end's; what was done with the slot is visible before. */
static inline void advance(const gm_chan *c, gm_chan_end *end, uint64_t at) {
    __atomic_store_n(&end->at, at + 1 == 2 * gm_chan_room(c) ? 0 : at + 1, __ATOMIC_RELEASE);
}

/* With both locks, after an end moved without looking at the other. */
static void see_each_other(gm_chan *c) {
    gm_chan_send_end(c)->seen = c->recv->at;
    c->recv->seen = gm_chan_send_end(c)->at;
}

/* One value from src to dst, either of which may be on a stack or in the heap. */
static inline void move(const gm_chan *c, void *dst, const void *src) {
    if (GM_UNLIKELY(gm_wb_enabled)) gm_barrier(c->elem, dst, src);
    switch (c->elem_size) {
    case 0: return;
    case 8: memcpy(dst, src, 8); return;
    case 16: memcpy(dst, src, 16); return;
    case 32: memcpy(dst, src, 32); return;
    default: memcpy(dst, src, c->elem_size);
    }
}

static void clear(const gm_chan *c, void *elem) {
    if (GM_UNLIKELY(gm_wb_enabled)) gm_barrier(c->elem, elem, NULL);
    memset(elem, 0, c->elem_size);
}

/* --- waiting and waking --- */

/* Wakes the goroutine of s, which a communication has served. The channel is unlocked. */
static void wake(gm_sudog *s, bool success) {
    gm_g *g = s->g;
    s->success = success;
    g->wake = s;
    gm_ready(g);
}

static bool commit_unlock(gm_g *g, void *c) {
    (void)g;
    gm_chan_unlock(c);
    return true;
}

/* With all locks, which are released when the goroutine is parked. False: woken by close. */
static __attribute__((noinline)) bool wait_on(gm_chan *c, gm_sudog **q, void *elem,
                                              enum gm_wait reason) {
    gm_g *g = gm_getg();
    gm_sudog s = {.g = g, .elem = elem, .chan = c};
    gm_waitq_push(q, &s);
    g->waiting = &s;
    int64_t began = gm_wait_begin();
    g->durably = c->bubbled;
    gm_park(commit_unlock, c, reason);
    g->waiting = NULL;
    gm_wait_end(began);
    return s.success;
}

/* --- send --- */

enum gm_chan_result gm_chan_send_locked(gm_chan *c, const void *elem) {
    if (GM_UNLIKELY(c->closed)) {
        gm_chan_unlock(c);
        return GM_CHAN_CLOSED;
    }
    gm_sudog *s = gm_waitq_pop(&c->receivers);
    if (s) {
        if (s->elem) move(c, s->elem, elem);
        gm_chan_unlock(c);
        wake(s, true);
        return GM_CHAN_OK;
    }
    uint64_t room = gm_chan_room(c);
    if (room == 0) return GM_CHAN_WOULD_WAIT;
    gm_chan_end *end = gm_chan_send_end(c);
    if (gm_chan_between(c, c->recv->at, end->at) == room) return GM_CHAN_WOULD_WAIT;
    move(c, slot(c, end->at), elem);
    advance(c, end, end->at);
    see_each_other(c);
    gm_chan_unlock(c);
    return GM_CHAN_OK;
}

static enum gm_chan_result send_split(gm_chan *c, const void *elem) {
    gm_chan_end *end = gm_chan_send_end(c);
    gm_spin_lock(&end->lock);
    if (GM_LIKELY(!c->closed && !c->receivers)) {
        uint64_t at = end->at;
        if (gm_chan_between(c, end->seen, at) == (uint64_t)c->cap)
            end->seen = __atomic_load_n(&c->recv->at, __ATOMIC_ACQUIRE);
        if (GM_LIKELY(gm_chan_between(c, end->seen, at) != (uint64_t)c->cap)) {
            move(c, slot(c, at), elem);
            advance(c, end, at);
            gm_spin_unlock(&end->lock);
            return GM_CHAN_OK;
        }
    }
    gm_spin_lock(&c->recv->lock);
    return gm_chan_send_locked(c, elem);
}

/* Without a lock; WOULD_WAIT: with all. */
static inline enum gm_chan_result try_send(gm_chan *c, const void *elem) {
    if (c->split) return send_split(c, elem);
    gm_spin_lock(&c->lock);
    return gm_chan_send_locked(c, elem);
}

enum gm_chan_result gm_chan_send_now(gm_chan *c, const void *elem) {
    enum gm_chan_result r = try_send(c, elem);
    if (r == GM_CHAN_WOULD_WAIT) gm_chan_unlock(c);
    return r;
}

GM_NORETURN static void wait_for_ever(enum gm_wait reason) {
    gm_park(NULL, NULL, reason);
    gm_fatal("a goroutine was woken that waits for nothing");
}

/* The two quick functions are there twice, counting (os/inside.h) and not. */
static inline __attribute__((always_inline)) bool send_here(gm_chan *c, const void *elem) {
    if (GM_UNLIKELY(!c)) wait_for_ever(GM_WAIT_CHAN_SEND_NIL);
    gm_chan_check(c, GM_OUTSIDE("send on"));
    enum gm_chan_result r = try_send(c, elem);
    if (GM_LIKELY(r == GM_CHAN_OK)) return true;
    if (r == GM_CHAN_CLOSED) return false;
    return wait_on(c, &c->senders, (void *)elem, GM_WAIT_CHAN_SEND);
}

static __attribute__((noinline)) bool send_inside(gm_chan *c, const void *elem) {
    GM_INSIDE();
    return send_here(c, elem);
}

GM_ENTRY bool gm_chan_send(gm_chan *c, const void *elem) {
    gm_need_thread("gm_chan_send");
    return GM_UNLIKELY(gm_by_signal) ? send_inside(c, elem) : send_here(c, elem);
}

GM_ENTRY enum gm_chan_result gm_chan_try_send(gm_chan *c, const void *elem) {
    gm_need_thread("gm_chan_try_send");
    GM_INSIDE();
    if (!c) return GM_CHAN_WOULD_WAIT;
    gm_chan_check(c, GM_OUTSIDE("send on"));
    if (!gm_chan_may_send(c)) return GM_CHAN_WOULD_WAIT;
    return gm_chan_send_now(c, elem);
}

/* --- receive --- */

/* Takes the value at the front of the buffer, which is not empty, out of its slot. */
static inline void take(gm_chan *c, void *elem, uint8_t *from) {
    if (elem) move(c, elem, from);
    if (c->elem->ptrdata) clear(c, from);
}

/* The buffer is full, if there is one: the sender's value goes to the end, that is, to the slot of
 * the value at the front. */
static void recv_from_sender(gm_chan *c, void *elem, gm_sudog *s) {
    if (gm_chan_room(c) == 0) {
        if (elem) move(c, elem, s->elem);
    } else {
        uint8_t *front = slot(c, c->recv->at);
        if (elem) move(c, elem, front);
        move(c, front, s->elem);
        advance(c, c->recv, c->recv->at);
        advance(c, gm_chan_send_end(c), gm_chan_send_end(c)->at);
        see_each_other(c);
    }
    gm_chan_unlock(c);
    wake(s, true);
}

enum gm_chan_result gm_chan_recv_locked(gm_chan *c, void *elem) {
    gm_sudog *s = gm_waitq_pop(&c->senders);
    if (s) {
        recv_from_sender(c, elem, s);
        return GM_CHAN_OK;
    }
    if (gm_chan_room(c) > 0 && c->recv->at != gm_chan_send_end(c)->at) {
        take(c, elem, slot(c, c->recv->at));
        advance(c, c->recv, c->recv->at);
        see_each_other(c);
        gm_chan_unlock(c);
        return GM_CHAN_OK;
    }
    if (!c->closed) return GM_CHAN_WOULD_WAIT;
    gm_chan_unlock(c);
    if (elem) clear(c, elem);
    return GM_CHAN_CLOSED;
}

static enum gm_chan_result recv_split(gm_chan *c, void *elem) {
    gm_chan_end *end = c->recv, *other = gm_chan_send_end(c);
    gm_spin_lock(&end->lock);
    if (GM_LIKELY(!c->senders)) {
        uint64_t at = end->at;
        if (end->seen == at) end->seen = __atomic_load_n(&other->at, __ATOMIC_ACQUIRE);
        if (GM_LIKELY(end->seen != at)) {
            take(c, elem, slot(c, at));
            advance(c, end, at);
            gm_spin_unlock(&end->lock);
            return GM_CHAN_OK;
        }
    }
    if (!gm_spin_try(&other->lock)) { /* against the order: no waiting here */
        gm_spin_unlock(&end->lock);
        gm_chan_lock(c);
    }
    return gm_chan_recv_locked(c, elem);
}

/* Without a lock; WOULD_WAIT: with all. */
static inline enum gm_chan_result try_recv(gm_chan *c, void *elem) {
    if (c->split) return recv_split(c, elem);
    gm_spin_lock(&c->lock);
    return gm_chan_recv_locked(c, elem);
}

enum gm_chan_result gm_chan_recv_now(gm_chan *c, void *elem) {
    enum gm_chan_result r = try_recv(c, elem);
    if (r == GM_CHAN_WOULD_WAIT) gm_chan_unlock(c);
    return r;
}

static __attribute__((noinline)) bool recv_timed(gm_chan *c, void *elem) {
    gm_timed_poll(c);
    enum gm_chan_result r = gm_chan_recv_now(c, elem);
    if (r != GM_CHAN_WOULD_WAIT) return r == GM_CHAN_OK;
    gm_timed_wait_begin(c);
    r = try_recv(c, elem);
    bool ok = r == GM_CHAN_OK;
    if (r == GM_CHAN_WOULD_WAIT) ok = wait_on(c, &c->receivers, elem, GM_WAIT_CHAN_RECV);
    gm_timed_wait_end(c);
    return ok;
}

static inline __attribute__((always_inline)) bool recv_here(gm_chan *c, void *elem) {
    if (GM_UNLIKELY(!c)) wait_for_ever(GM_WAIT_CHAN_RECV_NIL);
    gm_chan_check(c, GM_OUTSIDE("receive on"));
    if (GM_UNLIKELY(c->timed)) return recv_timed(c, elem);
    enum gm_chan_result r = try_recv(c, elem);
    if (r == GM_CHAN_WOULD_WAIT) return wait_on(c, &c->receivers, elem, GM_WAIT_CHAN_RECV);
    return r == GM_CHAN_OK;
}

static __attribute__((noinline)) bool recv_inside(gm_chan *c, void *elem) {
    GM_INSIDE();
    return recv_here(c, elem);
}

GM_ENTRY bool gm_chan_recv(gm_chan *c, void *elem) {
    gm_need_thread("gm_chan_recv");
    return GM_UNLIKELY(gm_by_signal) ? recv_inside(c, elem) : recv_here(c, elem);
}

GM_ENTRY enum gm_chan_result gm_chan_try_recv(gm_chan *c, void *elem) {
    gm_need_thread("gm_chan_try_recv");
    GM_INSIDE();
    if (!c) return GM_CHAN_WOULD_WAIT;
    gm_chan_check(c, GM_OUTSIDE("receive on"));
    if (GM_UNLIKELY(c->timed)) gm_timed_poll(c);
    if (!gm_chan_may_recv(c)) return GM_CHAN_WOULD_WAIT;
    return gm_chan_recv_now(c, elem);
}

/* --- close --- */

bool gm_chan_close(gm_chan *c) {
    gm_need_thread("gm_chan_close");
    GM_INSIDE();
    if (!c) return false;
    gm_chan_check(c, GM_OUTSIDE("close of"));
    gm_chan_lock(c);
    if (c->closed) {
        gm_chan_unlock(c);
        return false;
    }
    __atomic_store_n(&c->closed, true, __ATOMIC_RELEASE);
    gm_sudog *all = NULL, *s;
    while ((s = gm_waitq_pop(&c->receivers))) {
        if (s->elem) clear(c, s->elem);
        s->waitlink = all;
        all = s;
    }
    while ((s = gm_waitq_pop(&c->senders))) {
        s->waitlink = all;
        all = s;
    }
    gm_chan_unlock(c);
    while ((s = all)) {
        all = s->waitlink;
        wake(s, false);
    }
    return true;
}

void gm_block(void) {
    wait_for_ever(GM_WAIT_SELECT_EMPTY);
}
