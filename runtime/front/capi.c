/* capi.c - the parts of golem.h that are made of other parts. */
#include <string.h>

#include "gc/internal.h"
#include "upcall.h"

static const uint8_t one_bit = 1;
const gm_type gm_pointer_type = {.size = 8,
                                 .ptrdata = 8,
                                 .align = 8,
                                 .field_align = 8,
                                 .kind = GM_UNSAFE_POINTER,
                                 .gcdata = &one_bit};

bool gm_init(unsigned flags) {
    if (!gm_heap_init()) return false;
    gm_gc_init();
    if (flags & GM_NO_BARRIERS) gm_gc_without_barriers();
    if (!gm_sched_init()) return false;
    gm_gc_start_background();
    return true;
}

void gm_shutdown(void) {
    gm_gc_stop();
    gm_detach_thread();
}

void gm_copy_values(const gm_type *elem, void *dst, const void *src, size_t n) {
    if (gm_wb_enabled) gm_wb_copy_n(elem, dst, src, (int64_t)n);
    if (src)
        memmove(dst, src, n * elem->size);
    else
        memset(dst, 0, n * elem->size);
}
