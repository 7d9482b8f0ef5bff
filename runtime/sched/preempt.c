/* preempt.c - asking running goroutines to yield.
 *
 * A request sets g->preempt and poisons the stack limit of the thread, so that the next prologue
 * check leads here. A goroutine gives way only in compiled Go, that is, where the check stands in a
 * function of the section "gotext": the runtime's own functions may hold locks and the P's caches.
 * The poison stays until the goroutine is back in compiled Go.
 */
#include "sched/preempt.h"

#include "os/os.h"
#include "sched/proc.h"
#include "sched/sched.h"

extern char gm_gotext_start[] __asm__("__start_gotext") __attribute__((weak));
extern char gm_gotext_stop[] __asm__("__stop_gotext") __attribute__((weak));

bool gm_pc_is_go(uintptr_t pc) {
    return pc - (uintptr_t)gm_gotext_start < (uintptr_t)(gm_gotext_stop - gm_gotext_start);
}

/* On the system stack, on behalf of g, which stands in a prologue at pc. Comes back when g is to go
 * on; if it yielded, it comes back out of the gm_systemstack that led here instead. */
void gm_preempt_point(struct gm_g *g, uintptr_t pc) {
    if (!__atomic_load_n(&g->preempt, __ATOMIC_RELAXED) || g->pins || !gm_pc_is_go(pc)) return;
    struct gm_m *m = gm_getm();
    __atomic_store_n(&g->preempt, 0, __ATOMIC_RELAXED);
    if (gm_stopping()) {
        gm_stop_here(m);
        return;
    }
    if (g->lockedm) return;
    m->g = NULL;
    gm_setg(NULL);
    __atomic_store_n(&g->status, GM_G_RUNNABLE, __ATOMIC_RELEASE);
    gm_global_put(g);
    gm_schedule();
}

int gm_pin(void) {
    gm_getg()->pins++;
    return (int)gm_getp()->id;
}

void gm_unpin(void) {
    gm_getg()->pins--;
}

void gm_signal_init(void) {}
void gm_signal_thread_init(struct gm_m *m) {
    (void)m;
}
void gm_signal_preempt(struct gm_m *m) {
    (void)m;
}
