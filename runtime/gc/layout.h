/* layout.h - pointers in values of C types whose layout is more than a bitmap. See layout.c. */
#ifndef GM_GC_LAYOUT_H
#define GM_GC_LAYOUT_H

#include "gc/marker.h"
#include "heap/typebits.h"

/* Marks what n values of t, side by side from base, lead to; t has a layout. m NULL: shades it, for the write barrier. */
void gm_layout_values(gm_marker *m, uintptr_t base, const gm_type *t, size_t n);
/* The same for one object of `bytes` bytes, whose type has a tail and a callback. */
void gm_layout_trace(gm_marker *m, uintptr_t base, const gm_type *t, size_t bytes);

/* Calls fn, which shows roots of the program, for m. */
void gm_layout_show(gm_marker *m, gm_roots_fn *fn, void *arg);

/* The marker that a callback tells of its pointers; NULL: the write barrier does. */
gm_marker *gm_tracer_marker(const gm_tracer *tracer);

/* Functions of gm_decode_stacks; count is stored last. */
enum { GM_STACK_DECODERS = 4 };
extern gm_decode_fn *gm_stack_decoder[GM_STACK_DECODERS];
extern uint32_t gm_stack_decoders;

#endif
