/* fatal.c - the end of a process that cannot go on. See fatal.h. */
#include "os/fatal.h"

#include <stdint.h>
#include <unistd.h>

#include "os/tls.h"
#include "upcall.h"

void gm_os_exit(int status) {
    _exit(status);
}

static uint32_t dying;    /* atomic: somebody is. */
static int crash_fd = -1; /* atomic */

int gm_set_crash_fd(int fd) {
    return __atomic_exchange_n(&crash_fd, fd, __ATOMIC_RELAXED);
}

int gm_crash_fd(void) {
    bool yes = __atomic_load_n(&dying, __ATOMIC_RELAXED);
    return yes ? __atomic_load_n(&crash_fd, __ATOMIC_RELAXED) : -1;
}

bool gm_die_alone(void) {
    static const void *who;
    const void *me = gm_limit_word(); /* a thread's own */
    if (__atomic_exchange_n(&dying, 1, __ATOMIC_SEQ_CST) == 0) {
        __atomic_store_n(&who, me, __ATOMIC_RELAXED);
        return true;
    }
    if (__atomic_load_n(&who, __ATOMIC_RELAXED) == me) return false;
    for (;;) pause();
}

void gm_fatal(const char *msg) {
    gm_up_last_words(msg, GM_DUMP_RUNTIME);
}

void gm_fatal_scope(const char *msg, enum gm_dump_scope scope) {
    gm_up_last_words(msg, scope);
}
