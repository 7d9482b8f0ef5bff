/* futex_amd64.c - waiting in the kernel for a word to change.
 *
 * The call is made here by hand, for it is wanted in places where the C library's way is closed: on a
 * goroutine's small stack, and between a goroutine's last look at its thread and the moment when it may
 * wake on another, where the address of errno must not be computed.
 *
 * Machine: x86-64, Linux.
 */
#include "os/os.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>

static long futex(uint32_t *word, int op, uint32_t value, const struct timespec *limit) {
    long result;
    register const struct timespec *r10 __asm__("r10") = limit;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(SYS_futex), "D"(word), "S"(op | FUTEX_PRIVATE_FLAG), "d"(value), "r"(r10)
                     : "rcx", "r11", "memory");
    return result;
}

void gm_os_futex_wait(uint32_t *word, uint32_t seen, int64_t timeout_ns) {
    struct timespec limit = {timeout_ns / 1000000000, timeout_ns % 1000000000};
    futex(word, FUTEX_WAIT, seen, timeout_ns < 0 ? NULL : &limit);
}

void gm_os_futex_wake(uint32_t *word, int n) {
    futex(word, FUTEX_WAKE, (uint32_t)n, NULL);
}
