/* fatal.c - the end of a process that cannot go on. See fatal.h. */
#include "os/fatal.h"

#include <stdint.h>
#include <unistd.h>

#include "os/tls.h"
#include "upcall.h"

void gm_os_exit(int status) {
    _exit(status);
}

bool gm_die_alone(void) {
    static uint32_t dying;
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
