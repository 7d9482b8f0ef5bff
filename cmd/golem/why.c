/* why.c - golem why: the lines that allocate most by a profile of the heap, each with the reason why it is on the heap.
 *
 * A profile knows lines, not columns: of several sites on a line a sample belongs to the one that escape analysis gives the size of
 * the sample's object (rounded to its class), and, where calls were inlined, to the copy in the calling line. Where that
 * leaves more than one, all are named. What no escape explains (append's arrays, strings that are put together, what the called library allocates) is told
 * by what the line does. Packages of the library that hold sites are analysed as well.
 */
#define _GNU_SOURCE
#include "why.h"

#include <errno.h>
#include <stdlib.h>

#include "../../runtime/heap/sizeclass_table.h"

/* --- samples and sites --- */

typedef struct Frame {
    const ProfileLine *line;
    const ProfileLocation *location;
    int index; /* of the line in the location */
} Frame;

static bool analysed(const Reasons *r, const ProfileLine *l) {
    return map_get(&r->files, l->file) != NULL;
}

/* The innermost frame of a package that was analysed, or the innermost of all. *outer: it is not the innermost. */
static Frame frame_of(const Reasons *r, const ProfileSample *s, bool *outer) {
    *outer = false;
    for (int i = 0; i < s->stack.n; i++)
        for (int k = 0; k < s->stack.v[i]->lines.n; k++) {
            const ProfileLine *l = &s->stack.v[i]->lines.v[k];
            if (analysed(r, l)) return (Frame){l, s->stack.v[i], k};
            *outer = true;
        }
    *outer = false;
    for (int i = 0; i < s->stack.n; i++)
        if (s->stack.v[i]->lines.n) return (Frame){&s->stack.v[i]->lines.v[0], s->stack.v[i], 0};
    return (Frame){0};
}

static const ProfileLine *innermost(const ProfileSample *s) {
    for (int i = 0; i < s->stack.n; i++)
        if (s->stack.v[i]->lines.n) return &s->stack.v[i]->lines.v[0];
    return NULL;
}

static int64_t class_size(int64_t bytes) {
    for (int c = 1; c < GM_NUM_CLASSES; c++)
        if (gm_class_size[c] >= bytes) return gm_class_size[c];
    return (bytes + 8191) / 8192 * 8192;
}

static bool fits(const Reason *r, int64_t bytes) {
    return bytes == 0 || r->size < 0 || class_size(r->size) == bytes;
}

/* Written on the frame's line, and said there or on a line that it was inlined into. */
static bool written_there(const Reason *r, const Frame *f) {
    if (r->from_line != f->line->line || r->from_file != f->line->file) return false;
    for (int k = f->index; k < f->location->lines.n; k++)
        if (r->line == f->location->lines.v[k].line && r->file == f->location->lines.v[k].file)
            return true;
    return false;
}

/* Variables of an inlined function are said to be where the call is. */
static bool moved_there(const Reason *r, const Frame *f) {
    for (int k = f->index; r->moved && k < f->location->lines.n; k++)
        if (r->line == f->location->lines.v[k].line && r->file == f->location->lines.v[k].file)
            return true;
    return false;
}

typedef VEC(const Reason *) Candidates;

/* A reason that was said for a copy is better than the original's. */
static void add_candidate(Candidates *c, const Reason *r) {
    for (int i = 0; i < c->n; i++) {
        const Reason *old = c->v[i];
        if (old->what != r->what || old->from_line != r->from_line || !old->steps.n ||
            !r->steps.n || old->steps.v[0].col != r->steps.v[0].col)
            continue;
        if (r->line != r->from_line) c->v[i] = r;
        return;
    }
    push(c, r);
}

static Candidates candidates(const Reasons *rs, const Frame *f, int64_t bytes) {
    Candidates there = {0}, moved = {0};
    for (int i = 0; i < rs->list.n; i++) {
        const Reason *r = &rs->list.v[i];
        if (!fits(r, bytes)) continue;
        if (written_there(r, f)) add_candidate(&there, r);
        if (moved_there(r, f)) push(&moved, r);
    }
    return there.n ? there : moved;
}

/* A size that escape analysis knows is a better match than one that it does not. */
static void prefer_sized(Candidates *c, int64_t bytes) {
    int n = 0;
    for (int i = 0; i < c->n; i++)
        if (bytes && c->v[i]->size >= 0) c->v[n++] = c->v[i];
    if (n) c->n = n;
}

static bool same_site(const Site *a, const Site *b) {
    if (a->file != b->file || a->line != b->line || a->reason != b->reason ||
        a->more.n != b->more.n)
        return false;
    if ((a->inside != NULL) != (b->inside != NULL)) return false;
    return !a->inside || strcmp(a->inside, b->inside) == 0;
}

static void add_to_site(WhyReport *w, const Site *s) {
    for (int i = 0; i < w->sites.n; i++)
        if (same_site(&w->sites.v[i], s)) {
            w->sites.v[i].value += s->value;
            w->sites.v[i].count += s->count;
            return;
        }
    push(&w->sites, *s);
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int column_of(const Reason *r) {
    if (r->moved || (r->line == r->from_line && r->file == r->from_file)) return r->col;
    return r->steps.n ? r->steps.v[0].col : 0;
}

static Site site_of(const Reasons *rs, const ProfileSample *s) {
    bool outer;
    Frame f = frame_of(rs, s, &outer);
    Site site = {.file = "?", .function = "?"};
    if (!f.line) return site;
    site.file = f.line->file;
    site.function = f.line->function;
    site.line = (int)f.line->line;
    const ProfileLine *in = innermost(s);
    if (outer && in) {
        site.inside = xprintf("%s (%s:%d)", in->function, base_name(in->file), (int)in->line);
        return site;
    }
    Candidates c = candidates(rs, &f, s->bytes);
    prefer_sized(&c, s->bytes);
    if (!c.n) return site;
    site.reason = c.v[0];
    site.col = c.n == 1 ? column_of(c.v[0]) : 0;
    for (int i = 1; i < c.n; i++) push(&site.more, c.v[i]);
    return site;
}

static int by_value(const void *a, const void *b) {
    int64_t x = ((const Site *)a)->value, y = ((const Site *)b)->value;
    return x < y ? 1 : x > y ? -1 : 0;
}

static int kind_index(const Profile *p, const char *kind) {
    for (int i = 0; i < p->kinds.n; i++)
        if (strcmp(p->kinds.v[i], kind) == 0) return i;
    return -1;
}

/* --- packages of the library --- */

/* "encoding/json.(*Decoder).Decode": encoding/json. Of main and the program's own packages the command line tells. */
static const char *package_of(const char *function) {
    const char *slash = strrchr(function, '/');
    const char *dot = strchr(slash ? slash : function, '.');
    return dot ? intern_n(function, (size_t)(dot - function)) : NULL;
}

static void ask_library(Reasons *rs, const Profile *p, const char *goroot) {
    ArgList packages = {0};
    Map seen = {0};
    for (int i = 0; i < p->samples.n; i++) {
        const ProfileLine *in = innermost(&p->samples.v[i]);
        if (!in || analysed(rs, in) || strncmp(in->file, goroot, strlen(goroot)) != 0) continue;
        const char *path = package_of(in->function);
        if (!path || map_get(&seen, path)) continue;
        map_put(&seen, path, (void *)path);
        push(&packages, (char *)path);
    }
    if (packages.n) reasons_ask(rs, &packages);
}

/* --- in words --- */

/* What lines do that allocates without an escape. */
static const char *guess(const Site *s) {
    static const struct {
        const char *sign, *what;
    } signs[] = {{"append(", "append takes a larger array when the old one is full"},
                 {"string(", "the conversion to a string copies"},
                 {"[]byte(", "the conversion to bytes copies"},
                 {"go ", "a goroutine starts, with what its function needs"},
                 {"+", "strings are put together"},
                 {"] = ", "the map grows"},
                 {"]++", "the map grows"}};
    Str text;
    if (!read_file(s->file, &text)) return "";
    const char *at = text.p, *end = text.p + text.n;
    for (int line = 1; line < s->line && at; line++) {
        at = memchr(at, '\n', (size_t)(end - at));
        if (at) at++;
    }
    if (!at || at >= end) return "";
    const char *line_end = memchr(at, '\n', (size_t)(end - at));
    const char *line = xprintf("%.*s", (int)((line_end ? line_end : end) - at), at);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strstr(line, signs[i].sign)) return signs[i].what;
    return "";
}

static char *reason_text(const Reason *r) {
    const char *because = reason_because(r);
    const char *verdict =
        r->moved ? xprintf("moved to heap: %s", r->what) : xprintf("%s escapes to heap", r->what);
    return *because ? xprintf("%s because %s", verdict, because) : (char *)verdict;
}

char *why_said(const Site *s) {
    if (s->inside) return xprintf("allocated by %s", s->inside);
    if (!s->reason) {
        const char *what = guess(s);
        return xprintf("no escape: %s", *what ? what : "what the line calls allocates");
    }
    Buf b = {0};
    buf_puts(&b, reason_text(s->reason));
    for (int i = 0; i < s->more.n; i++) buf_printf(&b, "; or %s", reason_text(s->more.v[i]));
    return buf_str(&b);
}

char *why_cure(const Site *s) {
    return (char *)(s->reason ? reason_remedy(s->reason) : "");
}

double why_share(const WhyReport *w, const Site *s) {
    return w->total ? 100.0 * (double)s->value / (double)w->total : 0;
}

static char *place_text(const Site *s) {
    return s->col ? xprintf("%s:%d:%d", base_name(s->file), s->line, s->col)
                  : xprintf("%s:%d", base_name(s->file), s->line);
}

static void print_site(const WhyReport *w, const Site *s) {
    printf("%s %.1f %% of %s (%lld in %lld objects) in %s: %s\n", place_text(s), why_share(w, s),
           w->unit, (long long)s->value, (long long)s->count, s->function, why_said(s));
    if (!s->reason) return;
    if (s->reason->line != s->line || s->reason->file != s->file)
        printf("    inlined at %s:%d:%d\n", base_name(s->reason->file), s->reason->line,
               s->reason->col);
    if (s->reason->steps.n) printf("    flow: %s\n", reason_flow(s->reason));
    if (*why_cure(s)) printf("    to remove it: %s\n", why_cure(s));
}

static void print_report(const WhyReport *w, int most) {
    int64_t rest = w->total;
    int shown = most > 0 && most < w->sites.n ? most : w->sites.n;
    for (int i = 0; i < shown; i++) {
        print_site(w, &w->sites.v[i]);
        rest -= w->sites.v[i].value;
    }
    if (shown < w->sites.n)
        printf("%d more sites: %.1f %% (-n 0 shows all)\n", w->sites.n - shown,
               w->total ? 100.0 * (double)rest / (double)w->total : 0);
    printf("%s: %lld %s in all\n", w->kind, (long long)w->total, w->unit);
}

/* --- the command --- */

static void gather(WhyReport *w, const Reasons *rs, const Profile *p, int value, int count) {
    for (int i = 0; i < p->samples.n; i++) {
        const ProfileSample *s = &p->samples.v[i];
        if (s->values.n <= value || s->values.v[value] == 0) continue;
        Site site = site_of(rs, s);
        site.value = s->values.v[value];
        site.count = count >= 0 && count < s->values.n ? s->values.v[count] : 0;
        w->total += site.value;
        add_to_site(w, &site);
    }
    if (w->sites.n) qsort(w->sites.v, (size_t)w->sites.n, sizeof *w->sites.v, by_value);
}

int cmd_why(int argc, char **argv) {
    bool inuse = false, objects = false;
    int most = 10;
    const char *page = NULL;
    const Flag own[] = {{"inuse", FLAG_BOOL, .target = &inuse},
                        {"objects", FLAG_BOOL, .target = &objects},
                        {"n", FLAG_INT, .target = &most},
                        {"html", FLAG_STRING, .target = &page},
                        {0}};
    const Flag *tables[] = {own, NULL};
    int i = parse_flags(argc, argv, 2, tables, NULL);
    if (i < 0) return 2;
    if (i == argc) return misuse("why: which profile of the heap%s?", "");
    Profile p = {0};
    const char *bad = profile_read(argv[i], &p);
    if (bad) fatalf("%s: %s", argv[i], bad);
    WhyReport w = {.profile = argv[i],
                   .kind =
                       xprintf("%s_%s", inuse ? "inuse" : "alloc", objects ? "objects" : "space"),
                   .unit = objects ? "objects" : "bytes"};
    int value = kind_index(&p, w.kind);
    if (value < 0) fatalf("%s: not a profile of the heap: it has no %s", argv[i], w.kind);
    ArgList patterns = {0};
    for (int k = i + 1; k < argc; k++) push(&patterns, argv[k]);
    if (!patterns.n) push(&patterns, (char *)".");
    Reasons rs = {0};
    if (!reasons_ask(&rs, &patterns)) return 1;
    Toolchain tools = {0};
    toolchain_find(&tools);
    if (tools.goroot) ask_library(&rs, &p, tools.goroot);
    gather(&w, &rs, &p, value, kind_index(&p, inuse ? "inuse_objects" : "alloc_objects"));
    if (!page) {
        print_report(&w, most);
        return 0;
    }
    if (!why_page(&w, page)) fatalf("cannot write %s: %s", page, strerror(errno));
    return 0;
}
