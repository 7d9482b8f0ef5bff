/* pkg_time.c - what package time asks of the runtime. */
#include "chan/timed.h"
#include "lang/lang.h"
#include "sched/bubble.h"
#include "sched/sched.h"

void time$Sleep(int64_t ns) {
    gm_sleep(ns);
}

typedef struct now {
    int64_t sec;
    int32_t nsec;
    int64_t mono;
} now;

/* In a bubble time has no monotonic part: what is in it, and what is not, would be compared. */
now time$now(void) {
    if (gm_bubble_current()) {
        int64_t t = gm_bubble_now();
        return (now){t / 1000000000, (int32_t)(t % 1000000000), 0};
    }
    int64_t wall = gm_walltime();
    return (now){wall / 1000000000, (int32_t)(wall % 1000000000), gm_nanotime()};
}

now time$runtimeNow(void) {
    return time$now();
}

int64_t runtime$nanotime(void) {
    return gm_nanotime();
}
int64_t time$runtimeNano(void) {
    return gm_bubble_current() ? gm_bubble_now() : gm_nanotime();
}
bool time$runtimeIsBubbled(void) {
    return gm_bubble_current() != NULL;
}

/* --- timers --- */

/* What runs a timer's Go function, which takes how long ago it was due. */
static void call(const gm_func *f, void *arg_type, void *arg, int64_t late) {
    void (*code)(gm_eface, uintptr_t, int64_t, const gm_func *) = (void *)f->code;
    code((gm_eface){arg_type, arg}, 0, late, f);
}

static void run(const gm_timer *t) {
    call(t->f, t->arg_type, t->arg, (t->bubble ? t->bubble->now : gm_nanotime()) - t->when);
}

static void send_time(const gm_timed *t, int64_t late) {
    call(t->f, t->c_type, t->c, late);
}

/* Sets a timer that runs a function. One of a bubble that is due already runs before its goroutines are blocked. */
static void set_function(gm_timer *t, int64_t when, int64_t period) {
    gm_timer_set(t, when, period);
    if (t->bubble && when <= gm_bubble_now()) gm_bubble_timers_run();
}

static void check_bubble(const gm_timed *t, const char *what) {
    if (t->t.bubble && t->t.bubble != gm_bubble_current()) gm_throw_user_text(gm_cstr(what));
}

/* Those with a channel are timed.c's; the others run a function. */
gm_timed *time$newTimer(int64_t when, int64_t period, const gm_func *f, gm_eface arg, void *c) {
    gm_timed *t = gm_timed_new(c, arg.type, when, period, send_time);
    if (c) {
        gm_store_ptr(&t->f, (void *)f);
        return t;
    }
    t->t.run = run;
    gm_store_ptr(&t->t.f, (void *)f);
    gm_store_ptr(&t->t.arg, arg.data);
    t->t.arg_type = (void *)arg.type;
    set_function(&t->t, when, period);
    return t;
}

bool time$stopTimer(gm_timed *t) {
    check_bubble(t, "stop of synctest timer from outside bubble");
    return t->c ? gm_timed_stop(t) : gm_timer_stop(&t->t);
}

bool time$resetTimer(gm_timed *t, int64_t when, int64_t period) {
    check_bubble(t, "reset of synctest timer from outside bubble");
    if (t->c) return gm_timed_reset(t, when, period);
    bool was_set = gm_timer_stop(&t->t);
    set_function(&t->t, when, period);
    return was_set;
}
