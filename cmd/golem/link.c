/* link.c - from objects to a program.
 *
 * The program is linked in the work directory, so that an output is whole or absent, and then moved to its place. */
#include "golem.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static ArgList link_command(const Toolchain *t, const BuildOptions *opt, const Objects *objects,
                            char *prog) {
    ArgList argv = {0};
    for (int i = 0; i < t->cc_words.n; i++) push(&argv, t->cc_words.v[i]);
    for (int i = 0; i < t->user_flags.n; i++) push(&argv, t->user_flags.v[i]);
    if (opt->static_) push(&argv, "-static");
    if (opt->strip) push(&argv, "-s");
    if (opt->no_debug) push(&argv, "-Wl,-S");
    push(&argv, "-o");
    push(&argv, prog);
    for (int i = 0; i < objects->n; i++) push(&argv, objects->v[i]->o);
    for (int i = 0; i < t->ldflags.n; i++) push(&argv, t->ldflags.v[i]);
    push(&argv, NULL);
    return argv;
}

/* Objects are named after their content in the cache, the archive is known by its stamp. Archives of the system, which a static program
 * contains, are not known. */
const char *link_key(const Toolchain *t, const BuildOptions *opt, const Objects *objects) {
    if (opt->static_) return NULL;
    Buf b = {0};
    for (int i = 0; i < objects->n; i++) {
        if (!objects->v[i]->cached) return NULL;
        buf_printf(&b, "%s\n", strrchr(objects->v[i]->cached, '/'));
    }
    buf_printf(&b, "%d %d\n", opt->strip, opt->no_debug);
    for (int i = 0; i < t->user_flags.n; i++) buf_printf(&b, "%s\n", t->user_flags.v[i]);
    for (int i = 0; i < t->ldflags.n; i++) buf_printf(&b, "%s\n", t->ldflags.v[i]);
    buf_printf(&b, "%s %s\n", file_stamp("/proc/self/exe"), file_stamp(t->archive));
    return cache_key(t, (Str){b.p, b.n});
}

bool link_program(const Toolchain *t, const BuildOptions *opt, const Objects *objects,
                  const char *out) {
    if (access(t->archive, R_OK) != 0)
        fatalf("the runtime library %s is missing (run make)", t->archive);
    char *prog = xprintf("%s/prog", work_dir());
    ArgList argv = link_command(t, opt, objects, prog);
    if (opt->x || opt->n) print_command(stderr, argv.v);
    if (opt->n) return true;
    int pid = process_start(argv.v, NULL, true);
    if (pid < 0) fatalf("cannot run %s: %s", argv.v[0], strerror(errno));
    int status = process_wait(pid);
    if (status != 0)
        fprintf(stderr, "golem: linking %s failed (status %d)\n", out, status);
    else if (access(prog, X_OK) != 0)
        fprintf(stderr, "golem: the linker wrote no program (%s)\n", t->cc);
    else if (strcmp(prog, out) == 0 || move_program(prog, out))
        return true;
    else
        fprintf(stderr, "golem: cannot write %s: %s\n", out, strerror(errno));
    return false;
}

/* Refuses early what linking would refuse late. */
bool output_writable(const char *out) {
    struct stat st;
    if (is_dir(out)) {
        fprintf(stderr, "golem: build output %s is a directory\n", out);
        return false;
    }
    char *dir = xstrdup(out), *slash = strrchr(dir, '/');
    if (slash) slash[slash == dir] = 0;
    const char *where = slash ? dir : ".";
    errno = 0;
    if (access(where, W_OK) == 0 && stat(where, &st) == 0 && S_ISDIR(st.st_mode)) return true;
    fprintf(stderr, "golem: cannot write %s: %s\n", out, strerror(errno ? errno : ENOTDIR));
    return false;
}
