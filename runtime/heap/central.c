/* central.c - lists of spans by shape; see central.h. */
#include "heap/central.h"

#include "upcall.h"

/* Unswept spans to look at for a free slot before fresh pages are taken: bounds the latency, at
 * nearly a microsecond each while the background sweeps too. */
enum { SWEEP_TRIES = 8 };
enum { LIST_NONE, LIST_PARTIAL, LIST_FULL = LIST_PARTIAL + 2 };

static gm_central *centrals;

bool gm_centrals_init(void) {
    if (centrals) return true;
    size_t bytes = GM_MAX_SHAPES * sizeof(gm_central) + 64;
    char *mem = gm_os_map(bytes);
    if (!mem) return false;
    centrals = (gm_central *)mem;
#ifdef GM_DEBUG
    for (uint32_t i = 0; i < GM_MAX_SHAPES; i++)
        gm_mutex_set_rank(&centrals[i].lock, GM_RANK_CENTRAL);
#endif
    return true;
}

static unsigned swept_half(void) {
    return (__atomic_load_n(&gm_sweep_gen, __ATOMIC_RELAXED) / 2) & 1;
}

static gm_span **head_of(gm_central *c, uint8_t list) {
    return list < LIST_FULL ? &c->partial[list - LIST_PARTIAL] : &c->full[list - LIST_FULL];
}

/* Locked. */
static void push(gm_central *c, gm_span *s, uint8_t list) {
    gm_span **head = head_of(c, list);
    GM_ASSERT(s->list == LIST_NONE && s->state == GM_SPAN_HEAP && s->taken <= s->nelems);
    s->list = list;
    s->prev = NULL;
    s->next = *head;
    if (*head) (*head)->prev = s;
    *head = s;
}

/* Locked. */
static void unlink_span(gm_central *c, gm_span *s) {
    if (s->next) s->next->prev = s->prev;
    if (s->prev)
        s->prev->next = s->next;
    else
        *head_of(c, s->list) = s->next;
    s->next = s->prev = NULL;
    s->list = LIST_NONE;
}

static gm_span *pop(gm_central *c, uint8_t list) {
    if (!__atomic_load_n(head_of(c, list), __ATOMIC_RELAXED)) return NULL;
    gm_mutex_lock(&c->lock);
    gm_span *s = *head_of(c, list);
    if (s) unlink_span(c, s);
    gm_mutex_unlock(&c->lock);
    return s;
}

void gm_central_put(gm_span *s) {
    gm_central *c = &centrals[s->shape];
    uint8_t list = (s->taken < s->nelems ? LIST_PARTIAL : LIST_FULL) + swept_half();
    gm_mutex_lock(&c->lock);
    push(c, s, list);
    gm_mutex_unlock(&c->lock);
}

gm_span *gm_central_take_unswept(uint32_t shape) {
    gm_central *c = &centrals[shape];
    unsigned unswept = 1 - swept_half();
    gm_span *s = pop(c, LIST_PARTIAL + unswept);
    return s ? s : pop(c, LIST_FULL + unswept);
}

void gm_central_remove(gm_span *s) {
    gm_central *c = &centrals[s->shape];
    gm_mutex_lock(&c->lock);
    unlink_span(c, s);
    gm_mutex_unlock(&c->lock);
}

bool gm_central_claim(gm_span *s) {
    gm_central *c = &centrals[s->shape];
    unsigned unswept = 1 - swept_half();
    gm_mutex_lock(&c->lock);
    bool mine = s->list == LIST_PARTIAL + unswept || s->list == LIST_FULL + unswept;
    if (mine) unlink_span(c, s);
    gm_mutex_unlock(&c->lock);
    return mine;
}

gm_span *gm_central_take(uint32_t shape) {
    gm_central *c = &centrals[shape];
    gm_span *s = pop(c, LIST_PARTIAL + swept_half());
    if (s) return s;
    for (int i = 0; i < SWEEP_TRIES; i++) {
        s = gm_central_take_unswept(shape);
        if (!s) break;
        gm_up_sweep_span(s, true);
        if (s->taken < s->nelems) return s;
        gm_central_put(s);
    }
    const gm_shape *sh = &gm_shapes[shape];
    return gm_span_alloc(sh->pages, shape, sh->nelems, sh->size);
}

/* --- lists of objects given back by hand --- */

static uint32_t freed_age;

/* Somebody may be looking for pointers there. */
__attribute__((no_sanitize_thread)) static void *list_after(void *list) {
    return __atomic_load_n((void **)list + 1, __ATOMIC_RELAXED);
}

__attribute__((no_sanitize_thread)) static void set_list_after(void *list, void *next) {
    __atomic_store_n((void **)list + 1, next, __ATOMIC_RELAXED);
}

void gm_central_put_freed(uint32_t shape, void *list) {
    gm_central *c = &centrals[shape];
    gm_mutex_lock(&c->lock);
    set_list_after(list, c->freed_age == freed_age ? c->freed : NULL);
    c->freed_age = freed_age;
    __atomic_store_n(&c->freed, list, __ATOMIC_RELAXED);
    gm_mutex_unlock(&c->lock);
}

void *gm_central_take_freed(uint32_t shape) {
    gm_central *c = &centrals[shape];
    if (!__atomic_load_n(&c->freed, __ATOMIC_RELAXED)) return NULL;
    gm_mutex_lock(&c->lock);
    void *list = c->freed_age == freed_age ? c->freed : NULL;
    __atomic_store_n(&c->freed, list ? list_after(list) : NULL, __ATOMIC_RELAXED);
    gm_mutex_unlock(&c->lock);
    return list;
}

void gm_central_forget_freed(void) {
    freed_age++;
}

void gm_central_each_freed(void (*fn)(void *list, void *arg), void *arg) {
    for (uint32_t shape = 0; shape < gm_shape_count(); shape++) {
        const gm_central *c = &centrals[shape];
        if (c->freed_age != freed_age) continue;
        for (void *list = c->freed; list; list = list_after(list)) fn(list, arg);
    }
}
