/* checkgo.c - parses and checks Go packages, and prints every error: the entry through which test/typesdata.py judges
 * the checker by Go's own test data.
 *
 *   checkgo [-m MANIFEST] [-lang=go1.N] [-s] FILE.go…     checks the files as one package
 *   checkgo -m MANIFEST -p PATH…       checks packages of the manifest (all of them: -p all)
 *
 * -s: like the compiler, it stops at syntax errors before it looks at types.
 *
 * A manifest has a line for each package that may be imported: the path, then its files. A package that several files
 * import is checked once; errors in it are printed where they are.
 */
#include "check/package.h"

#include <stdlib.h>

typedef struct Entry {
    char **files;
    int n;
    Package *pkg;
    bool under_way;
} Entry;

static Map manifest; /* interned path -> Entry */
static VEC(const char *) paths;

static bool read_all(const char *path, Str *out) {
    FILE *f = fopen(path, "rb");
    if (!f) return false;
    Buf b = {0};
    char chunk[65536];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;) buf_put(&b, chunk, n);
    fclose(f);
    *out = (Str){b.p ? b.p : "", b.n};
    return true;
}

static void read_manifest(const char *path) {
    Str s;
    if (!read_all(path, &s)) fatalf("cannot read %s", path);
    char *text = alloc(s.n + 1), *save_line, *save_word;
    memcpy(text, s.p, s.n);
    for (char *line = strtok_r(text, "\n", &save_line); line;
         line = strtok_r(NULL, "\n", &save_line)) {
        char *name = strtok_r(line, " ", &save_word);
        if (!name) continue;
        Entry *e = new_(Entry);
        VEC(char *) files = {0};
        for (char *w; (w = strtok_r(NULL, " ", &save_word));) push(&files, w);
        e->files = files.v;
        e->n = files.n;
        map_put(&manifest, intern(name), e);
        push(&paths, intern(name));
    }
}

static Package *import_package(void *ctx, Pos pos, const char *path);
static CheckOptions options = {.importer = import_package, .allow_missing_bodies = true};
static bool stop_at_syntax; /* as the compiler does: no types after a syntax error */

static Package *check_files(const char *path, char **names, int n, bool library) {
    VEC(File *) files = {0};
    for (int i = 0; i < n; i++) {
        Str src;
        if (!read_all(names[i], &src)) fatalf("cannot read %s", names[i]);
        File *f = parse_file(names[i], src.p, src.n);
        f->library = library;
        push(&files, f);
    }
    if (stop_at_syntax && syntax_error_count()) return NULL;
    return check_package(path, files.v, files.n, &options);
}

static Package *load(const char *path) {
    Entry *e = map_get(&manifest, path);
    if (!e || e->under_way) return NULL;
    if (e->pkg) return e->pkg;
    e->under_way = true;
    e->pkg = check_files(path, e->files, e->n, true);
    e->under_way = false;
    return e->pkg;
}

static Package *import_package(void *ctx, Pos pos, const char *path) {
    (void)ctx;
    universe_init();
    if (strcmp(path, "unsafe") == 0) return pkg_unsafe;
    Package *p = load(intern(path));
    if (!p) p = load(intern(xprintf("vendor/%s", path)));
    if (!p) errorf(pos, "could not import %s (not in the manifest)", path);
    return p;
}

int main(int argc, char **argv) {
    int i = 1;
    if (i + 1 < argc && strcmp(argv[i], "-m") == 0) {
        read_manifest(argv[i + 1]);
        i += 2;
    }
    if (i < argc && strncmp(argv[i], "-lang=go1.", 10) == 0)
        options.language = atoi(argv[i++] + 10);
    if (i < argc && strcmp(argv[i], "-s") == 0) {
        stop_at_syntax = true;
        i++;
    }
    bool packages = i < argc && strcmp(argv[i], "-p") == 0;
    if (!packages) {
        check_files("p", argv + i, argc - i, false);
    } else if (i + 1 < argc && strcmp(argv[i + 1], "all") == 0) {
        for (int k = 0; k < paths.n; k++) load(paths.v[k]);
    } else {
        for (i++; i < argc; i++) load(intern(argv[i]));
    }
    int n = error_count();
    diag_flush(stdout, true);
    return n != 0;
}
