/* reflect.h - what pkg_reflect.c and ffi.c share. */
#ifndef GM_LANG_REFLECT_H
#define GM_LANG_REFLECT_H

#include "lang/lang.h"

/* A frame's descriptor, as lib/overlay/reflect makes it: layouts must agree. */
typedef struct gm_reflect_frame {
    gm_type t;
    const gm_functype *ftyp;
    const gm_type *rcvr; /* NULL: no receiver */
} gm_reflect_frame;

/* The head of a closure that reflection made: reflect.makeFuncCtxt. */
typedef struct gm_reflect_closure {
    void *code;
    const gm_reflect_frame *frame;
    bool method; /* a method value, not the result of MakeFunc */
} gm_reflect_closure;

/* Runs the closure with the arguments in frame, and leaves the results there. */
void gm_reflect_entered(const gm_reflect_closure *c, void *frame);

/* A new negative number for p, which takes the place of an offset in a descriptor; gm_reflect_off
 * leads back (typeinfo.c). */
int32_t gm_reflect_off_add(const void *p);

/* The unnamed types of the program in the order of their strings; the second is empty. */
typedef struct gm_type_links {
    gm_slice first, rest;
} gm_type_links;
gm_type_links reflect$compiledTypelinks(void);

void *reflect$unsafe_NewArray(const gm_type *t, gm_int n);
void internal$0runtime$0maps$iterInit(const gm_type *t, gm_map *m, gm_mapiter *it);
void internal$0runtime$0maps$iterNext(gm_mapiter *it);

#endif
