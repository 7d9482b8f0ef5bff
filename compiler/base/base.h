/* base.h - what every room of the compiler stands on: memory, names, vectors, maps, positions and
 * diagnostics.
 *
 * Memory. The compiler is a short-lived process: everything is allocated from one arena and never
 * freed. new_(T) and alloc() give zeroed memory. Running out of memory is a fatal error.
 *
 * Names. Identifiers are interned: two names are equal when their pointers are. A name is
 * NUL-terminated and never changes.
 *
 * Diagnostics. errorf() records an error at a position and goes on; diag_flush() prints what was
 * recorded in order of position, without repeats, ten at most. The compiler is single-threaded.
 */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* --- memory (arena.c) --- */

void *alloc(size_t n); /* n zeroed bytes, aligned to 16; never NULL */
#define new_(T) ((T *)alloc(sizeof(T)))
char *xstrdup(const char *s);
char *xprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2))); /* in the arena */
char *xvprintf(const char *fmt, va_list ap);

/* A run of bytes that may hold anything, NUL included (string constants, file contents). */
typedef struct Str {
    const char *p;
    size_t n;
} Str;

/* --- vectors (arena.c): VEC(T) is a type, push() appends; elements are v.v[0..v.n) --- */

#define VEC(T)                                                                                     \
    struct {                                                                                       \
        T *v;                                                                                      \
        int n, cap;                                                                                \
    }
void *vec_grow(void *v, int n, int *cap, size_t size);
/* x is evaluated before the vector is touched, so it may itself push. */
#define push(vec, x)                                                                               \
    ({                                                                                             \
        __typeof__(*(vec)->v) push_x = (x);                                                        \
        if ((vec)->n == (vec)->cap)                                                                \
            (vec)->v = vec_grow((vec)->v, (vec)->n, &(vec)->cap, sizeof *(vec)->v);                \
        (vec)->v[(vec)->n++] = push_x;                                                             \
        (void)0;                                                                                   \
    })

/* A growing text in memory. */
typedef struct Buf {
    char *p;
    size_t n, cap;
} Buf;
void buf_put(Buf *b, const char *p, size_t n);
void buf_puts(Buf *b, const char *s);
void buf_putc(Buf *b, int c);
void buf_put_varint(Buf *b, size_t n); /* seven bits a byte, the low ones first */
void buf_print_bytes(Buf *b, const void *bytes, size_t n); /* as the inside of an array of C */
void buf_printf(Buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *buf_str(Buf *b); /* NUL-terminated view; valid until the next put */

/* --- files (file.c) --- */

/* Reads a whole file; false with errno set when it cannot be read. */
bool read_file(const char *path, Str *out);
bool is_dir(const char *path);
void sha256(Str text, uint8_t sum[32]); /* sha256.c */

/* --- names and maps (map.c) --- */

const char *intern(const char *s);
const char *intern_n(const char *s, size_t n);

/* Map from pointer (an interned name, an object, a node) to pointer; iteration in order of
 * insertion over keys[0..n). A zeroed Map is empty. */
typedef struct Map {
    const void **keys;
    void **vals;
    int n, cap;
    int *index;
    int nindex;
} Map;
void *map_get(const Map *m, const void *key);     /* NULL when absent */
void map_put(Map *m, const void *key, void *val); /* replaces; val must not be NULL */

/* --- positions and diagnostics (diag.c) --- */

typedef struct Pos {
    uint32_t line; /* from 1; 0: no position */
    uint16_t col;  /* from 1, in bytes; saturates */
    uint16_t file; /* index from file_add */
} Pos;
int file_add(const char *name); /* name as it is to be printed */
const char *file_name(int file);
static inline bool pos_known(Pos p) {
    return p.line != 0;
}
int pos_cmp(Pos a, Pos b); /* by file, line, column */
char *pos_str(Pos p);      /* "file.go:line:col" as printed, in the arena */

/* A Pos names a place in the file as it lies on the disk. What is printed (messages, #line, traces)
 * is pos_shown(), which applies //line directives. col is 0 where a directive gave no column. */
typedef struct ShownPos {
    const char *file;
    uint32_t line, col;
} ShownPos;
ShownPos pos_shown(Pos p);
/* From `at` on, positions of its file are shown relative to name:line:col (col 0: without columns).
 * To be called in order of position. */
void file_line_directive(Pos at, const char *name, uint32_t line, uint32_t col);

/* Records an error. A message may hold further lines, each beginning with "\n\t". */
void errorf(Pos p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int error_count(void); /* since the start; a flush does not reset it */
/* Errors that begin with "syntax error". If there are any, checking types is of no use (after other
 * errors of the parser, of literals for example, it is). */
int syntax_error_count(void);
/* Records an informational line (-m): printed by diag_flush with the errors, in order of position.
 */
void notef(Pos p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Whether something was recorded since the last flush. */
bool diag_pending(void);
/* How a file's name is shown in messages; NULL: as it is. */
extern const char *(*diag_name)(const char *name);
/* Prints and clears what was recorded: sorted by position, one error a line of source (a second
 * error on the same line is kept only if its text differs), "too many errors" after ten unless all
 * is set. */
void diag_flush(FILE *out, bool all);

/* Prints "golem: message" and ends the process with status 1. For what has no position. */
_Noreturn void fatalf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A broken invariant of the compiler itself: position if known, "internal compiler error: ...",
 * status 2. */
_Noreturn void ice(Pos p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Forgets everything (memory, names, files, messages), for tests and fuzzing that compile many
 * inputs in one process. Nothing obtained before may be used after. */
void base_reset(void);
void arena_reset(void); /* the two parts of base_reset() that live in other files */
void names_reset(void);

#endif
