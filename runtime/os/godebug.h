/* godebug.h - the settings of GODEBUG, for every floor.
 *
 * GODEBUG is a list of name=value between commas; values are numbers, in C's notation (0x1f too). Of several
 * with one name the last counts. One is a text. A setting of the runtime is a field here and a line of the table in
 * godebug.c: that is all there is to add. The settings that tests use to change when things happen
 * are told in docs/architecture.md. Settings of Go's library (package internal/godebug) are read there.
 */
#ifndef GM_OS_GODEBUG_H
#define GM_OS_GODEBUG_H

#include <stdint.h>

enum { GM_GODEBUG_TEXT = 1024 };

typedef struct gm_godebug {
    /* the heap and the collector */
    int64_t madvdontneed;   /* give freed pages back at once */
    int64_t clobberfree;    /* overwrite what is freed */
    int64_t gctrace;        /* a line for each cycle; 2: the parts of its stops too */
    int64_t gcstoptheworld; /* mark with the world stopped */
    int64_t gccheckmark;    /* mark again, and compare */
    int64_t gcstress;       /* collect at every n-th allocation */
    int64_t gcperiod;       /* milliseconds after which an idle program is collected */
    /* the scheduler */
    int64_t schedseed;          /* run queues in an order drawn from this number */
    int64_t preemptstress;      /* yield at every n-th check, and by signal */
    int64_t stackstress;        /* a further segment for every call */
    int64_t containermaxprocs;  /* GOMAXPROCS heeds the limits of control groups */
    int64_t inittrace;          /* a line for each package that is initialised */
    int64_t schedtrace;         /* lines about the scheduler, every so many milliseconds */
    int64_t scheddetail;        /* and about each P, thread and goroutine */
    int64_t tracebackancestors; /* how many of the goroutines that led to one a trace shows */
    /* what is observed */
    int64_t gcpacertrace;  /* lines about the pacer, for each cycle */
    int64_t scavtrace;     /* and about memory that goes back to the system */
    int64_t goroutineleak; /* report goroutines that wait for ever when the program ends */
    int64_t
        heapmap; /* the account of memory at the end; 2: with the map of the heap, and all regions */
    int64_t heapmapsignal;              /* and whenever this signal comes */
    char heapsnapshot[GM_GODEBUG_TEXT]; /* a file: a snapshot of the heap, when the program ends */
    int64_t heapsnapshotsignal;         /* and, in FILE.1, FILE.2 ..., when this signal comes */
} gm_godebug;

/* Usual values until gm_godebug_init; tests may write it. */
#pragma GCC visibility push(hidden)
extern gm_godebug gm_debug;
#pragma GCC visibility pop

/* Reads the environment: once, at the beginning of the process's use of the library; later calls do
 * nothing. */
void gm_godebug_init(void);
/* Sets what text, which may be NULL, says, in v. */
void gm_godebug_parse(gm_godebug *v, const char *text);

#endif
