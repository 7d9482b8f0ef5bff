/* lru.c - a cache of the most recently used answers, under load.
 *
 * Shows: arrays on the heap, a structure that is changed all the time (so, barriers everywhere),
 * data without pointers beside it, finalizers on what is thrown away, tuning, statistics, trouble
 * that the collector spares: an entry that was evicted may still be in somebody's hands, and lives
 * as long as it is.
 *
 * The cache is a hash table of chains; all entries also hang on one ring in the order of their use.
 * An entry that falls out of the table is forgotten, not freed.
 */
#include <golem.h>

#include <stdio.h>
#include <string.h>

typedef struct entry entry;
struct entry {
    uint64_t key;
    entry *chain;         /* next of the same bucket */
    entry *newer, *older; /* neighbours on the ring */
    unsigned char *data;  /* size bytes, filled from the key */
    size_t size;
};
GM_DEFINE_TYPE(entry_type, entry, chain, newer, older, data);

typedef struct cache {
    entry **bucket;
    size_t buckets, entries, limit;
    entry *ring; /* a dummy: ring->older is the newest entry, ring->newer the oldest */
    long hits, misses, evictions;
} cache;
GM_DEFINE_TYPE(cache_type, cache, bucket, ring);

static long finalized; /* written by the library's finalizer thread */

static void count_finalized(void *obj, void *arg) {
    (void)obj;
    __atomic_fetch_add((long *)arg, 1, __ATOMIC_RELAXED);
}

static cache *cache_new(size_t limit) {
    cache *c = gm_new(&cache_type);
    c->limit = limit;
    c->buckets = limit * 2;
    /* These two allocate: by the second, c is no longer fresh for the collector. With gm_store one
     * need not think about it. */
    gm_store(&c->bucket, gm_newarray(&gm_pointer_type, (intptr_t)c->buckets));
    gm_store(&c->ring, gm_new(&entry_type));
    gm_store(&c->ring->newer, c->ring);
    gm_store(&c->ring->older, c->ring);
    return c;
}

/* --- the ring --- */

static void unlink_entry(entry *e) {
    gm_store(&e->newer->older, e->older);
    gm_store(&e->older->newer, e->newer);
}

static void link_newest(cache *c, entry *e) {
    entry *ring = c->ring;
    gm_store(&e->newer, ring);
    gm_store(&e->older, ring->older);
    gm_store(&ring->older->newer, e);
    gm_store(&ring->older, e);
}

/* --- the table --- */

static entry **bucket_of(cache *c, uint64_t key) {
    return &c->bucket[(key * 0x9E3779B97F4A7C15u >> 32) % c->buckets];
}

static void evict_oldest(cache *c) {
    entry *oldest = c->ring->newer;
    entry **at = bucket_of(c, oldest->key);
    while (*at != oldest) at = &(*at)->chain;
    gm_store(at, oldest->chain);
    unlink_entry(oldest);
    /* Whoever still holds the entry should hold no more than that: left alone, it would lead to its
     * neighbours of then, these, once evicted, to theirs, and nothing would ever be garbage. */
    gm_store(&oldest->newer, NULL);
    gm_store(&oldest->older, NULL);
    gm_store(&oldest->chain, NULL);
    c->entries--;
    c->evictions++;
}

/* What the cache is for: an answer that is dear to compute. */
static entry *compute(uint64_t key) {
    size_t size = 64 + key % 1000;
    unsigned char *data = gm_alloc_noscan_raw(size); /* bytes: never searched, not even zeroed */
    memset(data, (int)(key % 251), size);
    entry *e = gm_new(&entry_type);
    e->key = key; /* e is fresh: plain stores */
    e->data = data;
    e->size = size;
    if (key % 1024 == 0) gm_set_finalizer(e, count_finalized, &finalized);
    return e;
}

static entry *cache_get(cache *c, uint64_t key) {
    entry **at = bucket_of(c, key);
    for (entry *e = *at; e; e = e->chain) {
        if (e->key != key) continue;
        c->hits++;
        unlink_entry(e);
        link_newest(c, e);
        return e;
    }
    c->misses++;
    entry *e = compute(key); /* a collection may run here: it moves nothing, `at` stays good */
    gm_store(&e->chain, *at);
    gm_store(at, e);
    link_newest(c, e);
    if (c->entries++ == c->limit) evict_oldest(c);
    return e;
}

static void check(const entry *e) {
    for (size_t i = 0; i < e->size; i++) {
        if (e->data[i] == e->key % 251) continue;
        printf("entry %lu is damaged\n", (unsigned long)e->key);
        return;
    }
}

/* --- the load: some keys are wanted far more often than others --- */

static uint64_t random_key(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    uint64_t r = *state >> 33;
    return r % 4 ? r / 4 % 8000 : 8000 + r / 4 % 200000;
}

int main(void) {
    enum { ENTRIES = 10000, REQUESTS = 1000000, IN_HAND = 64 };
    gm_init(0);
    gm_gc_set_percent(50); /* collect when the heap has grown by half: less memory, more work */

    cache *c = cache_new(ENTRIES); /* found on this thread's stack: no root needed */
    entry *in_hand[IN_HAND] = {0}; /* so are these, evicted or not */
    uint64_t seed = 1;
    for (long i = 0; i < REQUESTS; i++) {
        entry **hand = &in_hand[i % IN_HAND];
        if (*hand) check(*hand);
        *hand = cache_get(c, random_key(&seed)); /* the stack: no barrier */
    }
    printf("%ld requests: %ld hits, %ld misses, %ld evictions\n", c->hits + c->misses, c->hits,
           c->misses, c->evictions);

    size_t count = 0;
    for (entry *e = c->ring->older; e != c->ring; e = e->older, count++) check(e);
    printf("%zu entries on the ring, %zu in the table\n", count, c->entries);

    gm_gc();
    gm_mem_stats st;
    gm_read_mem_stats(&st);
    printf("collections: %s\n", st.num_gc > 5 ? "more than five" : "too few");
    printf("heap: %s\n",
           st.heap_alloc < 16 << 20 ? "less than 16 MB" : "more than the cache needs");
    printf("finalizers: %s\n",
           __atomic_load_n(&finalized, __ATOMIC_RELAXED) ? "some have run" : "none ran");
    return 0;
}
