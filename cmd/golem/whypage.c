/* whypage.c - golem why -html: the sites, and the sources with each site beside its line. One file that needs nothing else. */
#include "why.h"

#include <stdlib.h>

static const char style[] =
    "body{font:15px/1.45 system-ui,sans-serif;margin:2em auto;max-width:75em;padding:0 "
    "1em;color:#222;background:#fff}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:."
    "25em .6em}"
    ".sites tr{border-top:1px solid #ddd}.num{text-align:right;white-space:nowrap}"
    ".source td{padding:0 .6em;font:13px/1.4 ui-monospace,monospace;white-space:pre}"
    ".source .say{font:13px/1.4 system-ui,sans-serif;white-space:normal;color:#7a2d00}"
    ".hot{background:#fff1e0}.bar{background:#e8700a;height:.7em;display:inline-block}"
    ".n{color:#999;text-align:right}small{color:#666}"
    "@media(prefers-color-scheme:dark){body{background:#191919;color:#ddd}.hot{background:#3a2a16}."
    "source .say{color:#ffb070}"
    ".sites tr{border-color:#444}}";

static void put_text(Buf *b, const char *s, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '<')
            buf_puts(b, "&lt;");
        else if (s[i] == '&')
            buf_puts(b, "&amp;");
        else if (s[i] == '"')
            buf_puts(b, "&quot;");
        else
            buf_putc(b, s[i]);
    }
}

static void put(Buf *b, const char *s) {
    put_text(b, s, strlen(s));
}

static void put_list(Buf *b, const WhyReport *w) {
    buf_puts(b, "<table class=sites><tr><th>share<th>bytes<th>objects<th>where<th>why\n");
    for (int i = 0; i < w->sites.n; i++) {
        const Site *s = &w->sites.v[i];
        buf_printf(b,
                   "<tr><td class=num>%.1f %% <span class=bar style=\"width:%.1fem\"></span><td "
                   "class=num>%lld<td class=num>%lld<td>",
                   why_share(w, s), why_share(w, s) / 20, (long long)s->value, (long long)s->count);
        buf_printf(b, "<a href=\"#s%d\">", i);
        put(b, s->file);
        buf_printf(b, ":%d", s->line);
        if (s->col) buf_printf(b, ":%d", s->col);
        buf_puts(b, "</a><br><small>");
        put(b, s->function);
        buf_puts(b, "</small><td>");
        put(b, why_said(s));
        if (s->reason && s->reason->steps.n) {
            buf_puts(b, "<br><small>flow: ");
            put(b, reason_flow(s->reason));
            buf_puts(b, "</small>");
        }
        if (*why_cure(s)) {
            buf_puts(b, "<br><small>to remove it: ");
            put(b, why_cure(s));
            buf_puts(b, "</small>");
        }
        buf_putc(b, '\n');
    }
    buf_puts(b, "</table>\n");
}

static bool near_a_site(const WhyReport *w, const char *file, int line) {
    enum { AROUND = 6 };
    for (int i = 0; i < w->sites.n; i++)
        if (w->sites.v[i].file == file && abs(w->sites.v[i].line - line) <= AROUND) return true;
    return false;
}

static void put_line(Buf *b, const WhyReport *w, const char *file, int line, const char *text,
                     size_t n) {
    Buf beside = {0};
    double share = 0;
    for (int i = 0; i < w->sites.n; i++) {
        const Site *s = &w->sites.v[i];
        if (s->file != file || s->line != line) continue;
        share += why_share(w, s);
        buf_printf(&beside, "<a id=s%d></a>%.1f %%: ", i, why_share(w, s));
        put(&beside, why_said(s));
        buf_puts(&beside, "<br>");
    }
    buf_printf(b, "<tr%s><td class=n>%d<td>", beside.n ? " class=hot" : "", line);
    put_text(b, text, n);
    buf_puts(b, "<td class=num>");
    if (beside.n) buf_printf(b, "%.1f %%", share);
    buf_puts(b, "<td class=say>");
    if (beside.n) buf_puts(b, buf_str(&beside));
    buf_putc(b, '\n');
}

static void put_source(Buf *b, const WhyReport *w, const char *file) {
    Str text;
    buf_puts(b, "<h2>");
    put(b, file);
    buf_puts(b, "</h2>\n");
    if (!read_file(file, &text)) {
        buf_puts(b, "<p>The source is not there.\n");
        return;
    }
    buf_puts(b, "<table class=source>\n");
    const char *at = text.p, *end = text.p + text.n;
    bool gap = false;
    for (int line = 1; at < end; line++) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        if (!line_end) line_end = end;
        bool shown = near_a_site(w, file, line);
        if (shown)
            put_line(b, w, file, line, at, (size_t)(line_end - at));
        else if (!gap)
            buf_puts(b, "<tr><td class=n>…<td><td><td>\n");
        gap = !shown;
        at = line_end + 1;
    }
    buf_puts(b, "</table>\n");
}

bool why_page(const WhyReport *w, const char *path) {
    Buf b = {0};
    Map files = {0};
    buf_printf(&b,
               "<!doctype html><html lang=en><meta charset=utf-8><title>golem "
               "why</title><style>%s</style>\n<h1>What allocates, and why</h1>\n<p>",
               style);
    put(&b, w->profile);
    buf_printf(&b, ": %s, %lld %s in all\n", w->kind, (long long)w->total, w->unit);
    put_list(&b, w);
    for (int i = 0; i < w->sites.n; i++) {
        const char *file = w->sites.v[i].file;
        if (map_get(&files, file)) continue;
        map_put(&files, file, (void *)file);
        put_source(&b, w, file);
    }
    return write_file(path, (Str){b.p, b.n}, 0666);
}
