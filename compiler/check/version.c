/* version.c - the language version: what a file may use.
 *
 * A module's go line sets the version for all its files (CheckOptions.language); a //go:build line that asks for go1.N sets a
 * file's own, not below 1.21. The checker asks here wherever a feature is younger than Go 1.8.
 */
#include "check/decls.h"

int file_version(const Checker *c, const File *f) {
    if (f->library) return LANG_NEWEST;
    if (f->go_minor < 0) return c->opt.language;
    return f->go_minor < 21 ? 21 : f->go_minor;
}

bool allow_version(const Checker *c, int minor) {
    return !c || c->env.version >= minor;
}

void version_error(Checker *c, Pos at, int minor, const char *what) {
    err_at(c, at, "%s requires go1.%d or later", what, minor);
}

char *version_hint(const Checker *c, Pos at, const char *text) {
    const char *v = strstr(text, "requires go1.");
    if (!v || !strstr(v, " or later")) return "";
    for (int i = 0; i < c->nfiles; i++)
        if (c->files[i]->file == at.file && c->files[i]->go_minor >= 0 &&
            file_version(c, c->files[i]) == c->files[i]->go_minor)
            return xprintf(" (file declares //go:build go1.%d)", c->files[i]->go_minor);
    return xprintf(" (-lang was set to go1.%d; check go.mod)", c->opt.language);
}

bool verify_version(Checker *c, Pos at, int minor, const char *what) {
    if (allow_version(c, minor)) return true;
    version_error(c, at, minor, what);
    return false;
}
