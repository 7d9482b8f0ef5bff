/* testcover.c - golem test -cover: which packages are covered, and where the profile comes from.
 *
 * Without -coverpkg each test covers the package that it tests, in a variant of that package; with it, the packages that the
 * patterns match are covered wherever a test sees them. A test program writes its own profile when it ends (package
 * internal/coverage/cfile); the profiles are put together here. Of a package that has no tests all counters are 0. (Go's command
 * shows so, with -coverpkg, also what matches but is no part of a test program; here that is left out.)
 */
#define _GNU_SOURCE /* memmem */
#include "golem.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct Covering {
    CoverMode mode;
    const char *profile;  /* where it goes, or NULL */
    const char *patterns; /* -coverpkg */
    NameVec words;        /* those of -coverpkg */
    PkgNodes nodes;       /* what they match */
    FILE *out;            /* of the profile */
} Covering;

static Covering cov;

static const char *mode_name(void) {
    static const char *const names[] = {"", "set", "count", "atomic"};
    return names[cov.mode];
}

/* --- flags --- */

static bool on(void) {
    if (!cov.mode) cov.mode = COVER_SET;
    return true;
}

static bool cover_mode(void *ctx, const char *name, const char *value) {
    (void)ctx, (void)name;
    for (cov.mode = COVER_ATOMIC; cov.mode; cov.mode--)
        if (strcmp(value, mode_name()) == 0) return true;
    fprintf(stderr,
            "golem: invalid value \"%s\" for flag -covermode: valid modes are \"set\", \"count\", "
            "or \"atomic\"\n",
            value);
    return false;
}

static bool cover(void *ctx, const char *name, const char *value) {
    (void)ctx, (void)name;
    if (!value || (strcmp(value, "false") && strcmp(value, "0"))) return on();
    cov.mode = COVER_NONE;
    return true;
}

static bool cover_profile(void *ctx, const char *name, const char *value) {
    (void)ctx, (void)name;
    cov.profile = value;
    return on();
}

static bool cover_packages(void *ctx, const char *name, const char *value) {
    (void)ctx, (void)name;
    cov.patterns = value;
    return on();
}

const Flag cover_flags[] = {
    {"cover", FLAG_CALL, .call = cover},
    {"covermode", FLAG_CALL, .takes_value = true, .call = cover_mode},
    {"coverprofile", FLAG_CALL, .takes_value = true, .call = cover_profile},
    {"coverpkg", FLAG_CALL, .takes_value = true, .call = cover_packages},
    {0},
};

bool cover_wanted(void) {
    return cov.mode != COVER_NONE;
}

/* --- what is covered --- */

/* A pattern that names folders, as one of whole paths. */
static const char *whole_pattern(const char *cwd, const char *pattern) {
    const char *dots = strstr(pattern, "...");
    size_t n = dots ? (size_t)(dots - pattern) : strlen(pattern);
    while (n > 1 && pattern[n - 1] == '/') n--;
    char *dir = xprintf("%.*s", (int)n, pattern);
    char *real = realpath(*dir == '/' ? dir : xprintf("%s/%s", cwd, dir), NULL);
    const char *whole =
        dots ? xprintf("%s/%s", real ? real : dir, dots) : xstrdup(real ? real : dir);
    free(real);
    return whole;
}

static bool matches_node(const BuildContext *bc, const char *pattern, const PkgNode *n) {
    if (strcmp(pattern, "all") == 0) return true;
    if (strcmp(pattern, "std") == 0) return n->standard;
    if (*pattern == '.' || *pattern == '/')
        return pattern_matches(whole_pattern(bc->cwd, pattern), n->dir);
    return pattern_matches(pattern, n->path);
}

/* What stands next to the runtime is Golem's own; where Go counts by sync/atomic, that is left out. */
static bool may_be_covered(const BuildContext *bc, const PkgNode *n) {
    if (!n->folder.go.n || (bc->lib && path_below(n->dir, bc->lib))) return false;
    return cov.mode != COVER_ATOMIC ||
           (strcmp(n->path, "sync/atomic") != 0 && strcmp(n->path, "internal/runtime/atomic") != 0);
}

static void choose(Build *b) {
    const BuildContext *bc = &b->ctx;
    for (char *w = strtok(xstrdup(cov.patterns), ","); w; w = strtok(NULL, ","))
        push(&cov.words, (const char *)w);
    VEC(bool) met = {0};
    for (int i = 0; i < cov.words.n; i++) push(&met, false);
    for (int k = 0; k < b->graph.nodes.n; k++) {
        PkgNode *n = b->graph.nodes.vals[k];
        bool any = false;
        for (int i = 0; i < cov.words.n; i++)
            if (matches_node(bc, cov.words.v[i], n)) any = met.v[i] = true;
        if (!any || !may_be_covered(bc, n)) continue;
        n->cover = cov.mode;
        push(&cov.nodes, n);
    }
    for (int i = 0; i < cov.words.n; i++)
        if (!met.v[i])
            fprintf(stderr, "warning: no packages being tested depend on matches for pattern %s\n",
                    cov.words.v[i]);
}

bool cover_begin(Build *b, bool compile_only) {
    if (!cov.mode) return true;
    if (cov.patterns) choose(b);
    if (!cov.profile || compile_only) return true;
    if (*cov.profile != '/') cov.profile = xprintf("%s/%s", b->ctx.cwd, cov.profile);
    cov.out = fopen(cov.profile, "w");
    if (cov.out) {
        fprintf(cov.out, "mode: %s\n", mode_name());
        return true;
    }
    fprintf(stderr, "golem: open %s: %s\n", cov.profile, strerror(errno));
    return false;
}

CoverMode cover_tested(const BuildContext *bc, const PkgNode *n) {
    return cov.patterns || !may_be_covered(bc, n) ? COVER_NONE : cov.mode;
}

/* --- the test program --- */

void cover_test_main(Buf *imports, Buf *init, const char *path) {
    if (!cov.mode) return;
    buf_puts(imports, "\t\"internal/coverage/cfile\"\n");
    buf_printf(init, "\ttestdeps.CoverMode = \"%s\"\n", mode_name());
    buf_puts(init, "\ttestdeps.Covered = \"");
    for (int i = 0; i < cov.words.n; i++)
        buf_printf(init, "%s%s", i ? ", " : " in ", cov.words.v[i]);
    buf_puts(init, "\"\n\ttestdeps.CoverSelectedPackages = []string{");
    if (!cov.patterns) buf_printf(init, "\"%s\"", path);
    for (int i = 0; i < cov.nodes.n; i++) buf_printf(init, "\"%s\", ", cov.nodes.v[i]->path);
    buf_puts(init, "}\n\ttestdeps.CoverSnapshotFunc = cfile.Snapshot\n"
                   "\ttestdeps.CoverProcessTestDirFunc = cfile.ProcessCoverTestDir\n"
                   "\ttestdeps.CoverMarkProfileEmittedFunc = cfile.MarkProfileEmitted\n"
                   "\tcfile.InitHook(true)\n");
}

void cover_arguments(ArgList *argv, const char *program) {
    if (!cov.mode) return;
    const char *dir = xprintf("%s.cover", program);
    make_dirs(dir);
    setenv("GOCOVERDIR", dir, 1);
    push(argv, xprintf("-test.gocoverdir=%s", dir));
    if (cov.profile) push(argv, xprintf("-test.coverprofile=%s.profile", program));
}

char *cover_closing(Str output) {
    static const char mark[] = "coverage: ";
    const char *at = cov.mode && output.n ? memmem(output.p, output.n, mark, strlen(mark)) : NULL;
    const char *nl = at ? memchr(at, '\n', output.n - (size_t)(at - output.p)) : NULL;
    return nl ? xprintf("\t%.*s", (int)(nl - at), at) : "";
}

void cover_merge(const char *program) {
    const char *from = xprintf("%s.profile", program);
    Str text;
    if (!cov.out || !read_file(from, &text)) return;
    const char *nl = memchr(text.p, '\n', text.n);
    if (nl) fwrite(nl + 1, 1, text.n - (size_t)(nl + 1 - text.p), cov.out);
    unlink(from);
}

/* --- packages without tests --- */

typedef struct Line {
    const char *file;
    CoverUnit unit;
} Line;

static int by_place(const void *a, const void *b) {
    const Line *x = a, *y = b;
    int c = strcmp(x->file, y->file);
    if (c) return c;
    const uint32_t p[] = {x->unit.line, x->unit.end_line, x->unit.col, x->unit.end_col},
                   q[] = {y->unit.line, y->unit.end_line, y->unit.col, y->unit.end_col};
    for (int i = 0; i < 4; i++)
        if (p[i] != q[i]) return p[i] < q[i] ? -1 : 1;
    return 0;
}

bool cover_has_units(const PkgNode *n) {
    return n->pkg && n->pkg->cover && n->pkg->cover->funcs.n;
}

void cover_untested(const PkgNode *n) {
    const Cover *c = n->pkg->cover;
    VEC(Line) lines = {0};
    for (int i = 0; i < c->funcs.n; i++)
        for (int k = 0; k < c->funcs.v[i]->units.n; k++)
            push(&lines, ((Line){c->funcs.v[i]->file, c->funcs.v[i]->units.v[k]}));
    if (lines.n) qsort(lines.v, (size_t)lines.n, sizeof *lines.v, by_place);
    for (int i = 0; cov.out && i < lines.n; i++) {
        const CoverUnit *u = &lines.v[i].unit;
        fprintf(cov.out, "%s:%u.%u,%u.%u %u 0\n", lines.v[i].file, u->line, u->col, u->end_line,
                u->end_col, u->stmts);
    }
}

void cover_end(void) {
    if (cov.out && fclose(cov.out) != 0)
        fprintf(stderr, "golem: %s: %s\n", cov.profile, strerror(errno));
}
