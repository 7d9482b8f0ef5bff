/* pkg_time.c - what package time asks of the runtime. */
#include "lang/lang.h"
#include "sched/sched.h"

void time$Sleep(int64_t ns) {
    gm_sleep(ns);
}

struct now {
    int64_t sec;
    int32_t nsec;
    int64_t mono;
};

struct now time$now(void) {
    int64_t wall = gm_walltime();
    return (struct now){wall / 1000000000, (int32_t)(wall % 1000000000), gm_nanotime()};
}

int64_t runtime$nanotime(void) {
    return gm_nanotime();
}

/* gm_timer has the layout of time.runtimeTimer. */

static void run(const gm_timer *t) {
    const gm_func *f = t->f;
    void (*code)(gm_eface, uintptr_t, const gm_func *) = (void *)f->code;
    code((gm_eface){t->arg_type, t->arg}, t->seq, f);
}

static void set(gm_timer *t, int64_t when, int64_t period) {
    t->run = run;
    gm_timer_set(t, when, period);
}

static bool reset(gm_timer *t, int64_t when, int64_t period) {
    bool was_set = gm_timer_stop(t);
    set(t, when, period);
    return was_set;
}

void time$startTimer(gm_timer *t) {
    set(t, t->when, t->period);
}

bool time$stopTimer(gm_timer *t) {
    return gm_timer_stop(t);
}

bool time$resetTimer(gm_timer *t, int64_t when) {
    return reset(t, when, t->period);
}

void time$modTimer(gm_timer *t, int64_t when, int64_t period, const gm_func *f, gm_eface arg,
                   uintptr_t seq) {
    gm_timer_stop(t);
    if (GM_UNLIKELY(gm_wb_enabled)) {
        gm_wb_slot(&t->f, f);
        gm_wb_slot(&t->arg, arg.data);
    }
    t->f = (void *)f;
    t->arg_type = (void *)arg.type;
    t->arg = arg.data;
    t->seq = seq;
    set(t, when, period);
}
