/* generated.c - files of the library that Go's own build of it writes, and that its source package does not hold.
 *
 * time/tzdata is the archive of time zones as one string. (What else Go generates is a line or two, and stands in
 * lib/overlay.)
 */
#include "load/load.h"

static bool has_file(const PkgNode *n, const char *name) {
    for (int i = 0; i < n->files.n; i++)
        if (strcmp(n->files.v[i]->name, name) == 0) return true;
    return false;
}

/* A string literal of Go. */
static void put_quoted(Buf *b, Str s) {
    buf_putc(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= ' ' && c < 0x7f && c != '"' && c != '\\')
            buf_putc(b, c);
        else
            buf_printf(b, "\\x%02x", c);
    }
    buf_putc(b, '"');
}

void add_generated(const BuildContext *bc, PkgNode *n) {
    static const char name[] = "zzipdata.go";
    Str zip;
    if (strcmp(n->path, "time/tzdata") != 0 || has_file(n, name) ||
        !read_file(xprintf("%s/lib/time/zoneinfo.zip", bc->goroot), &zip))
        return;
    Buf text = {0};
    buf_puts(&text, "package tzdata\n\nconst zipdata = ");
    put_quoted(&text, zip);
    buf_putc(&text, '\n');
    SrcFile *s = new_(SrcFile);
    *s = (SrcFile){.name = name, .path = xprintf("%s/%s", n->dir, name), .src = {text.p, text.n}};
    read_header(s->src, &s->head);
    push(&n->files, s);
}
