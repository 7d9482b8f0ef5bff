/* capi.c - the parts of golem.h that are made of other parts. */
#include <string.h>

#include "os/inside.h"
#include "chan/fork.h"
#include "gc/gc.h"
#include "heap/typebits.h"
#include "lang/lang.h"
#include "observe/account.h"
#include "observe/snapshot.h"
#include "observe/trace.h"
#include "sched/sched.h"
#include "upcall.h"

static const uint8_t one_bit = 1;
const gm_type gm_pointer_type = {.size = 8,
                                 .ptrdata = 8,
                                 .align = 8,
                                 .field_align = 8,
                                 .kind = GM_UNSAFE_POINTER,
                                 .gcdata = &one_bit};
const gm_type gm_byte_type = {
    .size = 1, .tflag = GM_TFLAG_C, .align = 1, .field_align = 1, .kind = GM_UINT8};

/* How many have called gm_init and not yet gm_shutdown. The lock is held through all of either, so that one
 * does not undo what the other is doing. */
static struct {
    gm_mutex lock;
    unsigned users;
    bool forks; /* the lock is looked after when the process forks */
    bool begun; /* once at least */
} inits;

/* An attached thread may wait here for one that collects. */
static void lock_inits(void) {
    const gm_p *p = gm_getp();
    bool inside = p && !p->held;
    if (inside) gm_away_enter();
    gm_mutex_lock(&inits.lock);
    if (inside) gm_away_leave();
}

static void unlock_inits(void) {
    gm_mutex_unlock(&inits.lock);
}

static void forget_inits(void) {
    gm_mutex_fork(&inits.lock, GM_FORK_CHILD);
}

/* What was registered last is called first before a fork: this lock is outside all others. */
static bool follow_forks(void) {
    if (!inits.forks)
        inits.forks = gm_fork_init() && gm_os_at_fork(lock_inits, unlock_inits, forget_inits);
    return inits.forks;
}

/* Threads that are about something in the library have not counted (os/inside.h). */
static void choose_stops(unsigned flags) {
    if (!(flags & GM_STOP_BY_SIGNAL) || gm_by_signal) return;
    if (inits.begun)
        gm_fatal(
            "gm_init: GM_STOP_BY_SIGNAL must be asked for by the first gm_init of the process");
    gm_by_signal = true;
    gm_store_guard = 1;
}

static bool begin(unsigned flags) {
    if (!gm_heap_init()) return false;
    gm_os_stay_loaded();
    gm_gc_init();
    if (flags & GM_NO_BARRIERS) gm_gc_without_barriers();
    if (!follow_forks() || !gm_sched_init()) return false;
    inits.begun = true;
    gm_trace_begin();
    gm_schedtrace_begin();
    gm_pacertrace_begin();
    gm_account_begin();
    gm_snapshot_begin();
    gm_gc_start_background();
    return true;
}

const char *gm_version(void) {
    return GM_VERSION;
}

bool gm_init(unsigned flags) {
    lock_inits();
    choose_stops(flags);
    bool ok = begin(flags);
    if (ok) inits.users++;
    unlock_inits();
    return ok;
}

void gm_shutdown(void) {
    gm_need_thread("gm_shutdown");
    lock_inits();
    bool last = inits.users == 0 || --inits.users == 0;
    if (last) {
        gm_account_at_exit();
        gm_snapshot_at_exit();
        gm_gc_stop();
        gm_detach_thread();
    }
    unlock_inits();
}

void gm_copy_values(const gm_type *elem, void *dst, const void *src, size_t n) {
    gm_need_thread("gm_copy_values");
    GM_INSIDE();
    if (gm_layout_of(elem) && gm_layout_of(elem)->tail)
        gm_fatal("gm_copy_values: the type has a tail");
    if (src)
        gm_move_values(elem, dst, src, (gm_int)n);
    else
        gm_clear_values(elem, dst, (gm_int)n);
}
