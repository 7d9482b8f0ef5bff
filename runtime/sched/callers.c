/* callers.c - walking a stack for its return addresses only.
 *
 * The same tables as for the collector's walk (frames.h), of which %rsp and %rbp suffice. A stack is a range of addresses
 * that the walk does not leave, for in a signal's handler the frame that was interrupted may be half made: what is
 * read lies in the range, whatever the tables say. From a range to the next one leads either __morestack, whose frame
 * lies on the segment before, or gm_systemstack, whose frame lies where the goroutine left its own stack.
 *
 * Machine: x86-64.
 */
#define _GNU_SOURCE
#include "sched/callers.h"

#include <ucontext.h>

#include "sched/frames.h"
#include "sched/proc.h"
#include "sched/sched.h"

#define UNSEEN __attribute__((no_sanitize("address", "thread", "undefined")))

/* Where what was found goes: to one of the two. */
typedef struct sink {
    uintptr_t *pcs;
    gm_caller *frames;
    int max;
} sink;

enum { PICTURE_RBP = 5, PICTURE_PC = 6, MORESTACK_RBP = 24 };

typedef struct spot {
    const gm_g *g;
    const gm_seg *seg; /* NULL: a stack that the system gave */
    uintptr_t lo, hi;
    uintptr_t sp, pc, rbp;
    bool in_signal;
} spot;

static void enter_segment(spot *w, const gm_seg *s) {
    w->seg = s;
    w->lo = s->lo;
    w->hi = s->hi;
}

static bool is_inside(const spot *w, uintptr_t at) {
    return at >= w->lo && at < w->hi;
}

/* The frame lies on another stack: at base. */
static bool change_stack(spot *w, uintptr_t base) {
    const gm_seg *s = w->seg;
    if (s) {
        if (!s->prev || base != s->caller_sp + MORESTACK_RBP) return false;
        enter_segment(w, s->prev);
        w->sp = s->caller_sp;
        return is_inside(w, base);
    }
    if (!w->g || !w->g->seg || base != w->g->sp) return false;
    enter_segment(w, w->g->seg);
    w->sp = base;
    return is_inside(w, base);
}

/* To the caller's frame. False: that was the last. */
UNSEEN static bool go_out(spot *w, const gm_frame_row *r) {
    if (!r->understood) return false;
    uintptr_t base = r->cfa_from_rbp ? w->rbp : w->sp;
    bool stays = base >= w->sp && base <= w->hi;
    if (!stays && !change_stack(w, base)) return false;
    uintptr_t cfa = base + (uintptr_t)(intptr_t)r->cfa;
    if (cfa % 8 || cfa < w->sp + 8 || cfa > w->hi) return false;
    uintptr_t saved = cfa + (uintptr_t)(intptr_t)r->rbp_at;
    if (r->saves_rbp && is_inside(w, saved)) w->rbp = *(const uintptr_t *)saved;
    w->pc = *(const uintptr_t *)(cfa - 8);
    w->sp = cfa;
    return w->pc != 0;
}

extern char gm_go_entry[];

/* Behind a frame of __morestack comes the call in the prologue of the function that runs on the next segment, which was
 * met already. */
static int walk(spot *w, const sink *to) {
    int n = 0;
    bool met = false;
    while (n < to->max && w->pc != (uintptr_t)gm_go_entry) {
        gm_frame_row row;
        gm_frame_row_of(w->pc, w->in_signal, &row);
        if (row.outermost) break;
        bool morestack = gm_pc_is_morestack(w->pc - 1), counts = !morestack && !met;
        gm_caller at = {w->pc, w->sp, w->sp};
        met = morestack;
        bool more = go_out(w, &row);
        at.hi = more ? w->sp : w->hi;
        if (counts && to->pcs) to->pcs[n] = at.pc;
        if (counts && to->frames) to->frames[n] = at;
        n += counts;
        if (!more) break;
    }
    return n;
}

/* Where a goroutine left its stack (switch_amd64.S). */
UNSEEN static int walk_picture(const gm_g *g, const sink *to) {
    const uintptr_t *picture = (const uintptr_t *)g->sp;
    spot w = {.g = g,
              .sp = g->sp + (PICTURE_PC + 1) * sizeof(uintptr_t),
              .pc = picture[PICTURE_PC],
              .rbp = picture[PICTURE_RBP]};
    enter_segment(&w, g->seg);
    return walk(&w, to);
}

/* The end of the stack that the thread runs on, or, if that is not known, a guess that nothing is read beyond of. */
static uintptr_t thread_stack_end(const gm_m *m, uintptr_t sp) {
    enum { SURE = 64 << 10 };
    if (m && m->on_system && sp <= m->sys_sp && m->sys_sp) return m->sys_sp + sizeof(uintptr_t);
    if (m && m->stack && sp >= m->stack->lo && sp < m->stack->hi) return m->stack->hi;
    return sp + SURE;
}

static int walk_here(uintptr_t *pcs, int max) {
    const gm_m *m = gm_getm();
    spot w = {.g = gm_getg()};
    __asm__("leaq 0(%%rip), %0\n\tmovq %%rsp, %1\n\tmovq %%rbp, %2"
            : "=&r"(w.pc), "=&r"(w.sp), "=&r"(w.rbp));
    w.lo = w.sp;
    w.hi = thread_stack_end(m, w.sp);
    return walk(&w, &(sink){pcs, NULL, max});
}

int gm_callers_self(uintptr_t *pcs, int max) {
    const gm_g *g = gm_getg();
    if (!g || (g->flags & GM_GF_THREAD)) return walk_here(pcs, max);
    return walk_picture(g, &(sink){pcs, NULL, max});
}

static bool find_segment(spot *w) {
    for (const gm_seg *s = w->g->seg; s; s = s->prev) {
        if (w->sp < s->lo || w->sp > s->hi) continue;
        enter_segment(w, s);
        return true;
    }
    return false;
}

static int walk_g(const gm_g *g, const sink *to) {
    uint64_t regs[GM_REGISTERS];
    if (g->flags & GM_GF_THREAD) return 0;
    if (g == gm_getg()) return walk_picture(g, to);
    if (!gm_g_registers(g, regs)) return g->sp ? walk_picture(g, to) : 0;
    spot w = {.g = g, .sp = regs[REG_RSP], .pc = regs[REG_RIP] + 1, .rbp = regs[REG_RBP]};
    return find_segment(&w) ? walk(&w, to) : 0;
}

int gm_callers_g(const gm_g *g, uintptr_t *pcs, int max) {
    return walk_g(g, &(sink){pcs, NULL, max});
}

int gm_caller_frames(const gm_g *g, gm_caller *frames, int max) {
    return walk_g(g, &(sink){NULL, frames, max});
}

__attribute__((no_split_stack)) int gm_callers_interrupted(const void *context, uintptr_t *pcs,
                                                           int max) {
    const greg_t *regs = ((const ucontext_t *)context)->uc_mcontext.gregs;
    const gm_m *m = gm_getm();
    spot w = {.g = m ? gm_getg() : NULL,
              .sp = (uintptr_t)regs[REG_RSP],
              .pc = (uintptr_t)regs[REG_RIP] + 1,
              .rbp = (uintptr_t)regs[REG_RBP],
              .in_signal = true};
    w.lo = w.sp;
    w.hi = thread_stack_end(m, w.sp);
    bool on_go_stack = w.g && !m->on_system && !(w.g->flags & GM_GF_THREAD);
    if (on_go_stack && !find_segment(&w)) return 0;
    return walk(&w, &(sink){pcs, NULL, max});
}

int gm_only_go(uintptr_t *pcs, int n) {
    if (!gm_has_go()) return n;
    int kept = 0;
    for (int i = 0; i < n; i++)
        if (gm_pc_is_go(pcs[i] - 1)) pcs[kept++] = pcs[i];
    return kept;
}
