/* cover.c - the counters of a package whose statements are counted, and what they count.
 *
 * The counters are one array of words, PATH$$cover, laid out as package internal/coverage reads them: for each function a
 * head (how many counters follow, the package's number, the function's) and its counters. The heads are filled in here,
 * but for the number, which the program gives (lib/overlay/internal/coverage/rtcov). Other packages count there
 * too, in bodies that were inlined and in instances.
 *
 * What is counted is told in the form in which internal/coverage/decodemeta reads it: a head, the place of each
 * function, a table of strings, and the functions; numbers are LEB128 unless their size is given. The record that leads
 * to both lies in section gm_cover (runtime/lang/pkg_coverage.c).
 */
#include "emit/body.h"
#include "emit/pkg.h"

enum { HEAD_BYTES = 44 };

static const char *counters(const Cover *c) {
    return xprintf("%s$$cover", package_path(c->path));
}

void count_stmt(FuncGen *f, const Node *n) {
    const Cover *c = n->empty.cover;
    const char *words = counters(c);
    static Map declared; /* in which emission */
    const char *key = intern(words);
    if (map_get(&declared, key) != (void *)(intptr_t)gen.epoch) {
        map_put(&declared, key, (void *)(intptr_t)gen.epoch);
        buf_printf(&gen.decls, "extern uint32_t %s[];\n", words);
    }
    if (c->mode == COVER_ATOMIC)
        put(f, "__atomic_fetch_add(&%s[%d], 1, __ATOMIC_RELAXED);", words, n->empty.word);
    else
        put(f, "%s[%d]%s;", words, n->empty.word, c->mode == COVER_SET ? " = 1" : "++");
}

/* --- what is counted --- */

typedef struct Strings {
    Buf text;
    Map index; /* name -> place + 1 */
    int n;
} Strings;

static void put_word(Buf *b, size_t v) {
    for (int i = 0; i < 4; i++) buf_putc(b, (int)(v >> 8 * i & 255));
}

static size_t string_number(Strings *s, const char *text) {
    const char *key = intern(text);
    size_t known = (size_t)map_get(&s->index, key);
    if (known) return known - 1;
    buf_put_varint(&s->text, strlen(text));
    buf_puts(&s->text, text);
    map_put(&s->index, key, (void *)(intptr_t)++s->n);
    return (size_t)s->n - 1;
}

static void put_func(Buf *b, const CoverFunc *f, Strings *s) {
    buf_put_varint(b, (size_t)f->units.n);
    buf_put_varint(b, string_number(s, f->name));
    buf_put_varint(b, string_number(s, f->file));
    for (int i = 0; i < f->units.n; i++) {
        const CoverUnit *u = &f->units.v[i];
        buf_put_varint(b, u->line);
        buf_put_varint(b, u->col);
        buf_put_varint(b, u->end_line);
        buf_put_varint(b, u->end_col);
        buf_put_varint(b, u->stmts);
    }
    buf_put_varint(b, f->literal);
}

/* All of it, and a sum of it (16 bytes), which is a part of the head. */
static Str describe(const Cover *c, uint8_t sum[32]) {
    Strings strings = {0};
    string_number(&strings, "");
    size_t path = string_number(&strings, c->shown), name = string_number(&strings, c->name),
           module = string_number(&strings, c->module);
    Buf funcs = {0}, table = {0}, out = {0};
    VEC(size_t) places = {0};
    for (int i = 0; i < c->funcs.n; i++) {
        push(&places, funcs.n);
        put_func(&funcs, c->funcs.v[i], &strings);
    }
    buf_put_varint(&table, (size_t)strings.n);
    buf_put(&table, strings.text.p, strings.text.n);
    size_t first = HEAD_BYTES + (size_t)places.n * 4 + table.n;
    Buf body = {0};
    for (int i = 0; i < places.n; i++) put_word(&body, first + places.v[i]);
    buf_put(&body, table.p, table.n);
    buf_put(&body, funcs.p, funcs.n);
    sha256((Str){body.p, body.n}, sum);
    put_word(&out, HEAD_BYTES + body.n);
    put_word(&out, name);
    put_word(&out, path);
    put_word(&out, module);
    buf_put(&out, (const char *)sum, 16);
    put_word(&out, 0);
    put_word(&out, (size_t)strings.n);
    put_word(&out, (size_t)places.n);
    buf_put(&out, body.p, body.n);
    return (Str){out.p, out.n};
}

void emit_cover(const Cover *c) {
    if (!c || !c->funcs.n) return;
    const char *words = counters(c);
    uint8_t sum[32];
    Str text = describe(c, sum);
    Buf *b = &gen.data;
    buf_printf(b, "uint32_t %s[%d] = {\n", words, c->words);
    for (int i = 0; i < c->funcs.n; i++) {
        int n = c->funcs.v[i]->units.n;
        buf_printf(b, "    %d, 0, %d, ", n, i);
        for (int k = 0; k < n; k++) buf_puts(b, "0,");
        buf_putc(b, '\n');
    }
    buf_printf(b, "};\nstatic const uint8_t cover$$text[] = {");
    buf_print_bytes(b, text.p, text.n);
    buf_puts(b, "};\nstatic const struct {\n    const uint8_t *text;\n    uint32_t size;\n"
                "    uint8_t sum[16], mode;\n    gm_string path;\n    uint32_t *counters;\n"
                "    uint64_t words;\n"
                "} cover$$record __attribute__((used, section(\"gm_cover\"), aligned(8))) = {\n");
    buf_printf(b, "    cover$$text, %zu, {", text.n);
    buf_print_bytes(b, sum, 16);
    buf_printf(b, "}, %d,\n    {(uint8_t *)%s, %zu}, %s, %d,\n};\n", c->mode,
               cquote((Str){c->shown, strlen(c->shown)}), strlen(c->shown), words, c->words);
}
