/* godebug.c - the one reader of GODEBUG. See godebug.h. */
#include "os/godebug.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "os/os.h"

gm_godebug gm_debug = {.madvdontneed = 1, .gcperiod = 120000, .containermaxprocs = 1};

static const struct {
    const char *name;
    size_t field;
} settings[] = {
#define SETTING(name)                                                                              \
    { #name, offsetof(gm_godebug, name) }
    SETTING(madvdontneed),   SETTING(clobberfree),   SETTING(gctrace),
    SETTING(gcstoptheworld), SETTING(gccheckmark),   SETTING(gcstress),
    SETTING(gcperiod),       SETTING(schedseed),     SETTING(preemptstress),
    SETTING(stackstress),    SETTING(goroutineleak), SETTING(containermaxprocs),
    SETTING(schedtrace),     SETTING(scheddetail),   SETTING(inittrace),
    SETTING(gcpacertrace),   SETTING(scavtrace),     SETTING(tracebackancestors),
    SETTING(heapmap),        SETTING(heapmapsignal), SETTING(heapsnapshotsignal),
};

/* Settings of Go's runtime that would be missed: what they ask for does not exist here. */
static const char *const missing[] = {
    "checkfinalizers",  "traceallocfree", "sbrk",       "efence",          "adaptivestackstart",
    "gcshrinkstackoff", "harddecommit",   "disablethp", "asyncpreemptoff",
};

static bool is(const char *known, const char *name, size_t len) {
    return strlen(known) == len && memcmp(known, name, len) == 0;
}

/* Once for each, at the beginning of the process. */
static void say_missing(gm_godebug *v, const char *name, size_t len, const char *value) {
    (void)v;
    if (strtoll(value, NULL, 0) == 0) return;
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
        if (is(missing[i], name, len))
            gm_os_printf(
                "golem: GODEBUG: %s is a setting of Go's that Golem does not have; it is ignored\n",
                missing[i]);
}

/* What is too long counts as nothing. */
static void set_text(char *to, const char *value) {
    size_t n = strcspn(value, ",");
    if (n >= GM_GODEBUG_TEXT) n = 0;
    memcpy(to, value, n);
    to[n] = 0;
}

static void set(gm_godebug *v, const char *name, size_t len, const char *value) {
    if (is("heapsnapshot", name, len)) set_text(v->heapsnapshot, value);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (is(settings[i].name, name, len))
            *(int64_t *)((char *)v + settings[i].field) = strtoll(value, NULL, 0);
}

typedef void setting_fn(gm_godebug *v, const char *name, size_t len, const char *value);

static void each_setting(gm_godebug *v, const char *text, setting_fn *fn) {
    while (text && *text) {
        size_t n = strcspn(text, ",");
        const char *equals = memchr(text, '=', n);
        if (equals) fn(v, text, (size_t)(equals - text), equals + 1);
        text += n;
        if (*text) text++;
    }
}

void gm_godebug_parse(gm_godebug *v, const char *text) {
    each_setting(v, text, set);
}

/* What the build of a Go program says: defaults by its go line and its //go:debug lines. */
extern const char gm_godebug_defaults[] __attribute__((weak));

static void read_environment(void) {
    if (gm_godebug_defaults) gm_godebug_parse(&gm_debug, gm_godebug_defaults);
    gm_godebug_parse(&gm_debug, getenv("GODEBUG"));
    each_setting(NULL, getenv("GODEBUG"), say_missing);
}

void gm_godebug_init(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, read_environment);
}
