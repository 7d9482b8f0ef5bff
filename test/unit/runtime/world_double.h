/* world_double.h - the calls up from the collector, answered for a test of one thread, so that heap
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
#include "upcall.h"

__thread gm_tls gm_tls_block __attribute__((tls_model("initial-exec")));
static const char *stack_top;
static gm_mcache test_cache;

void gm_up_world_stop(const char *why) {
    (void)why;
}
void gm_up_world_start(void) {}
const uint32_t *gm_up_stop_flag(void) {
    static uint32_t never;
    return &never;
}
bool gm_up_ask_to_end(void) {
    return false;
}
bool gm_up_end_is_near(void) {
    return false;
}
bool gm_up_yield_to_stop(int64_t ns) {
    (void)ns;
    return false;
}
__attribute__((noinline)) uint32_t gm_up_stacks_begin(gm_range_fn *fn, void *arg) {
    __builtin_unwind_init();
    fn(arg, (const void *)gm_get_sp(), stack_top);
    return 0;
}
void gm_up_stacks_job(uint32_t job, gm_range_fn *fn, void *arg) {
    (void)job, (void)fn, (void)arg;
}
uint32_t gm_up_stacks_left(void) {
    return 0;
}
void gm_up_stacks_rest(gm_range_fn *fn, void *arg) {
    (void)fn, (void)arg;
}
void gm_up_stacks_check(void) {}
void gm_up_gc_done(void) {}
bool gm_up_stacks_trim(void) {
    return false;
}
void gm_systemstack(void (*fn)(void *), void *arg) {
    fn(arg);
}
int gm_up_procs(void) {
    return 1;
}
int gm_up_idle_procs(void) {
    return 0;
}
void gm_up_away(void (*fn)(void *), void *arg) {
    fn(arg);
}
void gm_up_block_enter(void) {}
void gm_up_block_leave(void) {}
bool gm_sched_init(void) {
    return true;
}
void gm_detach_thread(void) {}
void gm_up_stacks_give_all(void) {}
void gm_up_safepoint(void) {}
bool gm_up_pinned(void) {
    return false;
}
void gm_up_run_finalizer_batch(void (*fn)(void *), void *arg) {
    fn(arg);
}
void gm_up_call_go_finalizer(const void *f, const gm_type *a, const gm_type *o, void *obj) {
    (void)f, (void)a, (void)o, (void)obj;
}
void gm_up_not_attached(const char *who) {
    fprintf(stderr, "%s: not attached\n", who);
    abort();
}
void gm_up_bad_size(const char *who, intptr_t n, size_t each) {
    (void)who, (void)n, (void)each;
    gm_up_fatal("makeslice: len out of range");
}
void gm_up_fatal(const char *msg) {
    fprintf(stderr, "fatal error: %s\n", msg);
    exit(2);
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
