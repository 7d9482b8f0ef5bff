/* debug.c - GODEBUG, read once: name=value pairs between commas; the last one of a name counts. */
#include <stdlib.h>
#include <string.h>

#include "gc/gc.h"
#include "gc/internal.h"

gm_debug_vars gm_debug = {.madvdontneed = 1};

int64_t gm_debug_get(const char *name, int64_t dflt) {
    const char *s = getenv("GODEBUG");
    size_t len = strlen(name);
    int64_t value = dflt;
    while (s && *s) {
        const char *comma = strchr(s, ',');
        if (strncmp(s, name, len) == 0 && s[len] == '=') value = strtoll(s + len + 1, NULL, 10);
        s = comma ? comma + 1 : NULL;
    }
    return value;
}

void gm_debug_init(void) {
    gm_debug.gctrace = (int)gm_debug_get("gctrace", 0);
    gm_debug.gcstoptheworld = (int)gm_debug_get("gcstoptheworld", 0);
    gm_debug.gccheckmark = (int)gm_debug_get("gccheckmark", 0);
    gm_debug.clobberfree = (int)gm_debug_get("clobberfree", 0);
    gm_debug.madvdontneed = (int)gm_debug_get("madvdontneed", 1);
    gm_debug.gcstress = gm_debug_get("gcstress", 0);
}
