/* snapshot.h - a snapshot of the heap: what is there, what leads to what, and from where. See snapshot.c; the form of the file, and
 * what each record means: docs/heap-snapshot.md. */
#ifndef GM_OBSERVE_SNAPSHOT_H
#define GM_OBSERVE_SNAPSHOT_H

#include <golem.h>

/* What an object is in terms of the language's types: values of the type that the language gives, or a part of one. */
enum gm_snap_form {
    GM_SNAP_VALUE,
    GM_SNAP_SLICE, /* an array, of which a slice is known */
    GM_SNAP_STRING,
    GM_SNAP_MAP, /* of a map: its head, its table, and what it remembers of an old table */
    GM_SNAP_MAP_TABLE,
    GM_SNAP_MAP_OLD,
    GM_SNAP_CHAN, /* of a channel of the type: its head and its buffer */
    GM_SNAP_CHAN_BUFFER,
    GM_SNAP_CODE, /* a function value; in place of the type stands the address of its code */
    GM_SNAP_FORMS
};

typedef void gm_snap_tell_fn(void *arg, uintptr_t target, const void *type, enum gm_snap_form form);
typedef void gm_snap_field_fn(void *arg, size_t offset, const uint8_t *name, size_t n);

/* What a language knows of its values. Nothing in it takes memory or waits. */
typedef struct gm_snap_language {
    /* The type's name, into buf; returns its length. */
    size_t (*name)(const gm_type *t, char *buf, size_t cap);
    /* Its fields, by offset. */
    void (*fields)(const gm_type *t, gm_snap_field_fn *fn, void *arg);
    /* Tells of each pointer in `bytes` bytes of memory of that type and form what it leads to; target may be anything. readable: whether
     * memory at an address can be read, for what an object that is not what it seems to be may lead to. */
    void (*follow)(uintptr_t base, size_t bytes, const void *type, enum gm_snap_form form,
                   gm_snap_tell_fn *tell, void *arg);
} gm_snap_language;
/* NULL: none; then objects have the types that C programs gave them. */
extern const gm_snap_language *gm_snap_types;
/* For its functions: whether n bytes at p lie in memory that was mapped when the snapshot was begun. */
bool gm_snap_readable(const void *p, size_t n);

/* --- who asks --- */

/* debug.WriteHeapDump. */
void gm_write_go_heap_dump(int fd);

/* Once, when the program begins to run: GODEBUG=heapsnapshotsignal. And when it ends: heapsnapshot=FILE. */
void gm_snapshot_begin(void);
void gm_snapshot_at_exit(void);

/* --- between the files here --- */

/* In the child (snapwalk.c): writes everything to fd, and then to names, eight bytes each, the addresses that want names, return
 * addresses with a mark. False: no memory, or it could not be written. */
#define GM_SNAP_RETURN ((uintptr_t)1 << 63)
bool gm_snapshot_walk(int fd, int names, int64_t asked_at);

/* The same in Go's form (heapdump.c): what has names goes to rest, framed. */
bool gm_heapdump_walk(int fd, int rest, const gm_mem_stats *stats);
/* For both: marks what can be reached (false: no memory), and calls fn for each such object, by address. */
bool gm_snapshot_mark(void);
void gm_snapshot_each(void (*fn)(uintptr_t base, size_t size));

/* What is written, in order (snapfile.c). Framed: in pieces of a length, eight bytes, and so many bytes; in place of a length may stand the
 * address of which the name is meant. */
typedef struct gm_snap_file {
    int fd;
    bool failed, framed;
    size_t n;
    uint8_t buf[1 << 15];
} gm_snap_file;
void gm_snap_byte(gm_snap_file *f, uint8_t b);
void gm_snap_number(gm_snap_file *f, uint64_t v);
void gm_snap_signed(gm_snap_file *f, int64_t v);
void gm_snap_text(gm_snap_file *f, const void *p, size_t n);
void gm_snap_flush(gm_snap_file *f);
/* Framed: the name of what a return address leads to, as a text. */
void gm_snap_name(gm_snap_file *f, uintptr_t pc);

#endif
