/* trace.c - the line of GODEBUG=gctrace=1, in Go's format; and of gctrace=2, the parts of the stops. */
#include <stdio.h>
#include <string.h>

#include <golem.h>

#include "gc/cycle.h"
#include "observe/trace.h"
#include "os/godebug.h"
#include "upcall.h"

const char *gm_trace_ms(char *buf, size_t n, int64_t ns) {
    if (ns >= 10000000) {
        snprintf(buf, n, "%lld", (long long)(ns / 1000000));
        return buf;
    }
    int64_t us = ns / 1000; /* at most 9999 */
    if (us == 0) return "0";
    int digits = 3;
    while (us >= 100) {
        us /= 10;
        digits--;
    }
    int64_t unit = 1;
    for (int i = 0; i < digits; i++) unit *= 10;
    if (digits == 0)
        snprintf(buf, n, "%lld", (long long)us);
    else
        snprintf(buf, n, "%lld.%0*lld", (long long)(us / unit), digits, (long long)(us % unit));
    return buf;
}

static void print_cycle(const gm_cycle_record *t) {
    char b[8][24];
    int64_t since = t->t_start - gm_cycles.started_at;
    int64_t elapsed = t->t_end - gm_cycles.started_at;
    int percent =
        elapsed > 0 ? (int)(100 * gm_cycles.gc_cpu_ns / (elapsed * (t->procs ? t->procs : 1))) : 0;
    int64_t procs = t->procs;
    const size_t n = sizeof b[0];
    gm_os_printf(
        "gc %u @%lld.%03llds %d%%: %s+%s+%s ms clock, %s+%s/%s/%s+%s ms cpu, "
        "%lld->%lld->%lld MB, %lld MB goal, %llu MB stacks, %llu MB globals, %d P%s\n",
        gm_cycles.num_gc, (long long)(since / 1000000000), (long long)(since / 1000000 % 1000),
        percent, gm_trace_ms(b[0], n, t->t_mark - t->t_start),
        gm_trace_ms(b[1], n, t->t_term - t->t_mark), gm_trace_ms(b[2], n, t->t_end - t->t_term),
        gm_trace_ms(b[3], n, (t->t_mark - t->t_start) * procs), gm_trace_ms(b[4], n, t->assist_ns),
        gm_trace_ms(b[5], n, t->worker_ns), gm_trace_ms(b[6], n, t->idle_ns),
        gm_trace_ms(b[7], n, (t->t_end - t->t_term) * procs), (long long)(t->heap_before >> 20),
        (long long)(t->heap_at_mark_end >> 20), (long long)(t->heap_marked >> 20),
        (long long)(t->goal >> 20), (unsigned long long)(t->stack_bytes >> 20),
        (unsigned long long)(t->root_bytes >> 20), t->procs, t->forced ? " (forced)" : "");
}

static double us(int64_t ns) {
    return (double)ns / 1e3;
}

static void print_stops(const gm_cycle_record *t) {
    gm_os_printf("gc %u stops: %.1f us = %.1f waiting + %.1f caches + %.1f roots; "
                 "%.1f us = %.1f waiting + %.1f marking + %.1f caches and accounts, %d tries; "
                 "%lld bytes scanned\n",
                 gm_cycles.num_gc, us(t->stop1_ns), us(t->wait1_ns), us(t->caches_ns),
                 us(t->roots_ns), us(t->stop2_ns), us(t->wait2_ns), us(t->finish_ns),
                 us(t->live_ns), t->tries, (long long)t->stop_work);
}

static void tell(enum gm_cycle_event event, void *arg) {
    (void)arg;
    if (event != GM_CYCLE_ENDS) return;
    print_cycle(gm_cycle_ending());
    if (gm_debug.gctrace > 1) print_stops(gm_cycle_ending());
}

void gm_trace_begin(void) {
    static bool begun;
    if (gm_debug.gctrace && !__atomic_exchange_n(&begun, true, __ATOMIC_RELAXED))
        gm_on_cycle(tell, NULL);
}
