/* scrub.h - the stack below the caller's frame, overwritten: what dead frames left there would count as pointers.
 *
 * A sanitizer would keep room for itself between the words, so it is kept away. */
#ifndef GM_TEST_SCRUB_H
#define GM_TEST_SCRUB_H

#include <stddef.h>

static __attribute__((noinline, unused, no_sanitize("address"))) void scrub_stack(void) {
    volatile char junk[16384];
    for (size_t i = 0; i < sizeof junk; i++) junk[i] = 0;
}

#endif
