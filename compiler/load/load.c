/* load.c - finds, parses and checks the packages of a program; see load.h.
 *
 * Imports are loaded depth first while the importer is being checked, so Program.pkgs comes out in
 * order of initialisation. A package under way that is asked for again is an import cycle.
 */
#include "load/load.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Loader {
    const LoadOptions *opt;
    Program *prog;
    Map loaded; /* interned path -> Package*, or &under_way, or &missing */
    VEC(const char *) stack;
} Loader;

static Package under_way, missing;

bool read_file(const char *path, Str *out) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    Buf b = {0};
    char chunk[65536];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            int e = errno;
            close(fd);
            errno = e;
            return false;
        }
        if (n == 0) break;
        buf_put(&b, chunk, (size_t)n);
    }
    close(fd);
    *out = (Str){b.p ? b.p : "", b.n};
    return true;
}

static bool is_dir(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in dir, sorted; *asm_arch tells whether there is assembly for amd64 or for every
 * machine. */
static char **list_dir(const char *dir, int *n, bool *asm_arch) {
    VEC(char *) names = {0};
    *asm_arch = false;
    DIR *d = opendir(dir);
    if (!d) {
        *n = 0;
        return NULL;
    }
    for (struct dirent *e; (e = readdir(d));) {
        size_t len = strlen(e->d_name);
        if (len > 3 && strcmp(e->d_name + len - 3, ".go") == 0) push(&names, xstrdup(e->d_name));
        if (len > 8 && strcmp(e->d_name + len - 8, "_amd64.s") == 0) *asm_arch = true;
    }
    closedir(d);
    if (names.n) qsort(names.v, (size_t)names.n, sizeof *names.v, by_name);
    *n = names.n;
    return names.v;
}

/* The directory of an import path, or NULL. */
static char *find_package(Loader *ld, const char *path) {
    char *dir = xprintf("%s/%s", ld->opt->lib, path);
    int n;
    bool a;
    if (is_dir(dir)) {
        list_dir(dir, &n, &a);
        if (n) return dir;
    }
    if (!ld->opt->goroot || ld->opt->goroot_fault) return NULL;
    dir = xprintf("%s/src/%s", ld->opt->goroot, path);
    if (is_dir(dir)) return dir;
    dir = xprintf("%s/src/vendor/%s", ld->opt->goroot, path);
    return is_dir(dir) ? dir : NULL;
}

static Package *import_package(void *ctx, Pos pos, const char *path);

/* Packages whose Go files for this machine have no portable counterpart: they are taken although
 * the package has assembly too. */
static bool needs_machine_files(const char *path) {
    return strcmp(path, "syscall") == 0;
}

typedef VEC(File *) FileVec;

/* Parses the files of dir that belong to the build. */
static FileVec parse_dir(Pos pos, const char *path, const char *dir) {
    int n;
    bool asm_arch;
    char **names = list_dir(dir, &n, &asm_arch);
    if (needs_machine_files(path)) asm_arch = false;
    FileVec files = {0};
    for (int i = 0; i < n; i++) {
        char *file = xprintf("%s/%s", dir, names[i]);
        Str src;
        if (!read_file(file, &src)) {
            errorf(pos, "cannot read %s: %s", file, strerror(errno));
            continue;
        }
        if (!file_selected(names[i], src, asm_arch)) continue;
        File *f = parse_file(file, src.p, src.n);
        f->library = true;
        push(&files, f);
    }
    return files;
}

static Package *load_dir(Loader *ld, Pos pos, const char *path, const char *dir) {
    FileVec files = parse_dir(pos, path, dir);
    if (!files.n) {
        errorf(pos, "package %s: no Go files in %s for this build", path, dir);
        return NULL;
    }
    char *over = xprintf("%s/overlay/%s", ld->opt->lib, path);
    if (is_dir(over)) {
        FileVec ours = parse_dir(pos, path, over);
        Map names = {0};
        for (int i = 0; i < ours.n; i++) overlay_names(ours.v[i], &names);
        for (int i = 0; i < files.n; i++) overlay_remove(files.v[i], &names);
        for (int i = 0; i < ours.n; i++) push(&files, ours.v[i]);
    }
    return check_package(path, files.v, files.n, import_package, ld);
}

static Package *import_cycle(Loader *ld, Pos pos, const char *path) {
    Buf b = {0};
    int i = 0;
    while (ld->stack.v[i] != path) i++;
    for (; i < ld->stack.n; i++) buf_printf(&b, "%s imports\n\t", ld->stack.v[i]);
    errorf(pos, "import cycle not allowed: %s%s", buf_str(&b), path);
    return NULL;
}

static Package *import_package(void *ctx, Pos pos, const char *path) {
    Loader *ld = ctx;
    path = intern(path);
    if (strcmp(path, "unsafe") == 0) return pkg_unsafe;
    Package *known = map_get(&ld->loaded, path);
    if (known == &under_way) return import_cycle(ld, pos, path);
    if (known == &missing) return NULL;
    if (known) return known;
    char *dir = NULL;
    if (path[0] != '/' && path[0] != '.' && !strstr(path, "..")) dir = find_package(ld, path);
    if (!dir) {
        if (ld->opt->goroot_fault)
            errorf(pos, "package %s is not in Golem's library, and %s", path,
                   ld->opt->goroot_fault);
        else
            errorf(pos, "package %s is not in Golem's library or GOROOT", path);
        map_put(&ld->loaded, path, &missing);
        return NULL;
    }
    map_put(&ld->loaded, path, &under_way);
    push(&ld->stack, path);
    Package *p = load_dir(ld, pos, path, dir);
    ld->stack.n--;
    map_put(&ld->loaded, path, p ? p : &missing);
    if (p) push(&ld->prog->pkgs, p);
    return p;
}

Program *load_program(char **files, int nfiles, const LoadOptions *opt) {
    Program *prog = new_(Program);
    Loader ld = {.opt = opt, .prog = prog};
    set_release(opt->release);
    VEC(File *) parsed = {0};
    for (int i = 0; i < nfiles; i++) {
        Str src;
        if (!read_file(files[i], &src)) {
            errorf((Pos){0}, "cannot read %s: %s", files[i], strerror(errno));
            return NULL;
        }
        push(&parsed, parse_file(files[i], src.p, src.n));
    }
    /* Every program stands on the runtime, imported or not. */
    import_package(&ld, (Pos){0}, "runtime");
    if (syntax_error_count()) return prog; /* after other errors, checking types tells more */
    const char *path = "main";
    if (parsed.v[0]->pkgname && strcmp(parsed.v[0]->pkgname->ident.name, "main") != 0)
        path = parsed.v[0]->pkgname->ident.name;
    prog->main = check_package(path, parsed.v, parsed.n, import_package, &ld);
    push(&prog->pkgs, prog->main);
    return prog;
}
