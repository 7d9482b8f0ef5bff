/* ffi.h - calls of functions whose types are known only at run time. See ffi.c. */
#ifndef GM_LANG_FFI_H
#define GM_LANG_FFI_H

#include "lang/lang.h"

/* Calls a Go function of type ft.
 *
 * The frame holds the arguments as the fields of a C struct (each at the next offset of its
 * alignment), after the receiver's word if there is one, and at result_offset, a multiple of 8,
 * likewise the results, which are written there. ctx is the closure and is passed last, or NULL for
 * a method, whose receiver is the frame's first word. */
void gm_ffi_call(const gm_functype *ft, void *code, const gm_func *ctx, void *frame,
                 size_t result_offset);

/* The code of a closure of type ft whose calls go to gm_ffi_entered; NULL when the closure's place
 * among the arguments is further out than there are stubs for. */
void *gm_ffi_stub(const gm_functype *ft);

static inline const gm_type *const *gm_func_types(const gm_functype *ft) {
    size_t head = sizeof *ft + (ft->t.tflag & GM_TFLAG_UNCOMMON ? sizeof(gm_uncommon) : 0);
    return (const gm_type *const *)((const char *)ft + head);
}
static inline int gm_func_in(const gm_functype *ft) {
    return ft->in;
}
static inline int gm_func_out(const gm_functype *ft) {
    return ft->out & 0x7fff;
}

#endif
