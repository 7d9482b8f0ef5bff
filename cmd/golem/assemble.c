/* assemble.c - a step between the C compiler and the assembler.
 *
 * gcc runs the programs that it is made of through a wrapper when it is told to (-wrapper); that is
 * `golem assemble`, which no user calls. The assembler's input gets the tables of dead words behind
 * it (frames.h) before the assembler reads it; every other part runs as it is.
 */
#include "golem.h"

#include "frames/frames.h"

#include <errno.h>
#include <unistd.h>

static bool is_assembler(const char *path) {
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t n = strlen(name);
    return strcmp(name, "as") == 0 || (n > 3 && strcmp(name + n - 3, "-as") == 0);
}

static bool is_assembly(const char *s) {
    size_t n = strlen(s);
    return n > 2 && strcmp(s + n - 2, ".s") == 0;
}

static void add_tables(const char *path) {
    Str text;
    if (!read_file(path, &text)) fatalf("cannot read %s: %s", path, strerror(errno));
    Buf b = frame_maps(text);
    FILE *f = fopen(path, "w");
    bool ok = f && fwrite(b.p, 1, b.n, f) == b.n;
    if (!f || fclose(f) != 0 || !ok) fatalf("cannot write %s: %s", path, strerror(errno));
}

int assemble(char **argv) {
    if (is_assembler(argv[0]))
        for (int i = 1; argv[i]; i++)
            if (is_assembly(argv[i]) && strcmp(argv[i - 1], "-o") != 0) add_tables(argv[i]);
    execvp(argv[0], argv);
    fatalf("cannot run %s: %s", argv[0], strerror(errno));
}
