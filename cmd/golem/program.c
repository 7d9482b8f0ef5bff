/* program.c - the program of each main package as it was linked last.
 *
 * Linking takes longer than all else where nothing, or little, has changed; so a program that would come out the same is taken from
 * the cache. One is kept for each main package, under the name of its folder and files, with its key (link_key) behind it.
 */
#include "golem.h"

#include <string.h>
#include <sys/stat.h>

enum { KEY = 32 };

static const char *place_of(const PkgNode *main) {
    const char *dir = cache_dir();
    if (!dir) return NULL;
    Buf b = {0};
    buf_printf(&b, "program\n%s\n%s\n", main->dir, main->path);
    for (int i = 0; i < main->files.n && main->named_files; i++)
        buf_printf(&b, "%s\n", main->files.v[i]->path);
    return xprintf("%s/%s.prog", dir, cache_key(NULL, (Str){b.p, b.n}));
}

bool program_take(const PkgNode *main, const char *key, const char *out) {
    const char *kept = place_of(main);
    Str text;
    if (!kept || !cache_get(kept, &text) || text.n < KEY) return false;
    text.n -= KEY;
    if (memcmp(text.p + text.n, key, KEY) != 0) return false;
    const char *prog = xprintf("%s/prog", work_dir());
    return write_file(prog, text, 0777) && (strcmp(prog, out) == 0 || move_program(prog, out));
}

void program_keep(const PkgNode *main, const char *key, const char *out) {
    const char *kept = place_of(main);
    struct stat st;
    Str text;
    if (!kept || stat(out, &st) != 0 || !S_ISREG(st.st_mode) || !read_file(out, &text)) return;
    Buf b = {0};
    buf_put(&b, text.p, text.n);
    buf_put(&b, key, KEY);
    cache_put(kept, (Str){b.p, b.n});
}
