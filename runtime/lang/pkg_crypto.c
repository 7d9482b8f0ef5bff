/* pkg_crypto.c - what crypto's packages ask of the runtime.
 *
 * The indicator of FIPS 140 and the leave to use what it does not approve belong to a goroutine. The
 * module is not verified here: a program that asks for FIPS mode ends with the message that no checksum
 * was found.
 */
#include "lang/lang.h"
#include "sched/sched.h"

void crypto$0internal$0fips140$fatal(gm_string msg) {
    gm_throw_user_text(msg);
}
void crypto$0internal$0sysrand$fatal(gm_string msg) {
    gm_throw_user_text(msg);
}
void crypto$0rand$fatal(gm_string msg) {
    gm_throw_user_text(msg);
}

uint8_t crypto$0internal$0fips140$getIndicator(void) {
    return gm_getg()->fips_indicator;
}
void crypto$0internal$0fips140$setIndicator(uint8_t v) {
    gm_getg()->fips_indicator = v;
}

bool crypto$0fips140$isBypassed(void) {
    return gm_getg()->fips_bypass;
}
void crypto$0fips140$setBypass(void) {
    gm_getg()->fips_bypass = true;
}
void crypto$0fips140$unsetBypass(void) {
    gm_getg()->fips_bypass = false;
}

/* The symbol go:fipsinfo: all zero, which says that there is no checksum. */
struct {
    uint8_t magic[16], sum[32];
    uintptr_t self;
    void *sections[4][2];
} go$33afipsinfo;

int64_t crypto$0internal$0fips140deps$0time$monoTime(void) {
    return gm_nanotime();
}

/* x86-64 has no mode of data-independent timing. */
bool crypto$0subtle$setDITEnabled(void) {
    return true;
}
void crypto$0subtle$setDITDisabled(void) {}

/* A cache that BoringCrypto would have cleared by the collector; nobody registers one. */
void crypto$0internal$0boring$0bcache$registerCache(void *cache) {
    (void)cache;
}
/* crypto/internal/boring/sig: marks in the code of other builds. */
void crypto$0internal$0boring$0sig$StandardCrypto(void) {}
void crypto$0internal$0boring$0sig$BoringCrypto(void) {}
void crypto$0internal$0boring$0sig$FIPSOnly(void) {}

/* --- internal/chacha8rand --- */

void internal$0chacha8rand$block_generic(void *seed, void *blocks, uint32_t counter)
    __attribute__((weak));

void internal$0chacha8rand$block(void *seed, void *blocks, uint32_t counter) {
    internal$0chacha8rand$block_generic(seed, blocks, counter);
}
