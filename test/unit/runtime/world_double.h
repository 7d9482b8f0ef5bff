/* world_double.h - what the collector asks of the scheduler, answered for a test of one thread, so that heap
 * and collector can be tested without a scheduler. */
#ifndef WORLD_DOUBLE_H
#define WORLD_DOUBLE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gc/gc.h"
#include "heap/heap.h"
#include "os/os.h"
#include "os/tls.h"
#include "sched/sched.h"
#include "upcall.h"

static const char *stack_top;
static gm_mcache test_cache;

void gm_world_stop(const char *why) {
    (void)why;
}
void gm_world_start(void) {}
const uint32_t *gm_stop_flag(void) {
    static uint32_t never;
    return &never;
}
bool gm_ask_to_end(void) {
    return false;
}
bool gm_end_is_near(void) {
    return false;
}
bool gm_yield_to_stop(int64_t ns) {
    (void)ns;
    return false;
}
size_t gm_scan_expect(void) {
    return 0;
}

__attribute__((noinline)) uint32_t gm_scan_begin(gm_range_fn *fn, void *arg) {
    __builtin_unwind_init();
    fn(arg, (const void *)gm_get_sp(), stack_top);
    return 0;
}
void gm_scan_job(uint32_t job, gm_range_fn *fn, void *arg) {
    (void)job, (void)fn, (void)arg;
}
uint32_t gm_scan_left(void) {
    return 0;
}
void gm_scan_rest(gm_range_fn *fn, void *arg) {
    (void)fn, (void)arg;
}
void gm_scan_check(void) {}
void gm_stacks_collected(void) {}
uint64_t gm_reserved_in_use(void) {
    return 0;
}
bool gm_stacks_trim(void) {
    return false;
}
void gm_systemstack(void (*fn)(void *), void *arg) {
    fn(arg);
}
int gm_procs(void) {
    return 1;
}
int gm_idle_procs(void) {
    return 0;
}
void gm_blocking(void (*fn)(void *), void *arg) {
    fn(arg);
}
void gm_away_enter(void) {}
void gm_away_leave(void) {}
bool gm_sched_init(void) {
    return true;
}
void gm_detach_thread(void) {}
void gm_stacks_give_all(void) {}
void gm_safepoint(void) {}
uint32_t gm_cycle_holds(void) {
    return 0;
}
bool gm_cycle_held_here(void) {
    return false;
}
bool gm_pinned(void) {
    return false;
}
gm_g *gm_go_start_system(void (*fn)(void *), void *arg) {
    fn(arg);
    return NULL;
}
void gm_up_not_attached(const char *who) {
    fprintf(stderr, "%s: not attached\n", who);
    abort();
}
void gm_up_last_words(const char *msg, enum gm_dump_scope scope) {
    (void)scope;
    fprintf(stderr, "fatal error: %s\n", msg);
    exit(2);
}
void gm_schedtrace_begin(void) {}
uint32_t gm_tracing; /* never */
void gm_up_trace(enum gm_trace_what what, gm_g *g, uint64_t a, uint64_t b) {
    (void)what, (void)g, (void)a, (void)b;
}

/* Called by main: everything below its frame is the stack. */
#define WORLD_DOUBLE_START()                                                                       \
    do {                                                                                           \
        stack_top = (const char *)__builtin_frame_address(0) + 256;                                \
        if (!gm_heap_init() || !gm_mcache_init(&test_cache)) exit(1);                              \
        gm_gc_init();                                                                              \
        gm_setp((gm_p *)&test_cache);                                                              \
    } while (0)

#endif
