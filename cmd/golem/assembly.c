/* assembly.c - -S: the assembly of a package. */
#include "golem.h"

#include "frames/listing.h"

#include <errno.h>

/* The C compiler's assembly for the text; ends the process when the compiler fails. */
static Str assembly_of(const Toolchain *t, const BuildOptions *opt, Str c) {
    char *source = xprintf("%s/listing.c", work_dir()), *made = xprintf("%s/listing.s", work_dir());
    if (!write_file(source, c, 0666)) fatalf("cannot write %s: %s", source, strerror(errno));
    ArgList argv = {0};
    for (int i = 0; i < t->cc_words.n; i++) push(&argv, t->cc_words.v[i]);
    for (int i = 0; i < t->cflags.n; i++) {
        push(&argv, t->cflags.v[i]);
        if (strcmp(t->cflags.v[i], "-fverbose-asm") == 0)
            push(&argv, "-dA"); /* gcc: says which lines were inlined where */
    }
    push(&argv, "-S");
    push(&argv, "-o");
    push(&argv, made);
    push(&argv, source);
    push(&argv, NULL);
    if (opt->x) print_command(stderr, argv.v);
    int pid = process_start(argv.v, work_dir(), true), status = pid < 0 ? -1 : process_wait(pid);
    Str text;
    if (status != 0) fatalf("the C compiler failed (status %d)", status);
    if (!read_file(made, &text)) fatalf("cannot read %s: %s", made, strerror(errno));
    return text;
}

/* As golem tool compile, and Go's, name files here: without the "./" of messages. */
static const char *file_here(const char *path) {
    const char *s = diag_name(path);
    return strncmp(s, "./", 2) == 0 ? s + 2 : s;
}

void print_assembly(const Toolchain *t, const BuildOptions *opt, const PkgNode *n, Str c) {
    Buf out = {0};
    print_listing(assembly_of(t, opt, c), file_here, &out);
    FILE *f = opt->bare ? stdout : stderr;
    if (!opt->bare) fprintf(f, "# %s\n", n->path);
    fwrite(out.p, 1, out.n, f);
    fflush(f);
}
