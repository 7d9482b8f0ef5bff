/* pool.c - a pool of threads that share one graph.
 *
 * Shows: attaching the program's own threads, saying when a thread blocks, a queue under a lock,
 * objects handed from thread to thread, safepoints in loops that do not allocate, weak pointers, a
 * pool of objects for reuse.
 *
 * The graph is a table of counters ("cells"), each with a list of notes that says who added how
 * much. Jobs say what is to be added to which cell. Workers take jobs from the queue and replace
 * notes of cells all the time. At the end every cell must be the sum of its notes, and the sum over
 * all cells that of all jobs, however the threads took turns.
 *
 * The one rule that C programs must keep: a thread that waits - for a lock that may be held long,
 * for a condition, for another thread - stands between gm_block_enter and gm_block_leave, since
 * otherwise the collector would wait for it in turn, and so would everybody else.
 */
#include <golem.h>

#include <pthread.h>
#include <stdio.h>

enum { CELLS = 1000, WORKERS = 4, JOBS = 200000, NOTES = 8 };

typedef struct note note;
struct note {
    note *next;
    long amount;
};
GM_DEFINE_TYPE(note_type, note, next);

typedef struct cell {
    note *notes; /* at most NOTES; then they are added up into one */
    long sum;
    pthread_mutex_t lock; /* held for a few instructions: no blocking region needed */
} cell;
GM_DEFINE_TYPE(cell_type, cell, notes);

typedef struct job job;
struct job {
    job *next;
    size_t cell;
    long amount;
};
GM_DEFINE_TYPE(job_type, job, next);

static cell *cells; /* roots: registered below */
static job *first, *last;
static gm_pool *spare_jobs;

static bool closed;
static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t queue_filled = PTHREAD_COND_INITIALIZER;

/* Nobody allocates while holding a lock, so nobody is stopped by the collector while holding one:
 * the locks are free again soon, and a plain lock will do. */
static void lock(pthread_mutex_t *m) {
    pthread_mutex_lock(m);
}

static void unlock(pthread_mutex_t *m) {
    pthread_mutex_unlock(m);
}

/* --- the queue --- */

static void put(job *j) {
    lock(&queue_lock);
    if (first)
        gm_store(&last->next, j);
    else
        gm_store(&first, j);
    gm_store(&last, j);
    pthread_cond_signal(&queue_filled);
    unlock(&queue_lock);
}

/* The next job, or NULL when there will be none. */
static job *take(void) {
    lock(&queue_lock);
    while (!first && !closed) {
        /* This may take long. Between enter and leave no object may be touched; the lock and the
         * condition are none. And gm_block_leave may wait for a collection, so not under the
         * lock. */
        gm_block_enter();
        pthread_cond_wait(&queue_filled, &queue_lock);
        unlock(&queue_lock);
        gm_block_leave();
        lock(&queue_lock);
    }
    job *j = first;
    if (j) gm_store(&first, j->next);
    unlock(&queue_lock);
    if (j) gm_store(&j->next, NULL);
    return j;
}

static void close_queue(void) {
    lock(&queue_lock);
    closed = true;
    pthread_cond_broadcast(&queue_filled);
    unlock(&queue_lock);
}

/* --- the work --- */

static long total(const note *n, int *count) {
    long sum = 0;
    for (*count = 0; n; n = n->next, ++*count) sum += n->amount;
    return sum;
}

static void add(cell *c, long amount) {
    note *n = gm_new(&note_type), *all = gm_new(&note_type); /* before the lock, see there */
    n->amount = amount;
    lock(&c->lock);
    int count;
    gm_store(&n->next, c->notes);
    all->amount = total(n, &count);
    c->sum += amount;
    gm_store(&c->notes, count == NOTES ? all : n); /* what is replaced is garbage */
    unlock(&c->lock);
}

static void *worker(void *arg) {
    (void)arg;
    if (!gm_attach_thread()) return NULL;
    job *j;
    while ((j = take())) {
        add(&cells[j->cell], j->amount);
        gm_pool_put(spare_jobs, j); /* perhaps somebody needs it before the next collection */
    }
    gm_detach_thread();
    return NULL;
}

static void *make_job(void) {
    return gm_new(&job_type);
}

static long produce(void) {
    uint32_t random = 1;
    long sum = 0;
    for (int i = 0; i < JOBS; i++) {
        random = random * 1664525 + 1013904223;
        job *j = gm_pool_get(spare_jobs);
        j->cell = (random >> 8) % CELLS;
        j->amount = random % 100;
        sum += j->amount;
        put(j);
    }
    close_queue();
    return sum;
}

static void check_cells(long expected) {
    long sum = 0, wrong = 0;
    for (int i = 0; i < CELLS; i++) {
        int count;
        wrong += total(cells[i].notes, &count) != cells[i].sum || count > NOTES;
        sum += cells[i].sum;
        gm_safepoint(); /* a long loop without allocation lets others collect */
    }
    printf("%d jobs, sum %ld, %s, %ld cells wrong\n", JOBS, sum,
           sum == expected ? "as expected" : "NOT as expected", wrong);
}

/* A weak pointer sees its object go. The object is made in a function of its own, so that no trace
 * of its address stays behind in this frame. */
static __attribute__((noinline)) gm_weak *make_weak(bool *alive) {
    note *n = gm_new(&note_type);
    gm_weak *w = gm_weak_make(n);
    *alive = gm_weak_get(w) == n;
    return w;
}

int main(void) {
    gm_init(0);
    gm_register_roots(&cells, &gm_pointer_type, 1);
    gm_register_roots(&first, &gm_pointer_type, 1);
    gm_register_roots(&last, &gm_pointer_type, 1);
    spare_jobs = gm_pool_new(make_job); /* lives for ever: no root */

    gm_store(&cells, gm_newarray(&cell_type, CELLS));
    for (int i = 0; i < CELLS; i++) pthread_mutex_init(&cells[i].lock, NULL);

    pthread_t thread[WORKERS];
    for (int i = 0; i < WORKERS; i++)
        if (pthread_create(&thread[i], NULL, worker, NULL)) return 1;
    long expected = produce();
    gm_block_enter(); /* joining waits for threads that may wait for the collector */
    for (int i = 0; i < WORKERS; i++) pthread_join(thread[i], NULL);
    gm_block_leave();
    check_cells(expected);

    enum { WEAK = 10 };
    gm_weak *weak[WEAK];
    int alive = 0, gone = 0;
    for (int i = 0; i < WEAK; i++) {
        bool a;
        weak[i] = make_weak(&a);
        alive += a;
    }
    gm_gc();
    for (int i = 0; i < WEAK; i++) gone += !gm_weak_get(weak[i]);
    /* Stacks are searched conservatively: a forgotten word may keep an object or two. */
    printf("weak pointers: %d alive, then %s\n", alive, gone >= WEAK - 2 ? "gone" : "still there");
    gm_shutdown();
    return 0;
}
