/* godebug.c - the one reader of GODEBUG. See godebug.h. */
#include "os/godebug.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

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
};

static void set(gm_godebug *v, const char *name, size_t len, const char *value) {
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (strlen(settings[i].name) == len && memcmp(settings[i].name, name, len) == 0)
            *(int64_t *)((char *)v + settings[i].field) = strtoll(value, NULL, 0);
}

void gm_godebug_parse(gm_godebug *v, const char *text) {
    while (text && *text) {
        size_t n = strcspn(text, ",");
        const char *equals = memchr(text, '=', n);
        if (equals) set(v, text, (size_t)(equals - text), equals + 1);
        text += n;
        if (*text) text++;
    }
}

/* What the build of a Go program says: defaults by its go line and its //go:debug lines. */
extern const char gm_godebug_defaults[] __attribute__((weak));

static void read_environment(void) {
    if (gm_godebug_defaults) gm_godebug_parse(&gm_debug, gm_godebug_defaults);
    gm_godebug_parse(&gm_debug, getenv("GODEBUG"));
}

void gm_godebug_init(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, read_environment);
}
