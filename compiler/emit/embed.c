/* embed.c - variables with files in them.
 *
 * The bytes are put into the object by the assembler, from the files; the C has their sums in a comment, so that it changes
 * when they do. A []byte may be written to, so its bytes lie in writable memory.
 */
#include "emit/pkg.h"

static const char *asm_quote(const char *s) {
    Buf b = {0};
    for (; *s; s++) {
        if (*s == '"' || *s == '\\') buf_puts(&b, "\\\\\\");
        buf_putc(&b, *s);
    }
    return xstrdup(buf_str(&b));
}

/* The symbol of a file's bytes. */
static const char *bytes_of(const EmbedFile *f, bool writable) {
    const char *name = xprintf("embed$$%d", ++gen.serial);
    buf_puts(&gen.data, "/* ");
    for (int i = 0; i < 16; i++) buf_printf(&gen.data, "%02x", f->sum[i]);
    buf_printf(&gen.data,
               " */\n__asm__(\".pushsection %s\\n\\t.balign 16\\n%s:\\n\\t.incbin "
               "\\\"%s\\\"\\n\\t.byte 0\\n\\t.popsection\");\n",
               writable ? ".data" : ".rodata", name, asm_quote(f->path));
    buf_printf(&gen.decls, "extern %suint8_t %s[];\n", writable ? "" : "const ", name);
    return name;
}

static const char *text_of(const char *p, size_t n) {
    return n ? xprintf("{(uint8_t *)%s, %zu}", p, n) : "{0}";
}

static const char *file_record(const EmbedFile *f) {
    Buf b = {0};
    bool folder = f->name[strlen(f->name) - 1] == '/';
    buf_printf(&b, "{%s, ", text_of(cquote((Str){f->name, strlen(f->name)}), strlen(f->name)));
    buf_printf(&b, "%s, {{", folder || !f->size ? "{0}" : text_of(bytes_of(f, false), f->size));
    for (int i = 0; i < 16; i++) buf_printf(&b, "%d,", folder ? 0 : f->sum[i]);
    buf_puts(&b, "}}}");
    return buf_str(&b);
}

/* embed.FS: a pointer to a slice of its records, which are {name, data string; hash [16]byte}. */
static const char *file_system(const Embed *e) {
    int id = ++gen.serial;
    Buf b = {0};
    for (int i = 0; i < e->files.n; i++) buf_printf(&b, "    %s,\n", file_record(&e->files.v[i]));
    buf_printf(&gen.data,
               "static const struct { gm_string name, data; struct { uint8_t a[16]; } hash; } "
               "embed$files$%d[] = {\n%s};\n",
               id, buf_str(&b));
    buf_printf(&gen.data, "static gm_slice embed$list$%d = {(void *)embed$files$%d, %d, %d};\n", id,
               id, e->files.n, e->files.n);
    return xprintf("{(void *)&embed$list$%d}", id);
}

const char *cembed(Obj *o, const Embed *e) {
    (void)o;
    if (e->kind == EMBED_FS) return file_system(e);
    const EmbedFile *f = &e->files.v[0];
    if (!f->size) return "{0}";
    if (e->kind == EMBED_STRING) return text_of(bytes_of(f, false), f->size);
    return xprintf("{(void *)%s, %zu, %zu}", bytes_of(f, true), f->size, f->size);
}
