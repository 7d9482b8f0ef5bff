/* pacertrace.c - lines of GODEBUG=gcpacertrace=1 and scavtrace=1, in Go's form.
 *
 * What the pacer foresaw is read when a cycle begins and set beside what came of it when that has ended. That all is swept is
 * told by whoever finds nothing more to sweep. Golem's workers are held to their share by time: the line says 0 dedicated ones.
 */
#include <stdio.h>
#include <stdlib.h>

#include <golem.h>

#include "gc/cycle.h"
#include "gc/pacer.h"
#include "gc/sweep.h"
#include "heap/span.h"
#include "observe/trace.h"
#include "os/godebug.h"
#include "os/os.h"

/* Under the cycle's lock, but for what sweeping reads. */
static struct {
    gm_pacer_figures foreseen;
    uint64_t scavenged, for_growth; /* already told */
} seen;

/* The shortest that reads back as v. */
static const char *shortest(char *buf, size_t n, double v) {
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(buf, n, "%.*g", digits, v);
        if (strtod(buf, NULL) == v) break;
    }
    return buf;
}

static void foresee(void) {
    gm_pacer_look(&seen.foreseen);
    int64_t live = __atomic_load_n(&gm_live_bytes, __ATOMIC_RELAXED);
    double work = seen.foreseen.scanned > 0 ? seen.foreseen.scanned * (double)live : (double)live;
    double room = (double)(gm_goal_bytes - live);
    char ratio[32];
    gm_os_printf("pacer: assist ratio=%s (scan %llu MB in %lld->%lld MB) workers=0+0.25\n",
                 shortest(ratio, sizeof ratio, work / (room < 1000 ? 1000 : room)),
                 (unsigned long long)work >> 20, (long long)live >> 20,
                 (long long)gm_goal_bytes >> 20);
}

static void look_back(const gm_cycle_record *t) {
    gm_pacer_figures now;
    gm_pacer_look(&now);
    int64_t marking = (t->t_term - t->t_mark) * t->procs;
    double used =
        marking > 0 ? (double)(t->worker_ns + t->assist_ns + t->idle_ns) / (double)marking : 0;
    uint64_t others = now.stack_bytes + now.root_bytes;
    char ratio[32];
    gm_os_printf(
        "pacer: %d%% CPU (25 exp.) for %llu+%llu+%llu B work (%llu B exp.) in %lld B -> %lld "
        "B (∆goal %lld, cons/mark %s)\n",
        (int)(used * 100),
        (unsigned long long)(now.scan_work > others ? now.scan_work - others : 0),
        (unsigned long long)now.stack_bytes, (unsigned long long)now.root_bytes,
        (unsigned long long)(seen.foreseen.scanned * (double)t->heap_before),
        (long long)t->heap_before, (long long)t->heap_at_mark_end,
        (long long)(t->heap_at_mark_end - t->goal),
        shortest(ratio, sizeof ratio, seen.foreseen.cons_mark));
}

static void on_cycle(enum gm_cycle_event event, void *arg) {
    (void)arg;
    if (event == GM_CYCLE_BEGINS)
        foresee();
    else
        look_back(gm_cycle_ending());
}

/* What was given back since the last line. A forced release is all of it at once. */
static void print_released(bool forced) {
    gm_heap_numbers n;
    gm_heap_numbers_read(&n);
    uint64_t some =
        n.scavenged - __atomic_exchange_n(&seen.scavenged, n.scavenged, __ATOMIC_RELAXED);
    uint64_t eager = n.released_for_growth -
                     __atomic_exchange_n(&seen.for_growth, n.released_for_growth, __ATOMIC_RELAXED);
    uint64_t backed = n.reserved_in_use - n.released;
    uint64_t used = n.heap_inuse + n.stack_inuse;
    gm_os_printf("scav %llu KiB work (bg), %llu KiB work (eager), %llu KiB now, %llu%% util%s\n",
                 (unsigned long long)(forced ? 0 : some) >> 10,
                 (unsigned long long)(forced ? eager + some : eager) >> 10,
                 (unsigned long long)n.released >> 10,
                 (unsigned long long)(backed ? used * 100 / backed : 0), forced ? " (forced)" : "");
}

static void all_is_swept(uint64_t pages) {
    if (gm_debug.gcpacertrace > 0) {
        int64_t live = __atomic_load_n(&gm_live_bytes, __ATOMIC_RELAXED);
        int64_t basis = gm_cycle_ending()->heap_marked;
        int64_t room = __atomic_load_n(&gm_trigger_bytes, __ATOMIC_RELAXED) - basis;
        char rate[32];
        gm_os_printf("pacer: sweep done at heap size %lldMB; allocated %lldMB during sweep; swept "
                     "%llu pages at %s pages/byte\n",
                     (long long)live >> 20, (long long)(live > basis ? live - basis : 0) >> 20,
                     (unsigned long long)pages,
                     shortest(rate, sizeof rate, room > 0 ? (double)pages / (double)room : 0));
    }
    if (gm_debug.scavtrace > 0) print_released(false);
}

void gm_scavtrace_forced(void) {
    if (gm_debug.scavtrace > 0) print_released(true);
}

void gm_pacertrace_begin(void) {
    static bool begun;
    if (gm_debug.gcpacertrace <= 0 && gm_debug.scavtrace <= 0) return;
    if (__atomic_exchange_n(&begun, true, __ATOMIC_RELAXED)) return;
    if (gm_debug.gcpacertrace > 0) gm_on_cycle(on_cycle, NULL);
    gm_on_swept(all_is_swept);
}
