/* alloc.h - gm_new inlined at the allocation site, for compiled code.
 *
 * A site is a constant type and, once the first allocation there has found it out, the place of its
 * shape's run in every P's cache. An allocation is then: the P, its runs, this run's next slot,
 * compare with the end, advance. No call is made and no metadata written.
 *
 * The sequence must not be cut by a change of goroutines, or two would take the same slot: it is one
 * asm block that does nothing that matters before its last instruction, recorded in gm_critical; a
 * goroutine that a signal stops inside is set back to the beginning (see runtime/sched/preempt.c).
 *
 * Large types, and those whose slots their runs do not zero (see heap.h), always take the slow path.
 *
 * Machine: x86-64. Offsets are checked by runtime/heap/malloc.c.
 */
#ifndef GOLEM_ALLOC_H
#define GOLEM_ALLOC_H

#include <golem/type.h>

typedef struct gm_site {
    uintptr_t
        run; /* offset of the run in a cache's runs; 0, a run that is always empty: not known */
    const gm_type *type;
} gm_site;

void *gm_new_site_slow(gm_site *site);

static inline __attribute__((always_inline)) void *gm_new_at(gm_site *site) {
    void *obj;
    uintptr_t run, next;
    __asm__ goto("1:\tmovq gm_tls_block@gottpoff(%%rip), %[obj]\n\t"
                 "movq %%fs:16(%[obj]), %[obj]\n\t"
                 "movq (%[obj]), %[run]\n\t"
                 "addq %[offset], %[run]\n\t"
                 "movq (%[run]), %[obj]\n\t"
                 "cmpq 8(%[run]), %[obj]\n\t"
                 "jae %l[slow]\n\t"
                 "movl 16(%[run]), %k[next]\n\t"
                 "addq %[obj], %[next]\n\t"
                 "movq %[next], (%[run])\n"
                 "2:\n\t.pushsection gm_critical, \"a\"\n\t.long 1b - ., 2b - .\n\t.popsection"
                 : [obj] "=&r"(obj), [run] "=&r"(run), [next] "=&r"(next)
                 : [offset] "m"(site->run)
                 : "cc", "memory"
                 : slow);
    return obj;
slow:
    return gm_new_site_slow(site);
}

/* A new value of the constant type t. */
#define gm_new_here(t)                                                                             \
    ({                                                                                             \
        static gm_site gm_site_ = {0, (t)};                                                        \
        gm_new_at(&gm_site_);                                                                      \
    })

#endif
