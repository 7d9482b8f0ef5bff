/* tool.c - golem tool pprof, trace, cover: the library's own programs for profiles, traces and coverage.
 *
 * They are compiled from the library's cmd/ at first use and kept in the cache, under a key that covers this command,
 * the runtime and the library; each call after that becomes the program at once.
 */
#define _GNU_SOURCE
#include "golem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const programs[] = {"cover", "pprof", "trace", NULL};

bool is_library_tool(const char *name) {
    for (int i = 0; programs[i]; i++)
        if (strcmp(name, programs[i]) == 0) return true;
    return false;
}

/* Where the program is kept; NULL: nowhere. */
static const char *place_of(const Toolchain *t, const char *name) {
    const char *dir = cache_dir();
    if (!dir) return NULL;
    const char *version = xprintf("%s/VERSION", t->goroot ? t->goroot : "");
    const char *text = xprintf("tool\n%s\n%s\n%s\n%s\n%s", file_stamp("/proc/self/exe"),
                               file_stamp(t->archive), t->lib, version, file_stamp(version));
    return xprintf("%s/%s.%s", dir, cache_key(NULL, (Str){text, strlen(text)}), name);
}

static bool become(const char *program, const char *name, int argc, char **argv) {
    int fd = open(program, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    work_dir_remove();
    char **args = alloc(sizeof *args * (size_t)(argc + 2));
    args[0] = (char *)name;
    for (int i = 0; i < argc; i++) args[i + 1] = argv[i];
    fexecve(fd, args, environ);
    close(fd);
    return false;
}

int library_tool(const char *name, int argc, char **argv) {
    Toolchain tools = {0};
    toolchain_find(&tools);
    const char *kept = place_of(&tools, name);
    if (kept && cache_holds(kept)) become(kept, name, argc, argv);
    BuildOptions opt = {.strip = true, .no_debug = true};
    char *program = xprintf("%s/%s", work_dir(), name);
    push(&opt.patterns, xprintf("cmd/%s", name));
    PkgNode *main;
    int status = build_to_run(&opt, program, &main);
    if (status) return status;
    if (kept) cache_keep(kept, program);
    become(program, name, argc, argv);
    fatalf("cannot run %s: %s", name, strerror(errno));
}
