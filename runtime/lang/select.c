/* select.c - waiting on several channels at once.
 *
 * First the cases are tried in random order, one at a time under its own lock, so that among cases
 * that can go on each is as likely as another, and a select that finds one ready locks little. If
 * none was found, all channels are locked, in order of address, and tried again: only now is it
 * certain that none can go on, and the default case is taken or the goroutine waits on all.
 *
 * The goroutine that wakes it has won select_done and taken its record off one queue; the others
 * are taken off here, under all locks.
 *
 * Room for the records lies on the stack for the usual number of cases, else in the heap.
 */
#include "lang/chan.h"

enum { SMALL = 4, MEDIUM = 16 };

struct work {
    gm_scase *cases;
    int nsends, n;
    uint16_t *poll, *order; /* indices of cases with a channel: random; by address */
    int live;               /* how many those are */
    struct gm_sudog *sudogs;
    bool panics; /* a send on a closed channel does */
};

static bool is_send(const struct work *w, int i) {
    return i < w->nsends;
}

/* One random number serves four cases; a bias of 2^-16 is far below what can be noticed. */
static void shuffle(struct work *w) {
    uint64_t random = 0;
    w->live = 0;
    for (int i = 0; i < w->n; i++) {
        if (!w->cases[i].c) continue; /* can never go on */
        if (w->live % 4 == 0) random = gm_fastrand64();
        uint64_t j = (random & 0xffff) * (uint64_t)(w->live + 1) >> 16;
        random >>= 16;
        w->poll[w->live] = w->poll[j];
        w->poll[j] = (uint16_t)i;
        w->live++;
    }
}

/* --- locking --- */

static bool below(const struct work *w, uint16_t a, uint16_t b) {
    return w->cases[a].c < w->cases[b].c;
}

static void sift(struct work *w, int root, int n) {
    uint16_t v = w->order[root];
    for (int child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && below(w, w->order[child], w->order[child + 1])) child++;
        if (!below(w, v, w->order[child])) break;
        w->order[root] = w->order[child];
    }
    w->order[root] = v;
}

static void sort(struct work *w) {
    int n = w->live;
    memcpy(w->order, w->poll, (size_t)n * sizeof *w->order);
    for (int i = n / 2 - 1; i >= 0; i--) sift(w, i, n);
    for (int i = n - 1; i > 0; i--) {
        uint16_t greatest = w->order[0];
        w->order[0] = w->order[i];
        w->order[i] = greatest;
        sift(w, 0, i);
    }
}

static void lock_all(const struct work *w) {
    gm_chan *last = NULL;
    for (int i = 0; i < w->live; i++) {
        gm_chan *c = w->cases[w->order[i]].c;
        if (c != last) gm_lock(&c->lock);
        last = c;
    }
}

/* Releases all locks but that of keep. After the last one is free the channels may be gone. */
static void unlock_all(const struct work *w, const gm_chan *keep) {
    for (int i = w->live - 1; i >= 0; i--) {
        gm_chan *c = w->cases[w->order[i]].c;
        if (i > 0 && c == w->cases[w->order[i - 1]].c) continue;
        if (c != keep) gm_unlock(&c->lock);
    }
}

/* --- trying --- */

static bool try_locked(const struct work *w, int i, bool *received) {
    gm_scase *k = &w->cases[i];
    if (is_send(w, i)) {
        if (!w->panics && k->c->closed) {
            gm_unlock(&k->c->lock);
            return true; /* *received is false */
        }
        bool sent = gm_chan_send_locked(k->c, k->elem);
        if (!w->panics) *received = sent;
        return sent;
    }
    return gm_chan_recv_locked(k->c, k->elem, received);
}

static bool may_go(const struct work *w, int i) {
    return is_send(w, i) ? gm_chan_may_send(w->cases[i].c) : gm_chan_may_recv(w->cases[i].c);
}

static int try_each(const struct work *w, bool *received) {
    for (int k = 0; k < w->live; k++) {
        int i = w->poll[k];
        if (!may_go(w, i)) continue;
        gm_chan *c = w->cases[i].c;
        gm_lock(&c->lock);
        if (try_locked(w, i, received)) return i;
        gm_unlock(&c->lock);
    }
    return -1;
}

/* All locks are held. Does the waiting queue or the buffer let case i go on? */
static bool can_go(const struct work *w, int i) {
    const gm_chan *c = w->cases[i].c;
    if (c->closed) return true;
    if (is_send(w, i)) return c->receivers.first || c->count < c->cap;
    return c->senders.first || c->count > 0;
}

/* All locks are held; they are released if a case went on. */
static int try_all(const struct work *w, bool *received) {
    for (int k = 0; k < w->live; k++) {
        int i = w->poll[k];
        if (!can_go(w, i)) continue;
        /* The queue may hold nothing but selects that were won elsewhere: then the case cannot go
         * on after all, and the lock is kept; but the others are free by then. So look first. */
        gm_chan *c = w->cases[i].c;
        unlock_all(w, c);
        if (try_locked(w, i, received)) return i;
        gm_unlock(&c->lock);
        lock_all(w);
        k = -1;
    }
    return -1;
}

/* --- waiting --- */

/* Runs when the goroutine has left its stack; w lies on that stack, and may go as soon as the first
 * lock is released, so nothing of it is read after the last. */
static bool commit(struct gm_g *g, void *arg) {
    (void)g;
    struct gm_sudog *s = arg; /* the records, chained in lock order */
    gm_chan *last = NULL;
    while (s) {
        gm_chan *c = s->chan;
        s = s->waitlink;
        if (last && c != last) gm_unlock(&last->lock);
        last = c;
    }
    if (last) gm_unlock(&last->lock);
    return true;
}

static int wait_all(const struct work *w, bool *received) {
    struct gm_g *g = gm_getg();
    struct gm_sudog *first = NULL, **at = &first;
    for (int k = 0; k < w->live; k++) {
        int i = w->order[k];
        struct gm_sudog *s = &w->sudogs[k];
        *s = (struct gm_sudog){.g = g,
                               .elem = w->cases[i].elem,
                               .chan = w->cases[i].c,
                               .is_select = true,
                               .scase = (uint16_t)i};
        gm_waitq_push(is_send(w, i) ? &w->cases[i].c->senders : &w->cases[i].c->receivers, s);
        *at = s;
        at = &s->waitlink;
    }
    g->select_done = 0;
    g->wake = NULL;
    g->waiting = first;
    gm_park(commit, first, w->live ? GM_WAIT_SELECT : GM_WAIT_SELECT_EMPTY);
    g->waiting = NULL;

    lock_all(w);
    struct gm_sudog *won = g->wake;
    for (int k = 0; k < w->live; k++) {
        struct gm_sudog *s = &w->sudogs[k];
        gm_chan *c = s->chan;
        if (s != won) gm_waitq_remove(is_send(w, s->scase) ? &c->senders : &c->receivers, s);
    }
    int i = won->scase;
    bool success = won->success;
    g->wake = NULL;
    unlock_all(w, NULL);
    if (is_send(w, i)) {
        if (!success && w->panics) gm_panic_send_closed();
    }
    if (!is_send(w, i) || !w->panics) *received = success;
    return i;
}

static int run(struct work *w, bool block, bool *received) {
    bool ignored;
    if (!received) received = &ignored;
    *received = false;
    shuffle(w);
    int i = try_each(w, received);
    if (i >= 0) return i;
    sort(w);
    lock_all(w);
    i = try_all(w, received);
    if (i >= 0) return i;
    if (block) return wait_all(w, received);
    unlock_all(w, NULL);
    return -1;
}

static __attribute__((noinline)) int run_small(struct work *w, bool block, bool *received) {
    uint16_t poll[SMALL], order[SMALL];
    struct gm_sudog sudogs[SMALL];
    w->poll = poll;
    w->order = order;
    w->sudogs = sudogs;
    return run(w, block, received);
}

static __attribute__((noinline)) int run_medium(struct work *w, bool block, bool *received) {
    uint16_t poll[MEDIUM], order[MEDIUM];
    struct gm_sudog sudogs[MEDIUM];
    w->poll = poll;
    w->order = order;
    w->sudogs = sudogs;
    return run(w, block, received);
}

/* The records lead only to what the cases and the stack lead to as well. */
static __attribute__((noinline)) int run_large(struct work *w, bool block, bool *received) {
    char *room = gm_alloc_noscan((size_t)w->n * (sizeof(struct gm_sudog) + 2 * sizeof(uint16_t)));
    w->sudogs = (struct gm_sudog *)room;
    w->poll = (uint16_t *)(w->sudogs + w->n);
    w->order = w->poll + w->n;
    return run(w, block, received);
}

static int select_cases(struct work *w, bool block, bool *received) {
    if (w->n <= SMALL) return run_small(w, block, received);
    if (w->n <= MEDIUM) return run_medium(w, block, received);
    return run_large(w, block, received);
}

gm_int gm_select(gm_scase *cases, gm_int nsends, gm_int nrecvs, bool block, bool *received) {
    struct work w = {
        .cases = cases, .nsends = (int)nsends, .n = (int)(nsends + nrecvs), .panics = true};
    return select_cases(&w, block, received);
}

int gm_select_or_closed(gm_scase *cases, int nsends, int nrecvs, bool block, bool *ok) {
    struct work w = {.cases = cases, .nsends = nsends, .n = nsends + nrecvs};
    return select_cases(&w, block, ok);
}
