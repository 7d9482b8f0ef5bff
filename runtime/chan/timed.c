/* timed.c - channels of timers.
 *
 * The channel of a timer looks unbuffered, but has room for the one value that the timer sends. While
 * nobody waits for it the timer is only a time: whoever receives, or looks whether it could, first has the
 * time sent if it is due. While somebody waits, the timer is in a P's heap as others are. So a timer
 * that nothing refers to is garbage, although it is set, and stopping one takes a value that was not
 * received back.
 *
 * The buffer of the channel is a part of the timer, which therefore lives as long as the channel does.
 *
 * A timer's lock is taken on the system stack, where nobody is preempted, and before the lock of its P
 * and that of its channel.
 */
#include "chan/timed.h"

#define WORD_OF(field) (offsetof(gm_timed, field) / 8)
#define BIT_OF(field)  ((uint64_t)1 << WORD_OF(field))

static const uint64_t timed_bits[] = {BIT_OF(field) | BIT_OF(c) | BIT_OF(f) | BIT_OF(t.f) |
                                      BIT_OF(t.arg) | BIT_OF(t.bubble) |
                                      (uint64_t)1 << (WORD_OF(slot) + 2)};
_Static_assert(sizeof(gm_timed) <= 64 * 8, "one word of bits");
static const gm_type timed_type = {.size = sizeof(gm_timed),
                                   .ptrdata = sizeof(gm_timed),
                                   .align = 8,
                                   .field_align = 8,
                                   .kind = GM_STRUCT,
                                   .gcdata = timed_bits};

static gm_timed *timed_of(const gm_chan *c) {
    return (gm_timed *)(void *)(c->buf - offsetof(gm_timed, slot));
}

static void on_due(void *arg, uintptr_t seq);

gm_timed *gm_timed_new(gm_chan *c, const gm_type *c_type, int64_t when, int64_t period,
                       void (*send)(const gm_timed *t, int64_t late)) {
    gm_timed *t = gm_new(&timed_type);
    t->init = true;
    t->when = when;
    t->period = period;
    t->c_type = (void *)c_type;
    t->t.f = (void *)on_due;
    t->send = send;
    gm_store_ptr(&t->t.arg, (void *)t);
    gm_store_ptr(&t->t.bubble, gm_bubble_current());
    if (!c) return t;
    if (c->cap != 1 || c->elem_size != GM_TIME_SIZE) gm_fatal("invalid timer channel");
    gm_store_ptr(&t->field, c);
    gm_store_ptr(&t->c, c);
    gm_store_ptr(&c->buf, (uint8_t *)t->slot);
    c->cap = 0;
    c->timed = true;
    return t;
}

static int64_t now_of(const gm_timed *t) {
    return t->t.bubble ? t->t.bubble->now : gm_nanotime();
}

/* --- with the lock --- */

/* Sends the time if that is due. */
static void send_if_due(gm_timed *t) {
    int64_t late = now_of(t) - t->when;
    if (t->when == 0 || late < 0) return;
    int64_t next = t->period > 0 ? gm_timer_after(t->when, t->period, t->when + late) : 0;
    __atomic_store_n(&t->when, next, __ATOMIC_RELEASE);
    t->send(t, late);
}

static void set_if_awaited(gm_timed *t) {
    if (t->waiting > 0 && t->when) gm_timer_set(&t->t, t->when, 0);
}

static void on_due(void *arg, uintptr_t seq) {
    gm_timed *t = arg;
    (void)seq;
    gm_mutex_lock(&t->lock);
    send_if_due(t);
    gm_timer_stop(&t->t);
    set_if_awaited(t);
    gm_mutex_unlock(&t->lock);
}

/* --- receivers --- */

static void poll(void *arg) {
    gm_timed *t = arg;
    gm_mutex_lock(&t->lock);
    send_if_due(t);
    gm_mutex_unlock(&t->lock);
}

void gm_timed_poll(gm_chan *c) {
    gm_timed *t = timed_of(c);
    int64_t when = __atomic_load_n(&t->when, __ATOMIC_ACQUIRE);
    if (when && when <= now_of(t)) gm_systemstack(poll, t);
}

static void wait_begin(void *arg) {
    gm_timed *t = arg;
    gm_mutex_lock(&t->lock);
    if (t->waiting++ == 0) set_if_awaited(t);
    gm_mutex_unlock(&t->lock);
}

void gm_timed_wait_begin(gm_chan *c) {
    gm_systemstack(wait_begin, timed_of(c));
}

static void wait_end(void *arg) {
    gm_timed *t = arg;
    gm_mutex_lock(&t->lock);
    if (--t->waiting == 0) gm_timer_stop(&t->t);
    gm_mutex_unlock(&t->lock);
}

void gm_timed_wait_end(gm_chan *c) {
    gm_systemstack(wait_end, timed_of(c));
}

/* --- stopping and setting again --- */

typedef struct request {
    gm_timed *t;
    int64_t when, period;
    bool pending;
} request;

static void reset(void *arg) {
    request *r = arg;
    gm_timed *t = r->t;
    gm_mutex_lock(&t->lock);
    r->pending = t->when != 0;
    gm_timer_stop(&t->t);
    __atomic_store_n(&t->when, r->when, __ATOMIC_RELEASE);
    t->period = r->period;
    if (gm_chan_recv_now(t->c, NULL) == GM_CHAN_OK) r->pending = true;
    set_if_awaited(t);
    gm_mutex_unlock(&t->lock);
}

bool gm_timed_reset(gm_timed *t, int64_t when, int64_t period) {
    request r = {t, when, period, false};
    gm_systemstack(reset, &r);
    return r.pending;
}

bool gm_timed_stop(gm_timed *t) {
    return gm_timed_reset(t, 0, 0);
}
