/* filter_amd64.h - passing over words that cannot lead into the heap, eight at a time, where a stack is searched conservatively.
 *
 * Machine: x86-64, whose every processor has SSE2.
 */
#ifndef GM_GC_FILTER_H
#define GM_GC_FILTER_H

#include <emmintrin.h>
#include <stdint.h>

#include "heap/span.h"

/* Which addresses may lie in the heap, by their upper halves: those that, less `from`, are not above `last`, both as signed
 * numbers, because that is what the processor compares. */
typedef struct heap_filter {
    __m128i from, last;
} heap_filter;

static inline heap_filter filter_heap(void) {
    uint32_t lo = (uint32_t)(gm_heap_base >> 32),
             hi = (uint32_t)((gm_heap_base + gm_heap_bytes - 1) >> 32), bias = (uint32_t)1 << 31;
    return (heap_filter){_mm_set1_epi32((int)(lo + bias)), _mm_set1_epi32((int)(hi - lo - bias))};
}

__attribute__((no_sanitize_address, no_sanitize_thread)) static inline __m128i
upper_halves(const __m128i_u *four_words) {
    __m128 low = _mm_castsi128_ps(four_words[0]), high = _mm_castsi128_ps(four_words[1]);
    return _mm_castps_si128(_mm_shuffle_ps(low, high, _MM_SHUFFLE(3, 1, 3, 1)));
}

enum { GROUP = 8 * sizeof(uintptr_t) };

/* From `at` on, over whole groups of words of which none leads into the heap. Most of a stack is such. */
__attribute__((no_sanitize_address, no_sanitize_thread)) static inline uintptr_t
skip_groups(const heap_filter f, uintptr_t at, uintptr_t hi) {
    for (; hi - at >= GROUP; at += GROUP) {
        const __m128i_u *words = (const __m128i_u *)at;
        __m128i a = _mm_sub_epi32(upper_halves(words), f.from),
                b = _mm_sub_epi32(upper_halves(words + 2), f.from);
        __m128i out = _mm_and_si128(_mm_cmpgt_epi32(a, f.last), _mm_cmpgt_epi32(b, f.last));
        if (_mm_movemask_epi8(out) != 0xffff) break;
    }
    return at;
}

#endif
