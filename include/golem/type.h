/* type.h - type descriptors: what the collector, the compiled language and reflection know of a
 * type.
 *
 * A descriptor is read-only data. Its first 48 bytes have the layout that Go 1.27's internal/abi
 * describes (abi.Type), because package reflect is to be compiled as it stands. The collector needs
 * four of its fields: size, ptrdata, tflag and gcdata. C programs make descriptors
 * with the macros of golem.h; the compiler prints them.
 *
 * Offsets. Go stores names, methods and pointer-types as 32-bit offsets into a module; C has no
 * initialiser for that. Here every such offset is relative to the address of the descriptor that
 * holds it: a name offset leads to the encoded name, which stands in the same C object; a type or
 * text offset leads to a pointer-sized slot in the same C object that holds the address. (The offset
 * of a package path inside an encoded name leads to such a slot as well, and is relative to that
 * name.) Negative offsets are those of
 * types that reflect makes at run time.
 * gm_resolve_name, gm_resolve_type and gm_resolve_text are the only readers. 0 means none.
 *
 * Pointer map. gcdata is a bitmap, one bit per 8-byte word of the first ptrdata bytes, least
 * significant bit first. Where tflag has GM_TFLAG_GCMASK_ON_DEMAND, gcdata points to a pointer to a
 * gm_gcprog (go.h) instead (large types); that pointer is NULL in types that reflection has made, until the
 * collector asks. Where it has GM_TFLAG_LAYOUT, gcdata points to a gm_layout: a C type that is more than
 * fields with pointers, and then a ptrdata that is not 0 means only that. Beyond ptrdata there are no pointers; ptrdata == 0 means pointer-free (noscan).
 */
#ifndef GOLEM_TYPE_H
#define GOLEM_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gm_kind {
    GM_INVALID,
    GM_BOOL,
    GM_INT,
    GM_INT8,
    GM_INT16,
    GM_INT32,
    GM_INT64,
    GM_UINT,
    GM_UINT8,
    GM_UINT16,
    GM_UINT32,
    GM_UINT64,
    GM_UINTPTR,
    GM_FLOAT32,
    GM_FLOAT64,
    GM_COMPLEX64,
    GM_COMPLEX128,
    GM_ARRAY,
    GM_CHAN,
    GM_FUNC,
    GM_INTERFACE,
    GM_MAP,
    GM_POINTER,
    GM_SLICE,
    GM_STRING,
    GM_STRUCT,
    GM_UNSAFE_POINTER
};

enum gm_tflag {
    GM_TFLAG_UNCOMMON = 1,          /* a gm_uncommon follows the kind-specific struct */
    GM_TFLAG_EXTRA_STAR = 2,        /* the name at str begins with '*', to be dropped */
    GM_TFLAG_NAMED = 4,             /* a defined type */
    GM_TFLAG_REGULAR_MEMORY = 8,    /* equality and hash may treat the value as size bytes */
    GM_TFLAG_GCMASK_ON_DEMAND = 16, /* gcdata points to a pointer to a gm_gcprog */
    GM_TFLAG_DIRECT_IFACE = 32,     /* an interface holds the value itself, not a pointer to it */
    GM_TFLAG_LAYOUT = 64, /* gcdata points to a gm_layout (describe.h): of C programs only */
    GM_TFLAG_C = 128      /* of a C program: its values are objects of their own, aligned to 8 */
};

struct gm_func; /* a Go function value: a pointer to one of these; see go.h */

typedef struct gm_type {
    uintptr_t size;              /* bytes of a value */
    uintptr_t ptrdata;           /* bytes of the prefix that can hold pointers */
    uint32_t hash;               /* equal for identical types */
    uint8_t tflag;               /* gm_tflag */
    uint8_t align;               /* of a variable, bytes */
    uint8_t field_align;         /* of a struct field, bytes */
    uint8_t kind;                /* gm_kind */
    const struct gm_func *equal; /* Go func(p, q unsafe.Pointer) bool; NULL: not comparable */
    const void *gcdata;          /* pointer bitmap, or a pointer to gm_gcprog * */
    int32_t str;                 /* name offset: the type's string */
    int32_t ptr_to_this;         /* type offset of *T, or 0 */
} gm_type;

#endif
