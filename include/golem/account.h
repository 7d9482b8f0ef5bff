/* account.h - where the memory is: all that the process has in memory, part by part. Part of golem.h. */
#ifndef GOLEM_ACCOUNT_H
#define GOLEM_ACCOUNT_H

#include <golem/type.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Objects of one size class. Bytes, but where it says something else. */
typedef struct gm_class_account {
    uint32_t size;         /* of a slot; 0: objects that have a span each */
    uint64_t spans, pages; /* how many; all of them together */
    uint64_t live, dead,
        free;        /* slots: with objects that something leads to, with others, and without */
    uint64_t waste;  /* of `pages`, what no live object takes */
    uint64_t sparse; /* of that, what would come free if the objects of each shape moved together */
} gm_class_account;

typedef struct gm_memory_account {
    /* What is in memory. These twelve add up to resident. */
    uint64_t live;       /* objects that something leads to */
    uint64_t dead;       /* objects that nothing leads to any more, until a collection frees them */
    uint64_t unused;     /* free slots, and what is too short for one at the end of a span */
    uint64_t free_pages; /* of the heap, not given back yet */
    uint64_t stacks;     /* of goroutines */
    uint64_t threads;    /* stacks of threads: the library's, attached ones, the first */
    uint64_t metadata;   /* the library's tables and records */
    uint64_t binary;     /* the program's file: code and data */
    uint64_t libraries;  /* the same of shared objects */
    uint64_t c_heap; /* other memory that belongs to no file: malloc's, and what the program maps */
    uint64_t files;  /* other files that are mapped */
    uint64_t system; /* the system's own pages */
    uint64_t resident;
    /* Of what is in memory: in huge pages. Besides: the system's tables for all that; what it has swapped out. */
    uint64_t huge, page_tables, swapped;
    /* Address space: the process's; of it, the heap's range, what of that may be touched, is in use, and is free and given back. */
    uint64_t mapped, reserved, committed, in_use, released;
    uint64_t minor_faults, major_faults;
    gm_class_account classes[68]; /* [0]: large objects */
} gm_memory_account;

/* Marks, without consequences, and reads the system's tables, while everybody stands still: about as long as a collection that stops
 * the world. False: the system does not tell (there is no /proc), or has no memory for the marks. [attached] */
bool gm_read_memory_account(gm_memory_account *a);
/* The same as text, to standard error; GODEBUG=heapmap=1 prints it when the program ends, heapmapsignal=N when signal N comes. [attached] */
bool gm_print_memory_account(void);

/* --- a snapshot of the heap: every live object, what leads to it, and from where; `golem heap` reads it --- */

/* Written by a child process, which has a copy of everything: everybody else stands still as long as the process takes to fork, no
 * longer; the caller waits for the file. False: it cannot be written, or the system has no process or memory for that. GODEBUG=heapsnapshot=FILE
 * writes one when the program ends, heapsnapshotsignal=N when signal N comes. [attached] */
bool gm_write_heap_snapshot(const char *path);
bool gm_write_heap_snapshot_fd(int fd);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
