/* snapshot.h - a snapshot of the heap, as a program has written it (snapshot.c). docs/heap-snapshot.md tells the form. */
#ifndef GOLEM_SNAPSHOT_H
#define GOLEM_SNAPSHOT_H

#include "golem.h"

typedef struct SnapField {
    uint64_t offset;
    const char *name;
} SnapField;

typedef struct SnapType {
    int form; /* runtime/observe/snapshot.h; -1: not known, a type for each size */
    uint64_t address, size;
    const char *name;
    bool pointers; /* form -1 */
    VEC(SnapField) fields;
    const char *label; /* as it is printed */
} SnapType;
enum {
    FORM_VALUE,
    FORM_SLICE,
    FORM_STRING,
    FORM_MAP,
    FORM_TABLE,
    FORM_OLD,
    FORM_CHAN,
    FORM_BUFFER,
    FORM_CODE
};

enum {
    ROOT_MEMORY,
    ROOT_GUESS,
    ROOT_FINALIZER,
    ROOT_QUEUE,
    ROOT_POOL,
    ROOT_CALLBACK,
    ROOT_STACK,
    ROOT_THREAD,
    ROOT_WAITS
};
typedef struct SnapRoot {
    int kind;
    uint64_t about, goroutine;
    uint32_t target; /* an object */
} SnapRoot;

typedef struct SnapGoroutine {
    uint64_t id, go_pc;
    const char *state;
    VEC(uint64_t) calls;
} SnapGoroutine;

typedef struct SnapName {
    uint64_t address, offset; /* how far behind the beginning of what has the name */
    bool go;
    const char *name, *file;
    int line;
} SnapName;

typedef struct Snapshot {
    uint32_t n; /* objects, by address */
    uint64_t *address, *size;
    uint32_t *type;      /* index */
    uint64_t *from;      /* its edges, as in a FlowGraph */
    uint32_t *to, *word; /* where to, and offset / 8 + 1 of the word, 0: not known */
    VEC(SnapType) types; /* [0] is none */
    VEC(SnapRoot) roots;
    VEC(SnapGoroutine) goroutines;
    VEC(SnapName) names; /* by address */
    uint64_t time, fork, bytes;
} Snapshot;

/* NULL, or what is wrong with the file. */
const char *snapshot_read(const char *path, Snapshot *s);
const SnapName *snapshot_name(const Snapshot *s, uint64_t address); /* or NULL */
/* The object that the address lies in, or n. */
uint32_t snapshot_object(const Snapshot *s, uint64_t address);

#endif
