/* reasons.c - what escape analysis says of a program, read back from what it prints.
 *
 * The command calls itself: "golem build -n -gcflags=-m=3" analyses the packages and compiles nothing. That prints the lines of -m=2, and
 * the sizes of what is on the heap. So what golem why says stands word for word in -m=2.
 */
#define _GNU_SOURCE
#include "why.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* --- reading --- */

typedef struct Spot {
    const char *file;
    int line, col;
} Spot;

static Map real_names; /* a name as it is printed: the file */

static const char *real_file(const char *shown) {
    const char *known = map_get(&real_names, shown);
    if (known) return known;
    char *real = realpath(shown, NULL);
    known = intern(real ? real : shown);
    free(real);
    map_put(&real_names, shown, (void *)known);
    return known;
}

/* "file:line:col" up to `end`. */
static bool read_place(const char *text, const char *end, Spot *p) {
    const char *colon[2] = {NULL, NULL};
    for (const char *c = end; c-- > text && !colon[0];)
        if (*c == ':') {
            if (!colon[1])
                colon[1] = c;
            else
                colon[0] = c;
        }
    if (!colon[0]) return false;
    p->line = atoi(colon[0] + 1);
    p->col = atoi(colon[1] + 1);
    p->file = real_file(intern_n(text, (size_t)(colon[0] - text)));
    return p->line > 0;
}

/* The text behind "file:line:col: ". */
static const char *split_line(const char *line, Spot *p) {
    for (const char *at = line; (at = strstr(at, ": ")) != NULL; at += 2)
        if (at > line && at[-1] >= '0' && at[-1] <= '9')
            return read_place(line, at, p) ? at + 2 : NULL;
    return NULL;
}

/* "    from EXPR (WHY) at FILE:LINE:COL" */
static bool read_step(const char *text, Step *s) {
    const char *end = text + strlen(text), *at = NULL, *open = NULL;
    Spot p;
    for (const char *c = text; (c = strstr(c, ") at ")) != NULL; c++) at = c;
    if (!at || !read_place(at + 5, end, &p)) return false;
    for (const char *c = at; c-- > text && !open;)
        if (*c == '(' && c > text && c[-1] == ' ') open = c;
    if (!open) return false;
    *s = (Step){intern_n(text, (size_t)(open - 1 - text)),
                intern_n(open + 1, (size_t)(at - open - 1)), p.file, p.line, p.col};
    return true;
}

static bool ends_with(const char *text, const char *end, const char **without) {
    size_t n = strlen(text), k = strlen(end);
    if (n <= k || strcmp(text + n - k, end) != 0) return false;
    *without = intern_n(text, n - k);
    return true;
}

static Reason *find(Reasons *r, const Spot *p, const char *what) {
    for (int i = r->list.n; i-- > 0;) {
        Reason *x = &r->list.v[i];
        if (x->file == p->file && x->line == p->line && x->col == p->col && x->what == what)
            return x;
    }
    return NULL;
}

static Reason *add(Reasons *r, const Spot *p, const char *what) {
    push(&r->list, ((Reason){.file = p->file,
                             .what = what,
                             .line = p->line,
                             .col = p->col,
                             .from_line = p->line,
                             .from_file = p->file,
                             .size = -1}));
    return &r->list.v[r->list.n - 1];
}

static const char *behind(const char *text, const char *start) {
    size_t n = strlen(start);
    return strncmp(text, start, n) == 0 ? text + n : NULL;
}

/* The first step stands where the expression is written. */
static void add_step(Reason *r, const char *text) {
    Step s;
    if (!read_step(text, &s)) return;
    r->onward = NULL;
    if (!r->steps.n) {
        r->from_file = s.file;
        r->from_line = s.line;
    }
    push(&r->steps, s);
}

typedef struct Reading {
    Reasons *to;
    int block; /* whose lines follow, in the list; -1: nobody's */
} Reading;

static void read_line(Reading *r, const char *line) {
    Spot p;
    const char *text = split_line(line, &p), *what;
    if (!text) return;
    map_put(&r->to->files, p.file, (void *)p.file);
    const char *from = behind(text, "    from ");
    if (from) {
        if (r->block >= 0) add_step(&r->to->list.v[r->block], from);
        return;
    }
    const char *flow = behind(text, "  flow: "), *source = flow ? strstr(flow, " = ") : NULL;
    if (source && r->block >= 0)
        r->to->list.v[r->block].onward = intern_n(source + 3, strlen(source + 3) - 1);
    const char *size = behind(text, "  size of "), *colon = size ? strrchr(size, ':') : NULL;
    if (colon) {
        Reason *of = find(r->to, &p, intern_n(size, (size_t)(colon - size)));
        if (of) of->size = atoll(colon + 1);
    }
    if (*text == ' ') return;
    r->block = -1;
    if (ends_with(text, " escapes to heap:", &what)) {
        if (find(r->to, &p, what)) return;
        add(r->to, &p, what);
        r->block = r->to->list.n - 1;
    } else if (ends_with(text, " escapes to heap", &what)) {
        if (!find(r->to, &p, what)) add(r->to, &p, what);
    } else if (behind(text, "moved to heap: ")) {
        what = intern(behind(text, "moved to heap: "));
        Reason *of = find(r->to, &p, what);
        if (!of) of = add(r->to, &p, what);
        of->moved = true;
        of->from_file = of->file; /* the first step is not its declaration */
        of->from_line = of->line;
    }
}

bool reasons_ask(Reasons *r, const ArgList *patterns) {
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0) return false;
    self[n] = 0;
    const char *said = xprintf("%s/reasons", work_dir());
    ArgList argv = {0};
    push(&argv, self);
    push(&argv, (char *)"build");
    push(&argv, (char *)"-n");
    push(&argv, (char *)"-gcflags=-m=3");
    for (int i = 0; i < patterns->n; i++) push(&argv, patterns->v[i]);
    push(&argv, NULL);
    int pid = process_start_output(argv.v, NULL, said);
    int status = pid < 0 ? 1 : process_wait(pid);
    Str text;
    if (!read_file(said, &text)) return false;
    if (status != 0) {
        fwrite(text.p, 1, text.n, stderr);
        return false;
    }
    Reading reading = {r, -1};
    for (const char *at = text.p, *end = text.p + text.n; at < end;) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        if (!line_end) line_end = end;
        read_line(&reading, xprintf("%.*s", (int)(line_end - at), at));
        at = line_end + 1;
    }
    return true;
}

/* --- in words --- */

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static char *spot_of(const Step *s) {
    return xprintf("%s:%d", base_name(s->file), s->line);
}

/* The last step, but for those that only say how the step before it is done. */
static const Step *last_step(const Reason *r) {
    for (int i = r->steps.n; i-- > 0;) {
        const Step *s = &r->steps.v[i];
        if (strcmp(s->why, "spill") != 0 && strcmp(s->why, "slice-literal-element") != 0) return s;
    }
    return r->steps.n ? &r->steps.v[r->steps.n - 1] : NULL;
}

static bool some_step(const Reason *r, const char *why) {
    for (int i = 0; i < r->steps.n; i++)
        if (strcmp(r->steps.v[i].why, why) == 0) return true;
    return false;
}

char *reason_because(const Reason *r) {
    const Step *s = last_step(r);
    if (!s) return (char *)"";
    const char *equals = strstr(s->expr, " = ");
    if (r->onward) return xprintf("%s goes to a goroutine, or what else outlives it", r->onward);
    if (strcmp(s->why, "non-constant size") == 0)
        return (char *)"its size is known only when it runs";
    if (strcmp(s->why, "too large for stack") == 0) return (char *)"it is too large for the stack";
    if (strcmp(s->why, "return") == 0) return xprintf("returned (%s)", spot_of(s));
    if (strcmp(s->why, "send") == 0) return xprintf("sent: %s (%s)", s->expr, spot_of(s));
    if (strncmp(s->why, "assign", 6) == 0 && equals)
        return xprintf("stored in %.*s (%s)", (int)(equals - s->expr), s->expr, spot_of(s));
    if (strcmp(s->why, "call parameter") == 0)
        return xprintf("passed to a call that keeps it: %s (%s)", s->expr, spot_of(s));
    if (strcmp(s->why, "captured by a closure") == 0 || strcmp(s->why, "reference") == 0)
        return xprintf("captured by a function that outlives it (%s)", spot_of(s));
    if (strcmp(s->why, "interface-converted") == 0)
        return xprintf("put into an interface that outlives it (%s)", spot_of(s));
    if (strcmp(s->why, "spill") == 0)
        return xprintf("it is used after the call: %s (%s)", s->expr, spot_of(s));
    return xprintf("%s: %s (%s)", s->why, s->expr, spot_of(s));
}

const char *reason_remedy(const Reason *r) {
    const Step *s = last_step(r);
    if (!s) return "";
    if (strcmp(s->why, "non-constant size") == 0)
        return "a constant size of at most 64 KiB, or one buffer that is made once and used again";
    if (strcmp(s->why, "too large for stack") == 0)
        return "a smaller value, or one that is made once and used again";
    if (strncmp(r->what, "string(", 7) == 0)
        return "keep the bytes, or append them to a buffer that is there";
    if (strcmp(s->why, "return") == 0)
        return "return the value instead of a pointer to it, or fill what the caller passes in";
    if (some_step(r, "captured by a closure") || some_step(r, "reference"))
        return "pass it to the function as an argument instead of capturing it, or keep a value of "
               "its own there";
    if (some_step(r, "interface-converted") || strcmp(s->why, "call parameter") == 0)
        return "pass it where it is not kept: a parameter of a concrete type instead of an "
               "interface, a function that -m says does "
               "not leak it";
    if (strcmp(s->why, "send") == 0) return "send the value instead of a pointer to it";
    return "store the value itself there, or reuse what is there already";
}

char *reason_flow(const Reason *r) {
    Buf b = {0};
    for (int i = 0; i < r->steps.n; i++) {
        const Step *s = &r->steps.v[i];
        const char *expr = strcmp(s->expr, "<bad expr>") == 0 ? "return" : s->expr;
        buf_printf(&b, "%s%s (%s, %s:%d:%d)", i ? " -> " : "", expr, s->why, base_name(s->file),
                   s->line, s->col);
    }
    return buf_str(&b);
}
