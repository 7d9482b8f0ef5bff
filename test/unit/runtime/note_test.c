/* note_test.c - no wake-up is lost when a sleeper clears its note and looks again.
 *
 * Messages go to a sleeper as a P goes to a thread: the message is written, then the note is woken. The sleeper may
 * see the message before the wake-up, so stale wake-ups come all the time, and their clearing races with the next
 * message. A lost wake-up shows as a sleep with the message lying there.
 */
#include "os/sync.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { MESSAGES = 400000, HOPELESS_NS = 2000000000 };

static gm_note note;
static uint32_t message, lost;

/* Up to about a microsecond, so that the next look and the next message meet in every way. */
static void dawdle(uint32_t *dice) {
    *dice = *dice * 1664525 + 1013904223;
    for (uint32_t n = *dice >> 22; n > 0; n--) __asm__ volatile("");
}

static void *sleeper(void *arg) {
    uint32_t dice = 1;
    for (int i = 0; i < MESSAGES; i++) {
        while (!__atomic_load_n(&message, __ATOMIC_ACQUIRE)) {
            if (!gm_note_sleep_for(&note, HOPELESS_NS) &&
                __atomic_load_n(&message, __ATOMIC_ACQUIRE)) {
                __atomic_fetch_add(&lost, 1, __ATOMIC_RELAXED);
                break;
            }
            gm_note_clear(&note);
        }
        __atomic_store_n(&message, 0, __ATOMIC_RELEASE);
        dawdle(&dice);
    }
    return arg;
}

static void no_wake_up_is_lost(void **state) {
    (void)state;
    pthread_t t;
    assert_int_equal(pthread_create(&t, NULL, sleeper, NULL), 0);
    for (int i = 0; i < MESSAGES && !__atomic_load_n(&lost, __ATOMIC_RELAXED); i++) {
        __atomic_store_n(&message, 1, __ATOMIC_RELEASE);
        gm_note_wake(&note);
        while (__atomic_load_n(&message, __ATOMIC_ACQUIRE) &&
               !__atomic_load_n(&lost, __ATOMIC_RELAXED))
            gm_os_pause();
    }
    assert_int_equal(lost, 0);
    pthread_join(t, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_wake_up_is_lost)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
