/* heappage.c - golem heap -html: types and who holds whom, as one file that needs nothing else. */
#include "heap.h"

static const char style[] =
    "body{font:15px/1.45 system-ui,sans-serif;margin:2em auto;max-width:75em;padding:0 "
    "1em;color:#222;background:#fff}table{border-collapse:collapse;width:100%}td,th{text-align:"
    "left;padding:.25em .6em}tr{border-top:1px solid #ddd}.n{text-align:right;white-space:nowrap}"
    ".bar{background:#3b7dd8;height:.7em;display:inline-block}details{margin-left:1.2em}"
    "summary{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}"
    "small{color:#777}.leaf{margin-left:2.2em}"
    "@media(prefers-color-scheme:dark){body{background:#191919;color:#ddd}tr{border-color:#444}}";

static void put(Buf *b, const char *s) {
    for (; *s; s++) {
        if (*s == '<')
            buf_puts(b, "&lt;");
        else if (*s == '&')
            buf_puts(b, "&amp;");
        else
            buf_putc(b, *s);
    }
}

static double share(const HeapGraph *h, uint64_t bytes) {
    return h->kept[0] ? 100.0 * (double)bytes / (double)h->kept[0] : 0;
}

static void put_types(Buf *b, const HeapGraph *h) {
    enum { MOST = 200 };
    HeapRows rows = heap_rows(h);
    buf_puts(b, "<h2>Types</h2><table><tr><th>retained<th><th>bytes<th>objects<th>type\n");
    for (int i = 0; i < rows.n && i < MOST; i++) {
        const HeapRow *r = &rows.v[i];
        buf_printf(b,
                   "<tr><td class=n>%s<td><span class=bar style=\"width:%.1fem\"></span><td "
                   "class=n>%s<td class=n>%llu<td>",
                   heap_bytes(r->kept), share(h, r->kept) / 10, heap_bytes(r->bytes),
                   (unsigned long long)r->count);
        put(b, h->s->types.v[r->type].label);
    }
    buf_puts(b, "</table>\n");
}

static void put_hold(Buf *b, const HeapGraph *h, const HeapChildren *c, const HeapHold *hold,
                     int depth) {
    enum { DEPTH = 40, MOST = 20 };
    bool opens = hold->count == 1 && depth < DEPTH && c->from[hold->node] < c->from[hold->node + 1];
    buf_puts(b, opens ? depth < 2 ? "<details open><summary>" : "<details><summary>"
                      : "<div class=leaf>");
    buf_printf(b, "<b>%s</b> <small>%.1f %%</small> ", heap_bytes(hold->kept),
               share(h, hold->kept));
    if (hold->count > 1) buf_printf(b, "%llu &times; ", (unsigned long long)hold->count);
    put(b, hold->label);
    if (hold->count == 1 && hold->node >= h->first)
        buf_printf(b, " <small>0x%llx</small>",
                   (unsigned long long)h->s->address[hold->node - h->first]);
    if (!opens) {
        buf_puts(b, "</div>\n");
        return;
    }
    buf_puts(b, "</summary>\n");
    HeapHolds holds = heap_holds(h, c, hold->node);
    for (int i = 0; i < holds.n && i < MOST; i++)
        if (share(h, holds.v[i].kept) >= 0.1) put_hold(b, h, c, &holds.v[i], depth + 1);
    buf_puts(b, "</details>\n");
}

bool heap_page(const HeapGraph *h, const char *snapshot, const char *path) {
    Buf b = {0};
    HeapChildren c = heap_children(h);
    buf_printf(&b,
               "<!doctype html><html lang=en><meta charset=utf-8><title>golem heap</title>"
               "<style>%s</style>\n<h1>What holds the memory</h1>\n<p>",
               style);
    put(&b, snapshot);
    buf_printf(&b,
               ": %u objects, %s; the program stood still for %.1f ms\n<h2>Holders</h2>\n"
               "<p>What each alone holds: what would come free without it.\n",
               h->s->n, heap_bytes(h->s->bytes), (double)h->s->fork / 1e6);
    HeapHolds holds = heap_holds(h, &c, 0);
    for (int i = 0; i < holds.n && i < 50; i++) put_hold(&b, h, &c, &holds.v[i], 0);
    put_types(&b, h);
    return write_file(path, (Str){b.p, b.n}, 0666);
}
