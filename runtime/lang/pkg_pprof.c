/* pkg_pprof.c - what packages runtime/pprof, runtime/trace and runtime/metrics ask of the runtime.
 *
 * Labels are kept for each goroutine. No profile is taken yet, and no trace, so there is nothing to
 * read; lib/runtime/prof.go says so to whoever asks for one.
 */
#include "lang/lang.h"
#include "sched/sched.h"

typedef struct profile_data {
    gm_slice data, tags;
    bool eof;
} profile_data;

profile_data runtime$0pprof$readProfile(void) {
    return (profile_data){{NULL, 0, 0}, {NULL, 0, 0}, true};
}

/* Blocking is measured in nanoseconds. */
int64_t runtime$0pprof$runtime_cyclesPerSecond(void) {
    return 1000000000;
}

/* Callers gives inlined functions as frames of their own. */
gm_slice runtime$0pprof$runtime_expandFinalInlineFrame(gm_slice stack) {
    return stack;
}

void *runtime$0pprof$runtime_getProfLabel(void) {
    return gm_getg()->labels;
}
void runtime$0pprof$runtime_setProfLabel(void *labels) {
    gm_getg()->labels = labels;
}

typedef struct profile_count {
    gm_int n;
    bool ok;
} profile_count;

profile_count runtime$0pprof$runtime_goroutineProfileWithLabels(gm_slice records, gm_slice labels) {
    (void)labels;
    gm_int n = gm_num_goroutine();
    if (records.len >= n)
        gm_panic_plain_error(GM_STR("runtime: goroutine profiling is not supported yet"));
    return (profile_count){n, false};
}

/* --- runtime/trace: annotations of a trace that is not being taken --- */

void runtime$0trace$userTaskCreate(uint64_t id, uint64_t parent, gm_string kind) {
    (void)id, (void)parent, (void)kind;
}
void runtime$0trace$userTaskEnd(uint64_t id) {
    (void)id;
}
void runtime$0trace$userRegion(uint64_t id, uint64_t mode, gm_string kind) {
    (void)id, (void)mode, (void)kind;
}
void runtime$0trace$userLog(uint64_t id, gm_string category, gm_string message) {
    (void)id, (void)category, (void)message;
}

void runtime$0metrics$runtime_readMetrics(void *samples, gm_int len, gm_int cap) {
    (void)samples, (void)len, (void)cap;
    gm_panic_plain_error(GM_STR("runtime/metrics: reading metrics is not supported yet"));
}
