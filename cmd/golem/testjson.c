/* testjson.c - what a test prints, as events: one JSON object a line (golem test -json, golem tool test2json).
 *
 * A test program that is told -test.v=test2json marks what it says of tests ("=== RUN", "--- PASS") with ^V at the
 * beginning of the line, errors with ^O before and ^N behind, and escapes other such characters with ^[. The events, their
 * fields and their order are those of Go's test2json.
 *
 * Text goes through two buffers of lines. The first recognises lines about tests; the second makes events of output, a
 * line each, longer ones in pieces that end with a character.
 *
 * Under golem test a process of its own runs the test, reads what it prints, and ends with the test's status.
 */
#define _GNU_SOURCE
#include "golem.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    MARK_FRAMING = 'V' & 31,
    MARK_ERROR = 'O' & 31,
    MARK_ERROR_END = 'N' & 31,
    MARK_ESCAPE = 033
};
enum { IN_SIZE = 4096, OUT_SIZE = 1024 };

typedef struct Converter Converter;

typedef struct LineBuffer {
    char *b;
    size_t n, cap;
    bool mid, escaped; /* in a long line; behind ^[ */
    void (*line)(Converter *c, char *p, size_t n);
    void (*part)(Converter *c, char *p, size_t n);
} LineBuffer;

typedef struct Report { /* a result that waits for what follows it */
    const char *action, *test;
    double elapsed; /* < 0: none */
} Report;

struct Converter {
    FILE *out;
    const char *package; /* NULL: none is named */
    bool stamped;
    struct timespec began;
    const char *test; /* to which output belongs, or NULL */
    VEC(Report) reports;
    const char *result; /* or NULL */
    LineBuffer in, lines;
    bool marked, in_error, escape, framing;
    char in_mem[IN_SIZE], out_mem[OUT_SIZE];
};

/* --- events --- */

static size_t utf8_length(const uint8_t *p, size_t n) {
    size_t len = *p < 0x80                 ? 1
                 : *p >= 0xc2 && *p < 0xe0 ? 2
                 : (*p & 0xf0) == 0xe0     ? 3
                 : *p >= 0xf0 && *p < 0xf5 ? 4
                                           : 0;
    if (!len || len > n) return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xc0) != 0x80) return 0;
    if (len < 3) return len;
    if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f)) return 0;
    return (*p == 0xf0 && p[1] < 0x90) || (*p == 0xf4 && p[1] > 0x8f) ? 0 : len;
}

/* A JSON string as encoding/json prints it. */
static void put_json(FILE *out, const char *text, size_t n) {
    const uint8_t *p = (const uint8_t *)text;
    fputc('"', out);
    for (size_t i = 0; i < n;) {
        size_t len = utf8_length(p + i, n - i);
        const char *short_ = strchr("\bb\ff\nn\rr\tt\"\"\\\\", p[i]);
        if (len == 1 && p[i] && short_ && (short_[0] == short_[1] || p[i] < ' '))
            fprintf(out, "\\%c", short_[1]);
        else if (len == 1 && (p[i] < ' ' || strchr("<>&", p[i])))
            fprintf(out, "\\u%04x", p[i]);
        else if (len == 3 && p[i] == 0xe2 && p[i + 1] == 0x80 && (p[i + 2] & 0xfe) == 0xa8)
            fprintf(out, "\\u%04x", 0x2000 + (p[i + 2] & 0x3f));
        else if (len)
            fwrite(p + i, 1, len, out);
        else
            fputs("\\ufffd", out);
        i += len ? len : 1;
    }
    fputc('"', out);
}

static void put_field(FILE *out, const char *name, const char *value) {
    if (!value || !*value) return;
    fprintf(out, ",\"%s\":", name);
    put_json(out, value, strlen(value));
}

static void put_time(FILE *out) {
    struct timespec now;
    struct tm tm;
    char text[64], zone[16];
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    strftime(zone, sizeof zone, "%z", &tm);
    fprintf(out, "\"Time\":\"%s.%09ld", text, now.tv_nsec);
    if (strcmp(zone, "+0000") == 0)
        fputs("Z\",", out);
    else
        fprintf(out, "%.3s:%s\",", zone, zone + 3);
}

typedef struct Event {
    const char *action, *test; /* test NULL: the one that runs */
    double elapsed;            /* < 0: not said */
    Str output;                /* p NULL: none */
    const char *output_type, *failed_build, *key, *value, *path;
} Event;

static void put_event(Converter *c, Event e) {
    FILE *out = c->out;
    fputc('{', out);
    if (c->stamped) put_time(out);
    fputs("\"Action\":", out);
    put_json(out, e.action, strlen(e.action));
    put_field(out, "Package", c->package);
    put_field(out, "Test", e.test ? e.test : c->test);
    if (e.elapsed >= 0 && c->stamped) fprintf(out, ",\"Elapsed\":%.15g", e.elapsed);
    if (e.output.p) {
        fputs(",\"Output\":", out);
        put_json(out, e.output.p, e.output.n);
    }
    put_field(out, "OutputType", e.output_type);
    put_field(out, "FailedBuild", e.failed_build);
    put_field(out, "Key", e.key);
    put_field(out, "Value", e.value);
    put_field(out, "Path", e.path);
    fputs("}\n", out);
    fflush(out);
}

static void put_output(Converter *c, const char *p, size_t n, const char *type) {
    put_event(c, (Event){.action = "output", .elapsed = -1, .output = {p, n}, .output_type = type});
}

/* A piece of output, without the marks that it holds: one event, or several around errors. */
static void output_event(Converter *c, char *p, size_t n) {
    const char *type = c->framing ? "frame" : c->in_error ? "error-continue" : NULL;
    size_t from = 0, to = 0; /* what is gathered */
    for (size_t i = 0; i < n; i++) {
        if (c->escape) {
            c->escape = false;
            p[to++] = p[i];
        } else if (p[i] == MARK_ESCAPE) {
            c->escape = true;
        } else if (p[i] == MARK_ERROR) {
            if (to > from) put_output(c, p + from, to - from, type);
            from = to;
            c->in_error = true;
            type = "error";
        } else if (p[i] == MARK_ERROR_END) {
            if (i + 1 < n && p[i + 1] == '\n') p[to++] = p[++i];
            put_output(c, p + from, to - from, type);
            from = to;
            c->in_error = false;
            type = NULL;
        } else {
            p[to++] = p[i];
        }
    }
    if (to > from) put_output(c, p + from, to - from, type);
}

/* --- buffers of lines --- */

/* The end of the first line in p: behind its newline, or before a ^V in its middle; 0: there is none. */
static size_t line_end(LineBuffer *l, const char *p, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '\n') return i + 1;
        if (l->escaped)
            l->escaped = false;
        else if (p[i] == MARK_ESCAPE)
            l->escaped = true;
        else if (p[i] == MARK_FRAMING && i > 0)
            return i;
    }
    return 0;
}

/* How much of p does not end inside a character. */
static size_t whole_characters(const char *p, size_t n) {
    for (size_t i = 1; i < 4 && i <= n; i++) {
        unsigned char c = (unsigned char)p[n - i];
        if ((c & 0xc0) == 0x80) continue;
        size_t len = (c & 0xe0) == 0xc0 ? 2 : (c & 0xf0) == 0xe0 ? 3 : (c & 0xf8) == 0xf0 ? 4 : 1;
        return i < len ? n - i : n;
    }
    return n;
}

/* The length of a benchmark's name and the tab behind it, which come before its result; 0: something else. */
static size_t benchmark_name(const char *p, size_t n) {
    static const char word[] = "Benchmark";
    enum { LEN = sizeof word - 1 };
    const char *tab = memchr(p, '\t', n);
    if (!tab || n < LEN || memcmp(p, word, LEN) != 0 || (p[LEN] >= 'a' && p[LEN] <= 'z')) return 0;
    return (size_t)(tab - p) + 1;
}

static void buffer_write(Converter *c, LineBuffer *l, const char *p, size_t n) {
    while (n) {
        size_t m = l->cap - l->n < n ? l->cap - l->n : n;
        memcpy(l->b + l->n, p, m);
        l->n += m;
        p += m;
        n -= m;
        size_t i = 0, k;
        while (i < l->n) {
            k = line_end(l, l->b + i, l->n - i);
            bool whole = k > 0;
            if (!whole && !l->mid) k = benchmark_name(l->b + i, l->n - i);
            if (!k) break;
            if (l->mid || !whole)
                l->part(c, l->b + i, k);
            else
                l->line(c, l->b + i, k);
            l->mid = !whole;
            i += k;
        }
        if (i == 0 && l->n == l->cap) { /* a piece of a long line */
            i = whole_characters(l->b, l->n);
            l->part(c, l->b, i);
            l->mid = true;
        }
        l->n -= i;
        memmove(l->b, l->b + i, l->n);
    }
}

static void buffer_flush(Converter *c, LineBuffer *l) {
    if (l->n) l->part(c, l->b, l->n);
    l->n = 0;
}

static void write_output(Converter *c, char *p, size_t n) {
    buffer_write(c, &c->lines, p, n);
}

static void write_framing(Converter *c, const char *p, size_t n) {
    c->framing = true;
    buffer_write(c, &c->lines, p, n);
    c->framing = false;
}

/* --- lines about tests --- */

static bool starts(const char *p, size_t n, const char *word) {
    size_t len = strlen(word);
    return n >= len && memcmp(p, word, len) == 0;
}

static bool starts_any(const char *p, size_t n, const char *const *words) {
    for (; *words; words++)
        if (starts(p, n, *words)) return true;
    return false;
}

/* Says the results that wait, at this depth and deeper. */
static void flush_reports(Converter *c, int depth) {
    c->test = NULL;
    while (c->reports.n > depth) {
        Report r = c->reports.v[--c->reports.n];
        put_event(c, (Event){.action = r.action, .test = r.test, .elapsed = r.elapsed});
    }
}

static char *cut(char **rest) {
    char *word = *rest, *space = strchr(word, ' ');
    *rest = space ? space + 1 : word + strlen(word);
    if (space) *space = 0;
    return word;
}

static const char *lower(char *s) {
    for (char *p = s; *p; p++)
        if (*p >= 'A' && *p <= 'Z') *p += 32;
    size_t n = strlen(s);
    if (n && s[n - 1] == ':') s[n - 1] = 0;
    return s;
}

static char *trimmed(char *s) {
    while (*s == ' ') s++;
    for (size_t n = strlen(s); n && s[n - 1] == ' ';) s[--n] = 0;
    return s;
}

/* "--- PASS: Name (0.00s)", indented by depth. */
static void report_line(Converter *c, const char *action, char *name, int depth, const char *line,
                        size_t n) {
    double elapsed = -1;
    char *open = strstr(name, " (");
    size_t len = strlen(name);
    if (open) {
        if (len > 2 && strcmp(name + len - 2, "s)") == 0) elapsed = strtod(open + 2, NULL);
        *open = 0;
    }
    flush_reports(c, depth);
    c->test = name;
    push(&c->reports, ((Report){action, name, elapsed}));
    write_framing(c, line, n);
}

/* "=== RUN   Name" and the like. */
static void update_line(Converter *c, const char *action, char *name, const char *line, size_t n) {
    Event e = {.action = action, .elapsed = -1};
    if (strcmp(action, "artifacts") == 0) {
        e.path = name;
        name = cut((char **)&e.path);
    } else if (strcmp(action, "attr") == 0) {
        e.value = name;
        name = cut((char **)&e.value);
        e.key = cut((char **)&e.value);
    }
    flush_reports(c, 0);
    c->test = name;
    bool pause = strcmp(action, "pause") == 0;
    if (strcmp(action, "name") == 0) return; /* only says whose the output is */
    if (pause) write_framing(c, line, n);
    put_event(c, e);
    if (!pause) write_framing(c, line, n);
}

static void input_line(Converter *c, char *p, size_t n) {
    static const char *const updates[] = {"=== RUN   ", "=== PAUSE ", "=== CONT  ",
                                          "=== NAME  ", "=== PASS  ", "=== FAIL  ",
                                          "=== SKIP  ", "=== ATTR  ", "=== ARTIFACTS ",
                                          NULL},
                             *const results[] = {
                                 "--- PASS: ", "--- FAIL: ", "--- SKIP: ", "--- BENCH: ", NULL};
    bool mark = n && *p == MARK_FRAMING;
    if (!n) return;
    if (c->marked && !mark) {
        write_output(c, p, n);
        return;
    }
    if (mark) {
        buffer_flush(c, &c->lines);
        p++, n--;
    }
    size_t len = n;
    if (len && p[len - 1] == '\n') len--;
    if (len && len < n && p[len - 1] == '\r') len--;
    char *text = xprintf("%.*s", (int)len, p);
    if (strcmp(text, "=== NAME") == 0) { /* without its spaces */
        p = "=== NAME  \n";
        n = strlen(p);
        text = xprintf("=== NAME  ");
    }
    bool pass = strcmp(text, "PASS") == 0;
    if (pass || strcmp(text, "FAIL") == 0 || starts(text, len, "FAIL\t")) {
        flush_reports(c, 0);
        c->marked = mark;
        write_framing(c, p, n);
        c->result = pass ? "pass" : "fail";
        return;
    }
    if (starts(text, len, "?   \t") && strstr(text, "\t[no test files]") && !c->reports.n)
        c->result = "skip";
    char *s = text;
    int depth = 0;
    bool update = starts_any(s, strlen(s), updates);
    while (!update && strncmp(s, "    ", 4) == 0) s += 4, depth++;
    bool result = !update && starts_any(s, strlen(s), results);
    if (!update && !result && depth > 0 && depth <= c->reports.n)
        c->test = c->reports.v[depth - 1].test;
    if ((!update && !result) || (result && c->reports.n < depth)) {
        write_output(c, p, n);
        return;
    }
    c->marked = mark;
    s += 4;
    const char *action = lower(cut(&s));
    if (result)
        report_line(c, action, trimmed(s), depth, p, n);
    else
        update_line(c, action, trimmed(s), p, n);
}

/* --- from begin to end --- */

static void converter_begin(Converter *c, FILE *out, const char *package, bool stamped) {
    *c = (Converter){.out = out, .package = package, .stamped = stamped};
    clock_gettime(CLOCK_MONOTONIC, &c->began);
    c->in = (LineBuffer){.b = c->in_mem, .cap = IN_SIZE, .line = input_line, .part = write_output};
    c->lines =
        (LineBuffer){.b = c->out_mem, .cap = OUT_SIZE, .line = output_event, .part = output_event};
    put_event(c, (Event){.action = "start", .elapsed = -1});
}

static double converter_seconds(const Converter *c) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - c->began.tv_sec) + (double)(now.tv_nsec - c->began.tv_nsec) / 1e9;
}

static void converter_end(Converter *c, const char *failed_build) {
    buffer_flush(c, &c->in);
    buffer_flush(c, &c->lines);
    if (!c->result) return;
    double seconds = (double)(long)(converter_seconds(c) * 1000 + 0.5) / 1000;
    put_event(c, (Event){.action = c->result,
                         .elapsed = seconds,
                         .failed_build = strcmp(c->result, "fail") == 0 ? failed_build : NULL});
}

void test_json_said(const char *package, const char *text, bool failed, const char *failed_build) {
    Converter c;
    converter_begin(&c, stdout, package, true);
    buffer_write(&c, &c.in, text, strlen(text));
    if (failed) c.result = "fail";
    converter_end(&c, failed_build);
}

void test_json_build_output(const char *package, Str text) {
    while (text.n) {
        const char *nl = memchr(text.p, '\n', text.n);
        size_t n = nl ? (size_t)(nl - text.p) + 1 : text.n;
        printf("{\"ImportPath\":");
        put_json(stdout, package, strlen(package));
        printf(",\"Action\":\"build-output\",\"Output\":");
        put_json(stdout, text.p, n);
        printf("}\n");
        text.p += n;
        text.n -= n;
    }
    printf("{\"ImportPath\":");
    put_json(stdout, package, strlen(package));
    printf(",\"Action\":\"build-fail\"}\n");
}

/* Reads all that comes out of fd; the first bytes and the last stay known. */
static void convert(Converter *c, int fd, char *first, size_t nfirst, char *last) {
    char mem[IN_SIZE];
    size_t seen = 0;
    for (ssize_t n; (n = read(fd, mem, sizeof mem)) > 0 || (n < 0 && errno == EINTR);) {
        if (n < 0) continue;
        for (ssize_t i = 0; i < n && seen < nfirst; i++) first[seen++] = mem[i];
        *last = mem[n - 1];
        buffer_write(c, &c->in, mem, (size_t)n);
    }
}

/* The child: runs the test, and says in the end what golem test says. */
_Noreturn static void run_and_convert(char **argv, const char *dir, const char *path, FILE *out) {
    static Converter c;
    converter_begin(&c, out, path, true);
    int fd, pid = process_start_pipe(argv, dir, &fd);
    if (pid < 0) fatalf("cannot run %s: %s", argv[0], strerror(errno));
    static const char none[] = "testing: warning: no tests to run\n";
    char first[sizeof none] = "", last = '\n';
    convert(&c, fd, first, sizeof none - 1, &last);
    int status = process_wait(pid);
    if (status && last != '\n') buffer_write(&c, &c.in, "\n", 1);
    const char *said =
        test_closing(path, status, converter_seconds(&c), "", strcmp(first, none) == 0, "");
    buffer_write(&c, &c.in, said, strlen(said));
    if (status)
        c.result = "fail";
    else if (!c.result || strcmp(c.result, "skip") != 0)
        c.result = "pass";
    converter_end(&c, NULL);
    fclose(out);
    _exit(status > 255 ? 1 : status);
}

int test_json_start(char **argv, const char *dir, const char *path, const char *output) {
    fflush(stdout);
    fflush(stderr);
    int pid = fork();
    if (pid != 0) return pid;
    FILE *out = output ? fopen(output, "w") : stdout;
    if (!out) fatalf("cannot write %s: %s", output, strerror(errno));
    run_and_convert(argv, dir, path, out);
}

/* golem tool test2json [-p package] [-t]: from standard input. */
int cmd_test2json(int argc, char **argv) {
    const char *package = NULL;
    bool stamped = false;
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "-t") == 0)
            stamped = true;
        else if (strcmp(argv[i], "-p") == 0 && i + 1 < argc)
            package = argv[++i];
        else
            return misuse("usage: golem tool test2json [-p package] [-t] (not %s)", argv[i]);
    }
    static Converter c;
    char first = 0, last = 0;
    converter_begin(&c, stdout, package, stamped);
    convert(&c, 0, &first, 0, &last);
    converter_end(&c, NULL);
    return 0;
}
