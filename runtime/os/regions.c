/* regions.c - what this process has mapped, from Linux. See regions.h.
 *
 * The system lists regions without saying whose they are, and joins neighbours of different owners. So the library's maps are noted
 * where they are made, in a table without locks: an entry belongs to who has put its address in, by compare-and-swap. The table is
 * touched as far as it is used; what does not fit into it goes unnoted, and is then counted as the program's.
 */
#define _GNU_SOURCE
#include "os/regions.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "os/os.h"

/* --- the list --- */

typedef struct reader {
    int fd;
    size_t at, n;
    char buf[1024];
    char line[512];
} reader;

/* The next line without its end; what is too long is cut off. False: there is none. */
static bool read_line(reader *r) {
    size_t len = 0;
    for (;;) {
        if (r->at == r->n) {
            ssize_t got = read(r->fd, r->buf, sizeof r->buf);
            if (got <= 0) return false;
            r->n = (size_t)got;
            r->at = 0;
        }
        char c = r->buf[r->at++];
        if (c == '\n') break;
        if (len + 1 < sizeof r->line) r->line[len++] = c;
    }
    r->line[len] = 0;
    return true;
}

/* "lo-hi access offset device inode   name" */
static bool begins_region(const char *line, gm_os_region *r) {
    char *end;
    uintptr_t lo = strtoull(line, &end, 16);
    if (end == line || *end != '-') return false;
    *r = (gm_os_region){.lo = lo, .hi = strtoull(end + 1, &end, 16)};
    memcpy(r->access, end + 1, 4);
    for (int field = 0; field < 4; field++) end += strcspn(end + 1, " ") + 1;
    end += strspn(end, " ");
    memcpy(r->name, end, strnlen(end, sizeof r->name - 1)) /* and a zero */;
    return true;
}

/* "Name:   n kB" */
static bool figure(const char *line, const char *name, uint64_t *bytes) {
    size_t n = strlen(name);
    if (strncmp(line, name, n) != 0) return false;
    *bytes = strtoull(line + n, NULL, 10) << 10;
    return true;
}

bool gm_os_each_region(void (*fn)(void *arg, const gm_os_region *r), void *arg) {
    reader r = {.fd = open("/proc/self/smaps", O_RDONLY | O_CLOEXEC)};
    if (r.fd < 0) return false;
    gm_os_region now = {0}, next;
    while (read_line(&r)) {
        if (figure(r.line, "Rss:", &now.rss) || figure(r.line, "AnonHugePages:", &now.huge))
            continue;
        if (r.line[0] >= 'A' && r.line[0] <= 'Z') continue;
        if (!begins_region(r.line, &next)) continue;
        if (now.hi) fn(arg, &now);
        now = next;
    }
    if (now.hi) fn(arg, &now);
    close(r.fd);
    return true;
}

void gm_os_program(char *buf, size_t size) {
    ssize_t n = readlink("/proc/self/exe", buf, size - 1);
    buf[n > 0 ? n : 0] = 0;
}

void gm_os_usage_read(gm_os_usage *u) {
    *u = (gm_os_usage){0};
    reader r = {.fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC)};
    while (r.fd >= 0 && read_line(&r))
        if (!figure(r.line, "VmSize:", &u->size) && !figure(r.line, "VmRSS:", &u->resident) &&
            !figure(r.line, "VmPTE:", &u->page_tables))
            figure(r.line, "VmSwap:", &u->swapped);
    if (r.fd >= 0) close(r.fd);
    struct rusage used;
    if (getrusage(RUSAGE_SELF, &used) != 0) return;
    u->minor_faults = (uint64_t)used.ru_minflt;
    u->major_faults = (uint64_t)used.ru_majflt;
}

/* --- pages --- */

/* Of an entry of /proc/self/pagemap. */
static const uint64_t PRESENT = (uint64_t)1 << 63, OWN = (uint64_t)1 << 56;

void gm_os_pages_open(gm_os_pages *p, bool only_written) {
    p->fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    p->wanted = only_written ? PRESENT | OWN : PRESENT;
    p->first = 0;
}

void gm_os_pages_close(gm_os_pages *p) {
    if (p->fd >= 0) close(p->fd);
}

/* Where the table cannot be read, the coarser call does. */
static void move_to(gm_os_pages *p, uintptr_t addr) {
    p->first = addr & ~(uintptr_t)(GM_OS_WINDOW * GM_OS_PAGE - 1);
    off_t at = (off_t)(p->first / GM_OS_PAGE * sizeof *p->entry);
    if (p->fd >= 0 && pread(p->fd, p->entry, sizeof p->entry, at) == (ssize_t)sizeof p->entry)
        return;
    memset(p->entry, 0, sizeof p->entry);
    for (size_t i = 0; i < GM_OS_WINDOW; i++) {
        unsigned char in = 0;
        if (mincore((void *)(p->first + i * GM_OS_PAGE), GM_OS_PAGE, &in) == 0 && in & 1)
            p->entry[i] = p->wanted;
    }
}

uint64_t gm_os_pages_resident(gm_os_pages *p, uintptr_t lo, uintptr_t hi) {
    uint64_t sum = 0;
    while (lo < hi) {
        uintptr_t end = (lo | (GM_OS_PAGE - 1)) + 1, piece = (end < hi ? end : hi) - lo;
        if (lo - p->first >= (uintptr_t)GM_OS_WINDOW * GM_OS_PAGE) move_to(p, lo);
        if ((p->entry[(lo - p->first) / GM_OS_PAGE] & p->wanted) == p->wanted) sum += piece;
        lo = end;
    }
    return sum;
}

/* --- notes --- */

enum { NOTES = 4096, PROBES = 32 };

static struct {
    uintptr_t
        lo; /* atomic; 0: free. Its lowest bit is the kind: maps begin at pages, threads' blocks at words */
    size_t n; /* atomic */
} notes[NOTES];

/* Maps lie side by side, and so do their notes: few pages of the table are touched. */
static uint32_t place(uintptr_t lo, uint32_t probe) {
    return (uint32_t)((lo >> 18) + probe) % NOTES;
}

static bool exchange_note(uint32_t i, uintptr_t from, uintptr_t to) {
    return __atomic_load_n(&notes[i].lo, __ATOMIC_RELAXED) == from &&
           __atomic_compare_exchange_n(&notes[i].lo, &from, to, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_RELAXED);
}

/* The C library gives a new thread the stack of one that has ended, which may be known. */
void gm_os_note(enum gm_os_note kind, uintptr_t lo, size_t n) {
    uintptr_t key = lo | (uintptr_t)kind;
    for (uint32_t probe = 0; probe < PROBES; probe++) {
        uint32_t i = place(lo, probe);
        if (__atomic_load_n(&notes[i].lo, __ATOMIC_RELAXED) != key && !exchange_note(i, 0, key))
            continue;
        __atomic_store_n(&notes[i].n, n, __ATOMIC_RELEASE);
        return;
    }
}

void gm_os_forget(uintptr_t lo) {
    for (uint32_t probe = 0; probe < PROBES; probe++)
        if (exchange_note(place(lo, probe), lo, 0)) return;
}

void gm_os_each_note(void (*fn)(void *arg, enum gm_os_note kind, uintptr_t lo, size_t n),
                     void *arg) {
    for (uint32_t i = 0; i < NOTES; i++) {
        size_t n = __atomic_load_n(&notes[i].n, __ATOMIC_ACQUIRE);
        uintptr_t key = __atomic_load_n(&notes[i].lo, __ATOMIC_RELAXED);
        if (key) fn(arg, (enum gm_os_note)(key & 1), key & ~(uintptr_t)1, n);
    }
}
