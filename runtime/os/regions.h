/* regions.h - what this process has mapped, and which of it is in memory (regions.c).
 *
 * Nothing here allocates; the records are good on any thread's stack, but not on a goroutine's.
 */
#ifndef GM_OS_REGIONS_H
#define GM_OS_REGIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- as the system lists them --- */

typedef struct gm_os_region {
    uintptr_t lo, hi;
    char access[5];     /* "rw-p" */
    uint64_t rss, huge; /* bytes in memory; of these, in huge pages that the system made */
    char name[256];     /* a file, "[heap]", ...; "": anonymous memory */
} gm_os_region;

/* Calls fn for each region, by address. False: the system does not tell. */
bool gm_os_each_region(void (*fn)(void *arg, const gm_os_region *r), void *arg);
/* The file that the process executes, as its regions are named. */
void gm_os_program(char *buf, size_t size);

typedef struct gm_os_usage {
    uint64_t size, resident, page_tables, swapped; /* bytes */
    uint64_t minor_faults, major_faults;
} gm_os_usage;
void gm_os_usage_read(gm_os_usage *u);

/* --- page by page --- */

enum { GM_OS_PAGE = 4096, GM_OS_WINDOW = 512 };

/* A window over the table of pages, which moves to where it is asked. */
typedef struct gm_os_pages {
    int fd;
    uint64_t wanted; /* the bits of a page that counts */
    uintptr_t first; /* address of the first page in the window; 0: none yet */
    uint64_t entry[GM_OS_WINDOW];
} gm_os_pages;

/* only_written: pages of which something was read only, and that the system has lent for it, do not count. They do not in a
 * region's rss, but neither would, if they were left out always, those that a forked child still shares. */
void gm_os_pages_open(gm_os_pages *p, bool only_written);
void gm_os_pages_close(gm_os_pages *p);
/* How many bytes of [lo, hi) are in memory. */
uint64_t gm_os_pages_resident(gm_os_pages *p, uintptr_t lo, uintptr_t hi);

/* --- whose they are --- */

/* The library's own maps, but for reserved ranges (memory.c notes them); and an address in the stack of each thread that it has started. */
enum gm_os_note { GM_OS_NOTE_MAP, GM_OS_NOTE_THREAD };
void gm_os_note(enum gm_os_note kind, uintptr_t lo, size_t n);
void gm_os_forget(uintptr_t lo);
void gm_os_each_note(void (*fn)(void *arg, enum gm_os_note kind, uintptr_t lo, size_t n),
                     void *arg);

#endif
