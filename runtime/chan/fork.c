/* fork.c - a process that uses the library forks, and both go on.
 *
 * The child has one thread, the one that called fork. Locks that others held stay held there, what they were about stays half
 * done, and they are on lists from which nobody will come. So a fork is made at a moment when there is nothing of the
 * kind. The thread that forks
 *     takes the cycle's lock, so that no collection is under way, and waits until the collector's threads rest;
 *     stops the world: threads and goroutines stand at safepoints, where they hold no lock (or are in the system);
 *     takes the locks that threads outside the world may hold: unattached ones that register roots or attach, the
 *     monitor, the poller, threads that look for a goroutine to run. In the order of docs/architecture.md.
 * In the parent it undoes that. In the child the locks begin anew; all other threads and goroutines are forgotten: what only
 * their stacks held is garbage, and channels, semaphores and timers no longer know of them.
 *
 * It stands on this floor because channels are the uppermost thing in which somebody waits.
 *
 * A child that only looks at what there is (gm_fork_aside) is made past the C library: nothing is forgotten in it, the world stays
 * stopped, and it must not call what may wait for a lock of the C library's.
 *
 * Forking waits for all threads as a collection does. What replaces the process at once (posix_spawn, system, popen) does not
 * come here.
 */
#include "chan/fork.h"

#include "chan/chan.h"
#include "gc/gc.h"
#include "os/child.h"
#include "os/os.h"

/* Of the thread that forks: it is not to be stopped on the way. */
static gm_g *inside_g;

static void before_as(void (*stop)(void)) {
    gm_g *g = gm_inside_begin();
    gm_p *p = gm_getp();
    bool inside = p && !p->held;
    if (inside) gm_away_enter();
    gm_gc_fork_begin();
    if (inside) gm_away_leave();
    stop();
    gm_gc_fork(GM_FORK_BEFORE);
    gm_sched_fork(GM_FORK_BEFORE);
    gm_mcaches_fork(GM_FORK_BEFORE);
    gm_mheap_fork(GM_FORK_BEFORE);
    inside_g = g;
}

static void before(void) {
    before_as(gm_world_fence);
}

static void release(enum gm_fork_step step) {
    gm_mheap_fork(step);
    gm_mcaches_fork(step);
    gm_sched_fork(step);
    gm_gc_fork(step);
}

static void in_parent(void) {
    release(GM_FORK_PARENT);
    gm_g *g = inside_g;
    gm_world_start();
    gm_gc_fork_end(GM_FORK_PARENT);
    gm_inside_end(&g);
}

static void forget(gm_sudog *s) {
    gm_chan *c = s->chan;
    bool receives = false;
    for (const gm_sudog *at = c->receivers; at; at = at->next) receives |= at == s;
    gm_waitq_remove(receives ? &c->receivers : &c->senders, s);
}

static void in_child(void) {
    release(GM_FORK_CHILD);
    gm_sched_child(forget);
    gm_gc_fork_end(GM_FORK_CHILD);
    gm_inside_end(&inside_g);
}

/* --- a picture of the process --- */

static void stop(void) {
    gm_world_stop("heap snapshot");
}

intptr_t gm_fork_aside(void) {
    before_as(stop);
    intptr_t pid = gm_os_fork_aside();
    if (pid == 0)
        release(GM_FORK_CHILD);
    else
        in_parent();
    return pid;
}

bool gm_fork_init(void) {
    static bool done;
    if (!done) done = gm_os_at_fork(before, in_parent, in_child);
    return done;
}
