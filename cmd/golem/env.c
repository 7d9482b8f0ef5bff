/* env.c - golem env and golem version. */
#define _GNU_SOURCE /* memmem */
#include "golem.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

static const char *or_empty(const char *s) {
    return s ? s : "";
}

static const char *env_or(const char *name, const char *otherwise) {
    const char *v = getenv(name);
    return v && *v ? v : otherwise;
}

typedef struct Variable {
    const char *name, *value;
} Variable;
typedef VEC(Variable) Variables;

static Variables variables(void) {
    Toolchain t;
    toolchain_find(&t);
    char dir[PATH_MAX];
    ModOptions mo = {getcwd(dir, sizeof dir) ? dir : ".", NULL, NULL};
    bool off = strcmp(env_or("GO111MODULE", ""), "off") == 0;
    const Modules *ms = off ? NULL : modules_load(&mo);
    const char *home = env_or("HOME", ""), *gopath = env_or("GOPATH", xprintf("%s/go", home));
    const char *gomod = off ? "" : "/dev/null", *gowork = "";
    if (ms && ms->work) gowork = ms->work->file;
    if (ms && ms->main.n) gomod = xprintf("%s/go.mod", ms->main.v[0]->dir);
    Variables v = {0};
    push(&v, ((Variable){"CC", or_empty(t.cc)}));
    push(&v, ((Variable){"CGO_ENABLED", "0"}));
    push(&v, ((Variable){"GO111MODULE", env_or("GO111MODULE", "")}));
    push(&v, ((Variable){"GOARCH", "amd64"}));
    push(&v, ((Variable){"GOBIN", env_or("GOBIN", "")}));
    push(&v, ((Variable){"GOFLAGS", env_or("GOFLAGS", "")}));
    push(&v, ((Variable){"GOLEMARCHIVE", t.archive}));
    push(&v, ((Variable){"GOLEMCACHE", cache_dir() ? cache_dir() : "off"}));
    push(&v, ((Variable){"GOLEMCFLAGS", env_or("GOLEMCFLAGS", "")}));
    push(&v, ((Variable){"GOLEMINCLUDE", t.include}));
    push(&v, ((Variable){"GOLEMLIB", t.lib}));
    push(&v, ((Variable){"GOLEMVERSION", GOLEM_VERSION}));
    push(&v, ((Variable){"GOMOD", gomod}));
    push(&v, ((Variable){"GOMODCACHE",
                         ms ? ms->cache : env_or("GOMODCACHE", xprintf("%s/pkg/mod", gopath))}));
    push(&v, ((Variable){"GOOS", "linux"}));
    push(&v, ((Variable){"GOPATH", gopath}));
    push(&v, ((Variable){"GOROOT", or_empty(t.goroot)}));
    push(&v,
         ((Variable){"GOVERSION", xprintf("go1.%d", t.go_release ? t.go_release : GO_RELEASE)}));
    push(&v, ((Variable){"GOWORK", gowork}));
    return v;
}

int cmd_env(int argc, char **argv) {
    Variables v = variables();
    for (int i = 0; argc == 2 && i < v.n; i++) printf("%s='%s'\n", v.v[i].name, v.v[i].value);
    for (int a = 2; a < argc; a++) {
        const char *value = env_or(argv[a], "");
        for (int i = 0; i < v.n; i++)
            if (strcmp(argv[a], v.v[i].name) == 0) value = v.v[i].value;
        puts(value);
    }
    return 0;
}

/* The strings behind the mark that the linker of Go (and Golem) leaves in a program; false: it is no Go program. */
static bool stored_info(const char *file, char **version, char **lines) {
    Str text;
    if (!read_file(file, &text)) return false;
    const char *at = memmem(text.p, text.n, "\xff Go buildinf:\x08\x02", 16),
               *end = text.p + text.n;
    if (!at || end - at < 32) return false;
    char **out[] = {version, lines};
    const uint8_t *p = (const uint8_t *)at + 32;
    for (int i = 0; i < 2; i++) {
        size_t n = 0;
        for (int shift = 0; shift < 35 && (const char *)p < end; shift += 7) {
            n |= (size_t)(*p & 127) << shift;
            if (*p++ < 128) break;
        }
        if (n > (size_t)(end - (const char *)p)) return false;
        *out[i] = xprintf("%.*s", (int)n, (const char *)p);
        p += n;
    }
    size_t n = strlen(*lines);
    *lines = n >= 33 ? xprintf("%.*s", (int)n - 32, *lines + 16) : "";
    return true;
}

static int version_of(const char *file, bool modules) {
    char *version, *lines;
    if (!stored_info(file, &version, &lines)) {
        fprintf(stderr, "%s: not a Go executable\n", file);
        return 1;
    }
    printf("%s: %s\n", file, version);
    for (char *l = strtok(lines, "\n"); modules && l; l = strtok(NULL, "\n")) printf("\t%s\n", l);
    return 0;
}

int cmd_version(int argc, char **argv) {
    bool m = false, v = false;
    const Flag own[] = {{"m", FLAG_BOOL, .target = &m}, {"v", FLAG_BOOL, .target = &v}, {0}};
    const Flag *tables[] = {own, NULL};
    int i = parse_flags(argc, argv, 2, tables, NULL), status = 0;
    if (i < 0) return 2;
    if (m && i == argc) return misuse("flag -%s can only be used with arguments", "m");
    if (i < argc) {
        for (; i < argc; i++) status |= version_of(argv[i], m);
        return status;
    }
    printf("golem version %s go1.%d linux/amd64\n", GOLEM_VERSION, GO_RELEASE);
    return 0;
}
