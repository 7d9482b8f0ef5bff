/* pkg_sync.c - what package sync asks of the runtime. */
#include "lang/lang.h"
#include "sched/sched.h"

/* Only WaitGroup calls this. */
void sync$runtime_Semacquire(uint32_t *s) {
    gm_sem_acquire(s, 0, GM_WAIT_GROUP);
}

/* skip: frames that a profile leaves out, which tells Mutex from RWMutex. */
void sync$runtime_SemacquireMutex(uint32_t *s, bool lifo, gm_int skip) {
    gm_sem_acquire(s, lifo ? GM_SEM_LIFO : 0, skip > 0 ? GM_WAIT_MUTEX : GM_WAIT_SEM);
}

void sync$runtime_Semrelease(uint32_t *s, bool handoff, gm_int skip) {
    (void)skip;
    gm_sem_release(s, handoff ? GM_SEM_HANDOFF : 0);
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

bool sync$runtime_canSpin(gm_int i) {
    if (i >= SPIN_ROUNDS || gm_num_cpu() <= 1) return false;
    return gm_may_spin();
}

void sync$runtime_doSpin(void) {
    for (int i = 0; i < SPIN_PAUSES; i++) gm_os_pause();
}

int64_t sync$runtime_nanotime(void) {
    return gm_nanotime();
}

struct message {
    char text[256];
};

static struct message message(gm_string msg) {
    struct message m;
    size_t n = (size_t)msg.n < sizeof m.text - 1 ? (size_t)msg.n : sizeof m.text - 1;
    memcpy(m.text, msg.p, n);
    m.text[n] = 0;
    return m;
}

void sync$throw(gm_string msg) {
    gm_throw(message(msg).text);
}

void sync$fatal(gm_string msg) {
    gm_throw_user(message(msg).text);
}

/* --- Pool --- */

uint32_t sync$fastrandn(uint32_t n) {
    return gm_fastrandn(n);
}

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

uintptr_t runtime$0internal$0atomic$LoadAcquintptr(uintptr_t *p) {
    return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

uintptr_t runtime$0internal$0atomic$StoreReluintptr(uintptr_t *p, uintptr_t v) {
    __atomic_store_n(p, v, __ATOMIC_RELEASE);
    return 0;
}

gm_int sync$0atomic$runtime_procPin(void) {
    return gm_pin();
}

void sync$0atomic$runtime_procUnpin(void) {
    gm_unpin();
}
