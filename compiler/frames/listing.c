/* listing.c - assembly with Go's names and lines.
 *
 * .loc directives say which line an instruction is for. What the library's headers put inline (an allocation, the write
 * barrier) has lines of those headers; it is shown at the line that it was inlined into. gcc says which that is in the
 * debug information only: each inlined call is a DIE with the line of the call and the block labels (.LBB7) that begin
 * its code, directly or in a list of ranges (.LLRL2). Text between .LBBn and .LBEn is that block's; blocks nest.
 */
#define _GNU_SOURCE /* memmem */
#include "frames/listing.h"

#include "frames/goname.h"

#include <ctype.h>
#include <stdlib.h>

typedef struct Line {
    const char *p;
    size_t n;
} Line;

typedef struct Place {
    const char *file; /* NULL: not known */
    long line;
} Place;

typedef struct Block {
    const char *label; /* interned: .LBB7 */
    Place at;          /* file NULL: no inlined call begins here */
} Block;

typedef struct Listing {
    Map files;     /* interned number of a .file -> path */
    Map functions; /* interned symbols of code */
    Map defined;   /* interned symbols with a label here */
    Map calls;     /* interned .LBBn -> Place * of the call that was inlined */
    Map ranges;    /* interned .LLRLn -> Place * */
    VEC(Block) blocks;
    Place loc, go; /* of the last .loc; of the last one in a Go file */
    bool inside, elsewhere;
    const char *(*shown)(const char *path);
    Buf *out;
} Listing;

/* --- lines --- */

static bool next_line(Str text, size_t *at, Line *l) {
    if (*at >= text.n) return false;
    const char *p = text.p + *at, *end = memchr(p, '\n', text.n - *at);
    size_t n = end ? (size_t)(end - p) : text.n - *at;
    *at += n + 1;
    while (n && (*p == ' ' || *p == '\t')) p++, n--;
    while (n && (p[n - 1] == ' ' || p[n - 1] == '\t')) n--;
    *l = (Line){p, n};
    return true;
}

static bool starts(Line l, const char *s) {
    size_t n = strlen(s);
    return l.n >= n && memcmp(l.p, s, n) == 0;
}

static const char *find(Line l, const char *s) {
    return memmem(l.p, l.n, s, strlen(s));
}

static bool symbol_byte(char c) {
    return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '$' || (c & 0x80);
}

static size_t symbol_length(const char *p, const char *end) {
    size_t n = 0;
    while (p + n < end && symbol_byte(p[n])) n++;
    return n;
}

/* The label that the line is, interned, or NULL. */
static const char *label_of(Line l) {
    size_t n = symbol_length(l.p, l.p + l.n);
    return n && n < l.n && l.p[n] == ':' ? intern_n(l.p, n) : NULL;
}

/* The first local symbol of the kind in the line, interned, or NULL. */
static const char *local_symbol(Line l, const char *kind) {
    const char *p = find(l, kind);
    return p ? intern_n(p, symbol_length(p, l.p + l.n)) : NULL;
}

static bool is_go_file(const char *path) {
    size_t n = path ? strlen(path) : 0;
    return n > 3 && strcmp(path + n - 3, ".go") == 0;
}

/* --- the first pass: files, symbols, inlined calls --- */

/* .file 2 "dir" "name", or .file 2 "path" */
static void note_file(Listing *s, Line l) {
    const char *p = l.p + 5, *end = l.p + l.n;
    while (p < end && isspace((unsigned char)*p)) p++;
    size_t digits = 0;
    while (p + digits < end && isdigit((unsigned char)p[digits])) digits++;
    if (!digits) return;
    const char *number = intern_n(p, digits), *parts[2] = {NULL, NULL};
    int n = 0;
    for (p += digits; p < end && n < 2;) {
        const char *open = memchr(p, '"', (size_t)(end - p));
        const char *close = open ? memchr(open + 1, '"', (size_t)(end - open - 1)) : NULL;
        if (!close) break;
        parts[n++] = intern_n(open + 1, (size_t)(close - open - 1));
        p = close + 1;
    }
    if (n == 2 && *parts[1] != '/') parts[0] = xprintf("%s/%s", parts[0], parts[1]);
    if (n) map_put(&s->files, number, (void *)(n == 2 && *parts[1] == '/' ? parts[1] : parts[0]));
}

static void note_symbols(Listing *s, Line l) {
    if (starts(l, ".file")) note_file(s, l);
    const char *label = label_of(l);
    if (label && *label != '.') map_put(&s->defined, label, (void *)label);
    if (!starts(l, ".type") || !find(l, "@function")) return;
    const char *p = l.p + 5;
    while (*p == ' ' || *p == '\t') p++;
    const char *name = intern_n(p, symbol_length(p, l.p + l.n));
    map_put(&s->functions, name, (void *)name);
}

/* "# DW_AT_call_file (2, path)" or "(path)" */
static const char *named_file(Line l) {
    const char *open = memchr(l.p, '(', l.n), *end = l.p + l.n - 1;
    if (!open || *end != ')') return NULL;
    const char *comma = memmem(open, (size_t)(end - open), ", ", 2);
    const char *from = comma ? comma + 2 : open + 1;
    return intern_n(from, (size_t)(end - from));
}

static long number(Line l) {
    const char *p = l.p;
    while (p < l.p + l.n && !isdigit((unsigned char)*p)) p++;
    return strtol(p, NULL, 0);
}

static void note_inlined_calls(Listing *s, Str text) {
    Line l;
    Place *call = NULL; /* of the DIE that is read */
    Place *range = NULL;
    const char *key = NULL;
    for (size_t at = 0; next_line(text, &at, &l);) {
        if (find(l, "# (DIE ")) call = find(l, "DW_TAG_inlined_subroutine") ? new_(Place) : NULL;
        if (call && find(l, "DW_AT_low_pc") && (key = local_symbol(l, ".LBB")))
            map_put(&s->calls, key, call);
        if (call && find(l, "DW_AT_ranges") && (key = local_symbol(l, ".LLRL")))
            map_put(&s->ranges, key, call);
        if (call && find(l, "DW_AT_call_file")) call->file = named_file(l);
        if (call && find(l, "DW_AT_call_line")) call->line = number(l);
        const char *label = label_of(l);
        if (label && strncmp(label, ".LLRL", 5) == 0) range = map_get(&s->ranges, label);
        if (range && find(l, "Range begin") && (key = local_symbol(l, ".LBB")))
            map_put(&s->calls, key, range);
        if (range && find(l, "end_of_list")) range = NULL;
    }
}

/* --- the second pass: printing --- */

/* .loc 2 10 53 */
static void note_location(Listing *s, Line l) {
    char *end;
    const char *p = l.p + 4;
    long file = strtol(p, &end, 10);
    Place to = {map_get(&s->files, intern(xprintf("%ld", file))), strtol(end, NULL, 10)};
    if (to.line == 0) return; /* clang's, for what belongs to no line */
    s->loc = to;
    if (is_go_file(to.file)) s->go = to;
}

static Place go_place(const Listing *s) {
    if (is_go_file(s->loc.file)) return s->loc;
    for (int i = s->blocks.n - 1; i >= 0; i--)
        if (is_go_file(s->blocks.v[i].at.file)) return s->blocks.v[i].at;
    return s->go;
}

static void enter_block(Listing *s, const char *label) {
    const Place *call = map_get(&s->calls, label);
    push(&s->blocks, ((Block){label, call ? *call : (Place){0}}));
}

static void leave_block(Listing *s, const char *label) {
    const char *begin = intern(xprintf(".LBB%s", label + 4));
    for (int i = s->blocks.n - 1; i >= 0; i--) {
        if (s->blocks.v[i].label != begin) continue;
        s->blocks.n = i;
        return;
    }
}

static void print_symbol(const Listing *s, const char *name) {
    bool own = !strchr(name, '$') && map_get(&s->defined, name); /* the file's own constants */
    buf_puts(s->out, own ? name : go_name(name));
}

/* The operands, with Go's names: a symbol follows anything but a %, and may follow the $ of a constant. */
static void print_operands(const Listing *s, const char *p, const char *end) {
    while (p < end) {
        if (*p == '%') {
            do buf_putc(s->out, *p++);
            while (p < end && isalnum((unsigned char)*p));
        } else if (*p == '$') {
            buf_putc(s->out, *p++);
        } else if (symbol_byte(*p) && *p != '.' && !isdigit((unsigned char)*p)) {
            size_t n = symbol_length(p, end);
            print_symbol(s, intern_n(p, n));
            p += n;
        } else if (symbol_byte(*p)) {
            size_t n = symbol_length(p, end);
            buf_put(s->out, p, n);
            p += n;
        } else {
            buf_putc(s->out, *p++);
        }
    }
}

static void print_instruction(const Listing *s, Line l) {
    const char *comment = memchr(l.p, '#', l.n);
    if (comment) l.n = (size_t)(comment - l.p);
    while (l.n && isspace((unsigned char)l.p[l.n - 1])) l.n--;
    if (!l.n) return;
    const char *p = l.p, *end = l.p + l.n;
    while (p < end && *p != ' ' && *p != '\t') p++;
    Place at = go_place(s);
    if (at.file)
        buf_printf(s->out, "\t(%s:%ld)\t", s->shown(at.file), at.line);
    else
        buf_puts(s->out, "\t(<autogenerated>:1)\t");
    buf_put(s->out, l.p, (size_t)(p - l.p));
    while (p < end && (*p == ' ' || *p == '\t')) p++;
    if (p < end) buf_putc(s->out, '\t');
    print_operands(s, p, end);
    buf_putc(s->out, '\n');
}

static void local_label(Listing *s, const char *label) {
    bool block = strncmp(label, ".LBB", 4) == 0;
    bool target = label[1] == 'L' && isdigit((unsigned char)label[2]);
    if (target || (block && strchr(label, '_'))) /* gcc's, clang's */
        buf_printf(s->out, "    %s:\n", label);
    else if (block)
        enter_block(s, label);
    else if (strncmp(label, ".LBE", 4) == 0)
        leave_block(s, label);
}

static void print_part(Listing *s, Line l) {
    while (l.n > 2 && isdigit((unsigned char)*l.p) &&
           l.p[1] == ':') { /* inline assembly's labels */
        l.p += 2, l.n -= 2;
        while (l.n && isspace((unsigned char)*l.p)) l.p++, l.n--;
    }
    const char *label = label_of(l);
    if (label && s->inside)
        local_label(s, label);
    else if (starts(l, ".pushsection"))
        s->elsewhere = true;
    else if (starts(l, ".popsection"))
        s->elsewhere = false;
    else if (starts(l, ".loc ") || starts(l, ".loc\t"))
        note_location(s, l);
    else if (starts(l, ".size"))
        s->inside = false;
    else if (s->inside && !s->elsewhere && l.n && *l.p != '.' && *l.p != '#' && *l.p != '/')
        print_instruction(s, l);
}

static void begin_function(Listing *s, const char *symbol) {
    s->inside = true;
    s->blocks.n = 0;
    s->loc = s->go = (Place){0};
    buf_printf(s->out, "%s STEXT\n", go_name(symbol));
}

void print_listing(Str text, const char *(*shown)(const char *path), Buf *out) {
    Listing s = {.shown = shown, .out = out};
    Line l;
    for (size_t at = 0; next_line(text, &at, &l);) note_symbols(&s, l);
    note_inlined_calls(&s, text);
    for (size_t at = 0; next_line(text, &at, &l);) {
        const char *label = label_of(l);
        if (label && *label != '.' && map_get(&s.functions, label)) {
            begin_function(&s, label);
            continue;
        }
        for (const char *semi; (semi = *l.p == '#' ? NULL : memchr(l.p, ';', l.n));) {
            print_part(&s, (Line){l.p, (size_t)(semi - l.p)});
            size_t skip = (size_t)(semi - l.p) + 1;
            l.p += skip, l.n -= skip;
            while (l.n && isspace((unsigned char)*l.p)) l.p++, l.n--;
        }
        print_part(&s, l);
    }
}
