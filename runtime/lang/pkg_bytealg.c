/* pkg_bytealg.c - searching, counting and comparing bytes for internal/bytealg, random numbers and
 * hashes for whoever asks, and what package internal/cpu asks of the processor.
 *
 * Machine: x86-64 (the last part). */
#include "lang/lang.h"
#include "lang/bytesearch.h"
#include "sched/sched.h"

#include <stdlib.h>
#include <string.h>

/* --- searching --- */

static gm_int index_byte(const uint8_t *p, gm_int n, uint8_t c) {
    const uint8_t *at = n > 0 ? gm_memchr(p, c, (size_t)n) : NULL;
    return at ? at - p : -1;
}

gm_int internal$0bytealg$IndexByte(gm_slice b, uint8_t c) {
    return index_byte(b.p, b.len, c);
}
gm_int internal$0bytealg$IndexByteString(gm_string s, uint8_t c) {
    return index_byte(s.p, s.n, c);
}

static gm_int find(const uint8_t *a, gm_int n, const uint8_t *b, gm_int k) {
    gm_int from = 0, at;
    for (; n - from > GM_BULK_PIECE + k; from += GM_BULK_PIECE) {
        at = gm_find_bytes(a + from, GM_BULK_PIECE + k - 1, b, k);
        if (at >= 0) return from + at;
        gm_give_way();
    }
    at = gm_find_bytes(a + from, n - from, b, k);
    return at < 0 ? at : from + at;
}

gm_int internal$0bytealg$Index(gm_slice a, gm_slice b) {
    return find(a.p, a.len, b.p, b.len);
}
gm_int internal$0bytealg$IndexString(gm_string a, gm_string b) {
    return find(a.p, a.n, b.p, b.n);
}

/* --- counting --- */

static gm_int count(const uint8_t *p, gm_int n, uint8_t c) {
    gm_int found = 0;
    for (; n > GM_BULK_PIECE; p += GM_BULK_PIECE, n -= GM_BULK_PIECE) {
        found += gm_count_byte(p, GM_BULK_PIECE, c);
        gm_give_way();
    }
    return found + gm_count_byte(p, n, c);
}

gm_int internal$0bytealg$Count(gm_slice b, uint8_t c) {
    return count(b.p, b.len, c);
}
gm_int internal$0bytealg$CountString(gm_string s, uint8_t c) {
    return count(s.p, s.n, c);
}

/* --- comparing --- */

gm_int internal$0bytealg$Compare(gm_slice a, gm_slice b) {
    int c = gm_string_cmp((gm_string){a.p, a.len}, (gm_string){b.p, b.len});
    return (c > 0) - (c < 0);
}

gm_int runtime$cmpstring(gm_string a, gm_string b) {
    int c = gm_string_cmp(a, b);
    return (c > 0) - (c < 0);
}
bool runtime$memequal(const void *p, const void *q, uintptr_t n) {
    return memcmp(p, q, n) == 0;
}

/* --- memory --- */

/* Bytes that the caller is going to overwrite, with all the room that their block has. */
gm_slice internal$0bytealg$MakeNoZero(gm_int n) {
    if ((uintptr_t)n > GM_MAX_ALLOC) gm_panic_makeslice_len();
    if (n == 0) return (gm_slice){&gm_zerobase, 0, 0};
    size_t cap = gm_round_size((size_t)n);
    return (gm_slice){gm_noscan_raw(cap), n, (gm_int)cap};
}

/* --- numbers --- */

uint64_t runtime$rand(void) {
    return gm_fastrand64();
}
uint32_t runtime$randn(uint32_t n) {
    return gm_fastrandn(n);
}
uint64_t runtime$bootstrapRand(void) {
    return gm_fastrand64();
}
uintptr_t runtime$memhash(const void *p, uintptr_t seed, uintptr_t n) {
    return gm_memhash(p, seed, n);
}

/* --- the processor --- */

typedef struct cpuid_regs {
    uint32_t eax, ebx, ecx, edx;
} cpuid_regs;
typedef struct xcr0 {
    uint32_t eax, edx;
} xcr0;

cpuid_regs internal$0cpu$cpuid(uint32_t leaf, uint32_t subleaf) {
    cpuid_regs r;
    __asm__ volatile("cpuid"
                     : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
                     : "a"(leaf), "c"(subleaf));
    return r;
}
xcr0 internal$0cpu$xgetbv(void) {
    xcr0 r;
    __asm__ volatile("xgetbv" : "=a"(r.eax), "=d"(r.edx) : "c"(0));
    return r;
}
int32_t internal$0cpu$getGOAMD64level(void) {
    return 1;
}
gm_string internal$0cpu$environment(void) {
    const char *value = getenv("GODEBUG");
    return value ? (gm_string){(uint8_t *)value, (gm_int)strlen(value)} : (gm_string){0};
}
