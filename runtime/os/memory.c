/* memory.c - address space and memory, from Linux. */
#define _GNU_SOURCE
#include "os/os.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "os/regions.h"

#ifndef MADV_FREE
#define MADV_FREE 8
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

enum { SYSTEM_PAGE = 4096 };

bool (*gm_os_fault_hook)(enum gm_os_call call, size_t bytes);

static bool fault(enum gm_os_call call, size_t bytes) {
    return gm_os_fault_hook && gm_os_fault_hook(call, bytes);
}

/* Reserved memory has no access and is private, so the system does not count it as promised;
 * making it writable counts, and an impossible wish is refused then. */
void *gm_os_reserve(size_t n, size_t align) {
    if (fault(GM_OS_RESERVE, n)) return NULL;
    size_t whole = n + align;
    char *p = mmap(NULL, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) return NULL;
    char *base = (char *)(((uintptr_t)p + align - 1) & ~(uintptr_t)(align - 1));
    if (base > p) munmap(p, (size_t)(base - p));
    size_t tail = (size_t)(p + whole - (base + n));
    if (tail) munmap(base + n, tail);
    return base;
}

void gm_os_unmap(void *p, size_t n) {
    gm_os_forget((uintptr_t)p);
    munmap(p, n);
}

bool gm_os_commit(void *p, size_t n) {
    if (fault(GM_OS_COMMIT, n)) return false;
    return mprotect(p, n, PROT_READ | PROT_WRITE) == 0;
}

void *gm_os_map(size_t n) {
    if (fault(GM_OS_MAP, n)) return NULL;
    void *p =
        mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) return NULL;
    gm_os_note(GM_OS_NOTE_MAP, (uintptr_t)p, n);
    return p;
}

void gm_os_guard(void *p, size_t n) {
    mprotect(p, n, PROT_NONE);
}

void gm_os_release(void *p, size_t n, bool lazy) {
    if (lazy && madvise(p, n, MADV_FREE) == 0) return;
    madvise(p, n, MADV_DONTNEED);
}

bool gm_os_populate(void *p, size_t n) {
    return madvise(p, n, MADV_POPULATE_WRITE) == 0;
}

void gm_os_hugepages(void *p, size_t n, bool on) {
    madvise(p, n, on ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
}

size_t gm_os_resident(void *p, size_t n) {
    enum { PIECE = 1024 };
    unsigned char in[PIECE];
    size_t sum = 0;
    for (size_t at = 0; at < n; at += PIECE * SYSTEM_PAGE) {
        size_t bytes = n - at < PIECE * SYSTEM_PAGE ? n - at : PIECE * SYSTEM_PAGE;
        if (mincore((char *)p + at, bytes, in) != 0) return sum;
        for (size_t i = 0; i < (bytes + SYSTEM_PAGE - 1) / SYSTEM_PAGE; i++) sum += in[i] & 1;
    }
    return sum * SYSTEM_PAGE;
}

enum { SOME_PAGES = 64 };

/* Of at most SOME_PAGES pages: of none is there memory. Those that went to swap may seem so as well. */
static bool none_resident(void *p, size_t pages) {
    unsigned char in[SOME_PAGES];
    if (mincore(p, pages * SYSTEM_PAGE, in) != 0) return false;
    for (size_t i = 0; i < pages; i++)
        if (in[i] & 1) return false;
    return true;
}

static bool none_mapped(int pagemap, const void *p, size_t pages) {
    const uint64_t present = (uint64_t)1 << 63, swapped = (uint64_t)1 << 62;
    uint64_t entry[SOME_PAGES];
    ssize_t bytes = (ssize_t)(pages * sizeof *entry);
    off_t offset = (off_t)((uintptr_t)p / SYSTEM_PAGE * sizeof *entry);
    if (pread(pagemap, entry, (size_t)bytes, offset) != bytes) return false;
    for (size_t i = 0; i < pages; i++)
        if (entry[i] & (present | swapped)) return false;
    return true;
}

/* Usually the first question, which is quick, is answered by no. */
bool gm_os_untouched(void *p, size_t n) {
    if (n > SOME_PAGES * SYSTEM_PAGE || !none_resident(p, n / SYSTEM_PAGE)) return false;
    int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (pagemap < 0) return false;
    bool none = none_mapped(pagemap, p, n / SYSTEM_PAGE);
    close(pagemap);
    return none;
}

bool gm_os_hugepages_by_request(void) {
    int fd = open("/sys/kernel/mm/transparent_hugepage/enabled", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    char text[64] = {0};
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    return n > 0 && strstr(text, "[madvise]") != NULL;
}

size_t gm_os_address_limit(void) {
    struct rlimit r;
    if (getrlimit(RLIMIT_AS, &r) != 0 || r.rlim_cur == RLIM_INFINITY) return SIZE_MAX;
    return (size_t)r.rlim_cur;
}
