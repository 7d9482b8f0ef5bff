/* buckets.h - call stacks, each with what a profile counts for it (buckets.c). */
#ifndef GM_OBSERVE_BUCKETS_H
#define GM_OBSERVE_BUCKETS_H

#include <golem.h>

#include "os/sync.h"

enum gm_profile_kind { GM_PROFILE_MEMORY, GM_PROFILE_BLOCK, GM_PROFILE_MUTEX, GM_PROFILE_KINDS };
enum { GM_PROFILE_DEPTH = 128 };

typedef struct gm_mem_counts {
    uint64_t allocs, frees;
} gm_mem_counts;

typedef struct gm_bucket gm_bucket;
struct gm_bucket {
    gm_bucket *same_hash;
    gm_bucket *next; /* of the same kind */
    uint64_t hash;
    enum gm_profile_kind kind;
    size_t size;         /* memory: of each object's slot */
    const gm_type *type; /* memory: or NULL: not known */
    union {
        struct {
            gm_mem_counts shown, coming[3]; /* atomic; memprof.c */
        };
        struct {
            gm_spin lock;
            double count, ns; /* under lock; waitprof.c */
        };
    };
    uint32_t depth;
    uintptr_t pcs[]; /* return addresses, innermost first */
};

/* The bucket of what is described; made if there is none. Takes no lock that is not a leaf. System stack. */
gm_bucket *gm_bucket_get(enum gm_profile_kind kind, size_t size, const gm_type *type,
                         const uintptr_t *pcs, int n);
/* The bucket of where the caller stands: in compiled Go, if the program has any. */
gm_bucket *gm_bucket_here(enum gm_profile_kind kind, size_t size, const gm_type *type);
/* All buckets of a kind, newest first; they are never taken away. */
gm_bucket *gm_buckets(enum gm_profile_kind kind);

#endif
