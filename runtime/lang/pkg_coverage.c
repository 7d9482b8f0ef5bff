/* pkg_coverage.c - for package internal/coverage/rtcov: the packages of the program whose statements are counted.
 *
 * Each leaves a record in section gm_cover (compiler/emit/cover.c); the linker lays them side by side.
 */
#include "lang/lang.h"

typedef struct record { /* as printed there */
    const uint8_t *text;
    uint32_t size;
    uint8_t sum[16], mode;
    gm_string path;
    uint32_t *counters;
    uint64_t words;
} record;
_Static_assert(sizeof(record) == 64, "section gm_cover is an array");

extern record records_start[] __asm__("__start_gm_cover") __attribute__((weak));
extern record records_stop[] __asm__("__stop_gm_cover") __attribute__((weak));

gm_slice internal$0coverage$0rtcov$records(void) {
    gm_int n = records_stop - records_start;
    return (gm_slice){n ? records_start : NULL, n, n};
}
