/* pkg_sync.c - what packages sync, internal/sync and sync/atomic ask of the runtime. */
#include "lang/lang.h"
#include "sched/sched.h"

void sync$runtime_Semacquire(uint32_t *s) {
    gm_sem_acquire(s, 0, GM_WAIT_SEM);
}

void sync$runtime_SemacquireWaitGroup(uint32_t *s, bool durable) {
    gm_sem_acquire(s, durable ? GM_SEM_DURABLE : 0, GM_WAIT_GROUP);
}

/* skip: frames that a profile leaves out. */
static void acquire(uint32_t *s, bool lifo, enum gm_wait reason) {
    gm_sem_acquire(s, lifo ? GM_SEM_LIFO : 0, reason);
}

static void release(uint32_t *s, bool handoff) {
    gm_sem_release(s, handoff ? GM_SEM_HANDOFF : 0);
}

void sync$runtime_SemacquireRWMutexR(uint32_t *s, bool lifo, gm_int skip) {
    (void)skip;
    acquire(s, lifo, GM_WAIT_RWMUTEX_R);
}

void sync$runtime_SemacquireRWMutex(uint32_t *s, bool lifo, gm_int skip) {
    (void)skip;
    acquire(s, lifo, GM_WAIT_RWMUTEX);
}

void internal$0sync$runtime_SemacquireMutex(uint32_t *s, bool lifo, gm_int skip) {
    (void)skip;
    acquire(s, lifo, GM_WAIT_MUTEX);
}

void sync$runtime_Semrelease(uint32_t *s, bool handoff, gm_int skip) {
    (void)skip;
    release(s, handoff);
}

void internal$0sync$runtime_Semrelease(uint32_t *s, bool handoff, gm_int skip) {
    (void)skip;
    release(s, handoff);
}

/* --- Cond --- */

uint32_t sync$runtime_notifyListAdd(gm_notify_list *l) {
    return gm_notify_add(l);
}

void sync$runtime_notifyListWait(gm_notify_list *l, uint32_t ticket) {
    gm_notify_wait(l, ticket);
}

void sync$runtime_notifyListNotifyAll(gm_notify_list *l) {
    gm_notify_all(l);
}

void sync$runtime_notifyListNotifyOne(gm_notify_list *l) {
    gm_notify_one(l);
}

void sync$runtime_notifyListCheck(uintptr_t size) {
    if (size != 32) gm_throw("bad notifyList size");
}

/* --- Mutex: a short spin pays only while others run on other processors --- */

enum { SPIN_ROUNDS = 4, SPIN_PAUSES = 30 };

bool internal$0sync$runtime_canSpin(gm_int i) {
    if (i >= SPIN_ROUNDS || gm_num_cpu() <= 1) return false;
    return gm_may_spin();
}

void internal$0sync$runtime_doSpin(void) {
    for (int i = 0; i < SPIN_PAUSES; i++) gm_os_pause();
}

int64_t internal$0sync$runtime_nanotime(void) {
    return gm_nanotime();
}

void sync$throw(gm_string msg) {
    gm_throw_text(msg);
}

void sync$fatal(gm_string msg) {
    gm_throw_user_text(msg);
}

void internal$0sync$throw(gm_string msg) {
    gm_throw_text(msg);
}

void internal$0sync$fatal(gm_string msg) {
    gm_throw_user_text(msg);
}

/* --- Pool --- */

static const gm_func *cleanup;

static void run_cleanup(void) {
    ((void (*)(const gm_func *))cleanup->code)(cleanup);
}

void sync$runtime_registerPoolCleanup(const gm_func *fn) {
    cleanup = fn;
    gm_up_pool_cleanup = run_cleanup;
}

gm_int sync$runtime_procPin(void) {
    return gm_pin();
}

void sync$runtime_procUnpin(void) {
    gm_unpin();
}

gm_int sync$0atomic$runtime_procPin(void) {
    return gm_pin();
}

void sync$0atomic$runtime_procUnpin(void) {
    gm_unpin();
}
