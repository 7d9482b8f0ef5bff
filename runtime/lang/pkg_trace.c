/* pkg_trace.c - what package runtime/trace asks of the runtime: execution traces (observe/exectrace.h). */
#include "lang/lang.h"
#include "observe/exectrace.h"
#include "sched/timer.h"

bool runtime$startTrace(void) {
    return gm_exec_trace_start();
}
void runtime$advanceTrace(bool stop) {
    gm_exec_trace_advance(stop);
}
gm_int runtime$readTrace(gm_slice b) {
    return gm_exec_trace_read(b.p, (size_t)b.len);
}
bool runtime$traceIsRead(void) {
    return gm_exec_trace_is_read();
}

/* --- the clock --- */

uint64_t runtime$traceClockNow(void) {
    return (uint64_t)gm_nanotime();
}
uint64_t runtime$0trace$runtime_traceClockUnitsPerSecond(void) {
    return 1000000000;
}

/* --- annotations --- */

static gm_trace_text text(gm_string s) {
    return (gm_trace_text){s.p, (size_t)s.n};
}

void runtime$0trace$userTaskCreate(uint64_t id, uint64_t parent, gm_string kind) {
    gm_trace_task_begin(id, parent, text(kind));
}
void runtime$0trace$userTaskEnd(uint64_t id) {
    gm_trace_task_end(id);
}
void runtime$0trace$userRegion(uint64_t id, uint64_t mode, gm_string kind) {
    gm_trace_region(id, mode != 0, text(kind));
}
void runtime$0trace$userLog(uint64_t id, gm_string category, gm_string message) {
    gm_trace_log(id, text(category), text(message));
}
