/* profile.c - reads profiles: pprof's message profile.proto, packed by gzip or not.
 *
 * A message is a row of fields: a key (number << 3 | form), and a number of seven bits a byte or a piece of so many bytes. Repeated
 * numbers come one by one or packed into a piece. What names something by number may come before it, so lines are looked up when
 * all has been read.
 */
#include "profile.h"

#include <errno.h>

typedef struct Field {
    uint32_t number;
    uint64_t value;
    Str piece; /* p NULL: a number */
} Field;

static bool number(Str *in, uint64_t *v) {
    *v = 0;
    for (int shift = 0; in->n && shift < 64; shift += 7) {
        uint8_t byte = (uint8_t)*in->p;
        in->p++, in->n--;
        *v |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) return true;
    }
    return false;
}

/* False: there is none, or *bad. */
static bool field(Str *in, Field *f, bool *bad) {
    enum { NUMBER = 0, EIGHT = 1, PIECE = 2, FOUR = 5 };
    uint64_t key, n;
    if (!in->n) return false;
    *bad = true;
    if (!number(in, &key)) return false;
    *f = (Field){.number = (uint32_t)(key >> 3)};
    uint32_t form = key & 7;
    if (form == NUMBER) {
        if (!number(in, &f->value)) return false;
    } else {
        n = form == EIGHT ? 8 : 4;
        if (form == PIECE ? !number(in, &n) : form != EIGHT && form != FOUR) return false;
        if (n > in->n) return false;
        f->piece = (Str){in->p, (size_t)n};
        in->p += n, in->n -= (size_t)n;
    }
    *bad = false;
    return true;
}

typedef VEC(uint64_t) Numbers;

static void numbers(const Field *f, Numbers *out) {
    Str in = f->piece;
    if (!in.p) push(out, f->value);
    for (uint64_t v; in.n && number(&in, &v);) push(out, v);
}

typedef struct Function {
    uint64_t id, name, file;
} Function;
typedef struct RawLine {
    ProfileLocation *location;
    uint64_t function;
    int64_t line;
} RawLine;
typedef struct RawSample {
    Numbers locations, values;
    VEC(Str) labels;
} RawSample;

typedef struct Reader {
    bool bad;
    VEC(const char *) strings;
    Numbers kinds; /* strings */
    VEC(Function) functions;
    VEC(RawLine) lines;
    VEC(ProfileLocation *) locations;
    VEC(RawSample) samples;
} Reader;

static uint64_t one_of(Reader *r, Str message, uint32_t wanted) {
    Field f;
    while (field(&message, &f, &r->bad))
        if (f.number == wanted) return f.value;
    return 0;
}

static void read_sample(Reader *r, Str in) {
    RawSample s = {0};
    Field f;
    while (field(&in, &f, &r->bad)) {
        if (f.number == 1) numbers(&f, &s.locations);
        if (f.number == 2) numbers(&f, &s.values);
        if (f.number == 3) push(&s.labels, f.piece);
    }
    push(&r->samples, s);
}

static void read_location(Reader *r, Str in) {
    ProfileLocation *l = new_(ProfileLocation);
    Field f;
    while (field(&in, &f, &r->bad)) {
        if (f.number == 1) l->id = f.value;
        if (f.number == 4)
            push(&r->lines, ((RawLine){l, one_of(r, f.piece, 1), (int64_t)one_of(r, f.piece, 2)}));
    }
    push(&r->locations, l);
}

static void read_function(Reader *r, Str in) {
    Function fn = {0};
    Field f;
    while (field(&in, &f, &r->bad)) {
        if (f.number == 1) fn.id = f.value;
        if (f.number == 2) fn.name = f.value;
        if (f.number == 4) fn.file = f.value;
    }
    push(&r->functions, fn);
}

static void read_all(Reader *r, Str in) {
    Field f;
    while (field(&in, &f, &r->bad)) {
        if (f.number == 1) push(&r->kinds, one_of(r, f.piece, 1));
        if (f.number == 2) read_sample(r, f.piece);
        if (f.number == 4) read_location(r, f.piece);
        if (f.number == 5) read_function(r, f.piece);
        if (f.number == 6) push(&r->strings, intern_n(f.piece.p ? f.piece.p : "", f.piece.n));
    }
}

static const char *text(const Reader *r, uint64_t i) {
    return i < (uint64_t)r->strings.n ? r->strings.v[i] : "";
}

/* Numbers are given from 1 on, in a row; but that is not promised. */
#define FIND(vec, wanted, id_of)                                                                   \
    ({                                                                                             \
        int find_at = -1;                                                                          \
        if ((wanted)-1 < (uint64_t)(vec).n && (vec).v[(wanted)-1] id_of == (wanted))               \
            find_at = (int)((wanted)-1);                                                           \
        for (int find_i = 0; find_at < 0 && find_i < (vec).n; find_i++)                            \
            if ((vec).v[find_i] id_of == (wanted)) find_at = find_i;                               \
        find_at;                                                                                   \
    })

static void give_lines(Reader *r) {
    for (int i = 0; i < r->lines.n; i++) {
        const RawLine *l = &r->lines.v[i];
        int at = FIND(r->functions, l->function, .id);
        if (at < 0) continue;
        const Function *f = &r->functions.v[at];
        push(&l->location->lines, ((ProfileLine){text(r, f->name), text(r, f->file), l->line}));
    }
}

static ProfileSample give_sample(Reader *r, const RawSample *raw) {
    ProfileSample s = {0};
    for (int i = 0; i < raw->locations.n; i++) {
        int at = FIND(r->locations, raw->locations.v[i], ->id);
        if (at >= 0) push(&s.stack, r->locations.v[at]);
    }
    for (int i = 0; i < raw->values.n; i++) push(&s.values, (int64_t)raw->values.v[i]);
    for (int i = 0; i < raw->labels.n; i++)
        if (strcmp(text(r, one_of(r, raw->labels.v[i], 1)), "bytes") == 0)
            s.bytes = (int64_t)one_of(r, raw->labels.v[i], 3);
    return s;
}

const char *profile_read(const char *path, Profile *p) {
    Str in;
    if (!read_file(path, &in)) return strerror(errno);
    if (in.n > 2 && memcmp(in.p, "\x1f\x8b", 2) == 0 && !gunzip(in, &in))
        return "the packed file is damaged";
    Reader r = {0};
    read_all(&r, in);
    if (r.bad || !r.kinds.n || !r.strings.n) return "not a profile";
    give_lines(&r);
    for (int i = 0; i < r.kinds.n; i++) push(&p->kinds, text(&r, r.kinds.v[i]));
    for (int i = 0; i < r.samples.n; i++) push(&p->samples, give_sample(&r, &r.samples.v[i]));
    return NULL;
}
