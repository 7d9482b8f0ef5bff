/* frames.c - walking frames for the collector. See frames.h. */
#define _GNU_SOURCE
#include "sched/frames.h"

#include <string.h>
#include <ucontext.h>

#include "heap/heap.h"
#include "sched/preempt.h"
#include "sched/proc.h"
#include "sched/stack.h"

/* Registers in the order of the compiler's tables, with their numbers in DWARF and in a context. */
enum { RBX, RBP, R12, R13, R14, R15, REGS, ALL_LIVE = (1 << REGS) - 1, HAS_OBJECTS = 64 };
static const uint8_t dwarf_number[REGS] = {3, 6, 12, 13, 14, 15};
static const uint8_t in_context[REGS] = {REG_RBX, REG_RBP, REG_R12, REG_R13, REG_R14, REG_R15};
static const uint8_t in_picture[REGS] = {4, 5, 3, 2, 1, 0}; /* words from g->sp */
enum { PICTURE = 6, DWARF_RSP = 7, DWARF_RIP = 16 };

/* What is known of a frame whose function stands at a given place. */
typedef struct frame_info {
    struct frame_info *next;
    uintptr_t pc;
    bool understood;
    bool outermost;
    bool cfa_from_rbp;
    uint8_t live;  /* registers that the function still reads or keeps for others */
    uint8_t saved; /* registers that the frame keeps for callers */
    uint8_t dead_bytes;
    int32_t cfa;            /* from %rsp or %rbp */
    int32_t at[REGS];       /* from the CFA: where */
    const uint8_t *dead;    /* bits of words from %rsp on */
    const uint8_t *objects; /* runs of words that count if something points to the frame */
    uint8_t nobjects;
    int32_t nruns; /* cfa_from_rbp: not known */
    struct run {
        int32_t lo, hi; /* from %rsp: words to look at */
    } * runs;
} frame_info;

/* --- the compiler's tables --- */

typedef struct call_site { /* each relative to its own address */
    int32_t pc, frame;
} call_site;
extern const call_site gm_frames_start[] __asm__("__start_gm_frames") __attribute__((weak));
extern const call_site gm_frames_stop[] __asm__("__stop_gm_frames") __attribute__((weak));

static uintptr_t site_pc(const call_site *s) {
    return (uintptr_t)&s->pc + (uintptr_t)(intptr_t)s->pc;
}

/* The linker lays the entries out in the order of the code. */
static void find_site(frame_info *f) {
    const call_site *lo = gm_frames_start, *hi = gm_frames_stop;
    while (lo < hi) {
        const call_site *mid = lo + (hi - lo) / 2;
        uintptr_t pc = site_pc(mid);
        if (pc == f->pc) {
            const uint8_t *blob = (const uint8_t *)&mid->frame + mid->frame;
            f->live = blob[0] & ALL_LIVE;
            f->dead_bytes = blob[1];
            f->dead = blob + 2;
            if (!(blob[0] & HAS_OBJECTS)) return;
            f->nobjects = f->dead[f->dead_bytes];
            f->objects = f->dead + f->dead_bytes + 1;
            return;
        }
        if (pc < f->pc)
            lo = mid + 1;
        else
            hi = mid;
    }
}

/* --- the C compiler's tables --- */

struct dwarf_bases {
    void *text, *data, *func;
};
const void *_Unwind_Find_FDE(void *pc, struct dwarf_bases *bases);

typedef struct cursor {
    const uint8_t *p, *end;
} cursor;

static uint8_t take(cursor *c) {
    return c->p < c->end ? *c->p++ : 0;
}

static uint64_t take_uleb(cursor *c) {
    uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        uint8_t b = take(c);
        v |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80)) break;
    }
    return v;
}

static int64_t take_sleb(cursor *c) {
    uint64_t v = 0;
    int shift = 0;
    uint8_t b;
    do {
        b = take(c);
        v |= (uint64_t)(b & 0x7f) << shift;
        shift += 7;
    } while ((b & 0x80) && shift < 64);
    if ((b & 0x40) && shift < 64) v |= -(uint64_t)1 << shift;
    return (int64_t)v;
}

static uint64_t take_fixed(cursor *c, int n) {
    uint64_t v = 0;
    for (int i = 0; i < n; i++) v |= (uint64_t)take(c) << (8 * i);
    return v;
}

typedef struct cfi { /* the state that the instructions make */
    uintptr_t loc;
    uint64_t code_align;
    int64_t data_align;
    struct row {
        uint64_t reg;
        int64_t off;
        int64_t at[REGS];
        uint8_t saved;
        bool outermost;
    } now, first, kept[4];
    int nkept;
    bool odd; /* something that no frame of ours has */
} cfi;

static int register_index(uint64_t dwarf) {
    for (int i = 0; i < REGS; i++)
        if (dwarf_number[i] == dwarf) return i;
    return -1;
}

static void set_saved(cfi *s, uint64_t reg, int64_t at) {
    int i = register_index(reg);
    if (i < 0) {
        s->odd |= reg == DWARF_RIP && at != -8;
        return;
    }
    s->now.saved |= (uint8_t)(1 << i);
    s->now.at[i] = at;
}

static void restore(cfi *s, uint64_t reg) {
    int i = register_index(reg);
    if (i < 0) return;
    s->now.saved = (uint8_t)((s->now.saved & ~(1 << i)) | (s->first.saved & (1 << i)));
    s->now.at[i] = s->first.at[i];
}

static void undefined(cfi *s, uint64_t reg) {
    if (reg == DWARF_RIP)
        s->now.outermost = true;
    else
        s->odd |= register_index(reg) >= 0;
}

static void other_instruction(cfi *s, cursor *c, uint8_t op) {
    uint64_t reg;
    switch (op) {
    case 0x00: break; /* nop */
    case 0x05:
        reg = take_uleb(c);
        set_saved(s, reg, (int64_t)take_uleb(c) * s->data_align);
        break;
    case 0x06: restore(s, take_uleb(c)); break;
    case 0x07: undefined(s, take_uleb(c)); break;
    case 0x08: restore(s, take_uleb(c)); break; /* same value */
    case 0x0a:                                  /* remember */
        if (s->nkept == 4)
            s->odd = true;
        else
            s->kept[s->nkept++] = s->now;
        break;
    case 0x0b: /* restore state */
        if (s->nkept == 0)
            s->odd = true;
        else
            s->now = s->kept[--s->nkept];
        break;
    case 0x0c:
        s->now.reg = take_uleb(c);
        s->now.off = (int64_t)take_uleb(c);
        break;
    case 0x0d: s->now.reg = take_uleb(c); break;
    case 0x0e: s->now.off = (int64_t)take_uleb(c); break;
    case 0x11:
        reg = take_uleb(c);
        set_saved(s, reg, take_sleb(c) * s->data_align);
        break;
    case 0x12:
        s->now.reg = take_uleb(c);
        s->now.off = take_sleb(c) * s->data_align;
        break;
    case 0x13: s->now.off = take_sleb(c) * s->data_align; break;
    case 0x2e: take_uleb(c); break; /* size of arguments */
    default: s->odd = true;         /* expressions and the like */
    }
}

/* Runs instructions up to those that apply behind pc. */
static void run_cfi(cfi *s, cursor c, uintptr_t pc) {
    while (c.p < c.end && !s->odd) {
        uint8_t op = take(&c);
        uint64_t step = 0;
        switch (op >> 6) {
        case 1: step = op & 0x3f; break;
        case 2: set_saved(s, op & 0x3f, (int64_t)take_uleb(&c) * s->data_align); continue;
        case 3: restore(s, op & 0x3f); continue;
        default:
            if (op == 0x02 || op == 0x03 || op == 0x04) {
                step = take_fixed(&c, op == 0x04 ? 4 : op - 1);
                break;
            }
            other_instruction(s, &c, op);
            continue;
        }
        s->loc += step * s->code_align;
        if (s->loc > pc) return;
    }
}

static uint32_t word32(const uint8_t *p) {
    uint32_t v;
    memcpy(&v, p, 4);
    return v;
}

enum { PE_ABSPTR = 0x00, PE_SDATA4 = 0x0b, PE_UDATA4 = 0x03, PE_FORM = 0x0f };

/* Reads the row for pc (inside the calling instruction) into f; false: not understood. */
static bool read_unwind(frame_info *f, uintptr_t pc) {
    struct dwarf_bases bases;
    const uint8_t *fde = _Unwind_Find_FDE((void *)pc, &bases);
    if (!fde) return false;
    const uint8_t *cie = fde + 4 - word32(fde + 4);
    cursor c = {cie + 8, cie + 4 + word32(cie)};
    if (take(&c) != 1) return false; /* version */
    const char *augmentation = (const char *)c.p;
    if (augmentation[0] != 'z' || strpbrk(augmentation, "SPB")) return false;
    c.p += strlen(augmentation) + 1;
    cfi s = {.loc = (uintptr_t)bases.func};
    s.code_align = take_uleb(&c);
    s.data_align = take_sleb(&c);
    take(&c);      /* column of the return address */
    take_uleb(&c); /* length of the augmentation's data */
    uint8_t form = PE_ABSPTR;
    for (const char *a = augmentation + 1; *a; a++) {
        uint8_t v = take(&c);
        if (*a == 'R') form = v & PE_FORM;
    }
    run_cfi(&s, c, UINTPTR_MAX);
    s.first = s.now;
    int size = form == PE_SDATA4 || form == PE_UDATA4 ? 4 : 8;
    c = (cursor){fde + 8 + 2 * size, fde + 4 + word32(fde)};
    uint64_t skip = take_uleb(&c);
    c.p += skip;
    run_cfi(&s, c, pc);
    if (s.odd || (s.now.reg != DWARF_RSP && s.now.reg != dwarf_number[RBP])) return false;
    f->cfa_from_rbp = s.now.reg != DWARF_RSP;
    f->cfa = (int32_t)s.now.off;
    f->saved = s.now.saved;
    f->outermost = s.now.outermost;
    for (int i = 0; i < REGS; i++) f->at[i] = (int32_t)s.now.at[i];
    return true;
}

/* --- what was read --- */

static bool keeps_register(const frame_info *f, int64_t from_cfa) {
    for (int i = 0; i < REGS; i++)
        if ((f->saved >> i & 1) && f->at[i] == from_cfa) return true;
    return false;
}

static bool is_dead(const frame_info *f, int32_t at) {
    int32_t word = at / 8;
    return word / 8 < f->dead_bytes && (f->dead[word / 8] >> (word % 8) & 1);
}

static struct run object_run(const frame_info *f, int i) {
    const uint8_t *p = f->objects + 4 * i;
    return (struct run){(p[0] | p[1] << 8) * 8, (p[2] | p[3] << 8) * 8};
}

static bool in_object(const frame_info *f, int32_t at) {
    for (int i = 0; i < f->nobjects; i++) {
        struct run r = object_run(f, i);
        if (at >= r.lo && at < r.hi) return true;
    }
    return false;
}

/* The runs of words to look at, in a frame of fixed size; into out, or only counted. */
static int32_t find_runs(const frame_info *f, struct run *out) {
    int32_t n = 0;
    bool open = false;
    for (int32_t at = 0; at < f->cfa - 8; at += 8) {
        bool skip = is_dead(f, at) || in_object(f, at) || keeps_register(f, at - f->cfa);
        if (!skip && !open && n++ >= 0 && out) out[n - 1].lo = at;
        if (!skip && out) out[n - 1].hi = at + 8;
        open = !skip;
    }
    return n;
}

enum { BUCKETS = 4096 };
static frame_info *infos[BUCKETS];

static frame_info *make_info(uintptr_t pc) {
    frame_info *f = gm_persistent_alloc(sizeof *f, 8);
    memset(f, 0, sizeof *f);
    f->pc = pc;
    f->live = ALL_LIVE;
    f->understood = read_unwind(f, pc - 1);
    if (!f->understood || f->outermost || f->cfa_from_rbp) return f;
    find_site(f);
    f->nruns = find_runs(f, NULL);
    f->runs = gm_persistent_alloc(((size_t)f->nruns + 1) * sizeof *f->runs, 8);
    find_runs(f, f->runs);
    return f;
}

static const frame_info *known(uintptr_t pc) {
    frame_info *const *head = &infos[(pc * 0x9e3779b97f4a7c15u) >> 52];
    const frame_info *f = __atomic_load_n(head, __ATOMIC_ACQUIRE);
    while (f && f->pc != pc) f = f->next;
    return f;
}

/* Of the frame into which pc is the return address. Two threads may both read it: either will do. */
static const frame_info *info_of(uintptr_t pc) {
    const frame_info *there = known(pc);
    if (there) return there;
    frame_info **head = &infos[(pc * 0x9e3779b97f4a7c15u) >> 52];
    frame_info *f = make_info(pc);
    f->next = __atomic_load_n(head, __ATOMIC_RELAXED);
    while (
        !__atomic_compare_exchange_n(head, &f->next, f, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
    }
    return f;
}

void gm_frame_row_of(uintptr_t pc, bool in_signal, gm_frame_row *row) {
    frame_info fresh = {.pc = pc};
    const frame_info *f = in_signal ? known(pc) : info_of(pc);
    if (!f) {
        fresh.understood = read_unwind(&fresh, pc - 1);
        f = &fresh;
    }
    *row = (gm_frame_row){.understood = f->understood,
                          .outermost = f->outermost,
                          .cfa_from_rbp = f->cfa_from_rbp,
                          .saves_rbp = f->saved >> RBP & 1,
                          .cfa = f->cfa,
                          .rbp_at = f->at[RBP]};
}

/* --- the walk ---
 *
 * Objects of a frame that no instruction to come names count if a word that counts points into the frame. Such a word is
 * the frame's own, or one of those that lie further in, which the walk has met before; never one further out, for an
 * object whose address goes there has escaped. So the words met that point into the goroutine's stack are kept, until their
 * frame is passed; when they are too many, all objects count. */

enum { MAX_POINTERS = 64, SLACK = 16 };

#define UNSEEN                                                                                     \
    __attribute__((no_sanitize("address", "thread", "undefined"))) /* reads words of all kinds */

typedef struct walk {
    gm_frame_fn *fn;
    void *ctx;
    uintptr_t stack_lo, stack_hi; /* a range that holds all segments */
    uintptr_t pointers[MAX_POINTERS];
    int npointers; /* MAX_POINTERS: more than can be kept */
    gm_seg *seg;
    uintptr_t sp; /* of the function at pc: what lies below belongs to those it has called */
    uintptr_t pc;
    const uintptr_t *reg[REGS]; /* where the registers that it had stand now; NULL: seen already */
} walk;

/* Those into frames that the walk has passed are of no use any more. */
static void drop_passed(walk *w) {
    int n = 0;
    for (int i = 0; i < w->npointers; i++) {
        uintptr_t p = w->pointers[i];
        bool passed = p >= w->seg->lo && p < w->sp - SLACK;
        if (!passed) w->pointers[n++] = p;
    }
    w->npointers = n;
}

static void note_pointer(walk *w, uintptr_t p) {
    if (w->npointers == MAX_POINTERS) return;
    w->pointers[w->npointers++] = p;
    if (w->npointers == MAX_POINTERS) drop_passed(w);
}

UNSEEN static void note_pointers(walk *w, const uintptr_t *lo, const uintptr_t *hi) {
    uintptr_t from = w->stack_lo, size = w->stack_hi - w->stack_lo;
    for (const uintptr_t *p = lo; p < hi; p++)
        if (*p - from <= size) note_pointer(w, *p);
}

static bool is_pointed_to(const walk *w, uintptr_t lo, uintptr_t hi) {
    if (w->npointers == MAX_POINTERS) return true;
    for (int i = 0; i < w->npointers; i++)
        if (w->pointers[i] >= lo - SLACK && w->pointers[i] <= hi + SLACK) return true;
    return false;
}

static void see(walk *w, uintptr_t lo, uintptr_t hi) {
    if (lo >= hi) return;
    w->fn(w->ctx, (void *)lo, (void *)hi);
    note_pointers(w, (const uintptr_t *)lo, (const uintptr_t *)hi);
}

static void see_register(walk *w, int i) {
    if (w->reg[i]) see(w, (uintptr_t)w->reg[i], (uintptr_t)(w->reg[i] + 1));
}

/* Range that the caller of the walk looks at. */
static void note_range(void *ctx, const void *lo, const void *hi) {
    note_pointers(ctx, lo, hi);
}

static void begin(walk *w, gm_g *g) {
    w->stack_lo = UINTPTR_MAX;
    for (const gm_seg *s = g->seg; s; s = s->prev) {
        if (s->lo < w->stack_lo) w->stack_lo = s->lo;
        if (s->hi > w->stack_hi) w->stack_hi = s->hi;
    }
    note_range(w, &g->defers, &g->deferring + 1);
    note_range(w, &g->fault, &g->fault + 1);
    if (g->sig_context) gm_each_saved_register(g->sig_context, note_range, w);
}

/* All that is left, as it stands. */
static void see_rest(walk *w) {
    for (int i = 0; i < REGS; i++) see_register(w, i);
    uintptr_t sp = w->sp;
    for (gm_seg *s = w->seg; s; s = s->prev) {
        if (sp >= s->lo && sp <= s->hi) see(w, sp, s->hi);
        sp = s->caller_sp;
    }
}

/* The function changed stacks to be called: its caller's frame lies on the segment before. */
static bool leave_segment(walk *w, uintptr_t rbp) {
    gm_seg *s = w->seg->prev;
    if (!s || rbp != w->seg->caller_sp + 24) return false;
    see(w, w->sp, w->seg->hi); /* copies of parameters */
    w->seg = s;
    w->sp = rbp - 24;
    return true;
}

/* Words of the frame, without those where it keeps registers of its callers. */
static void see_frame(walk *w, const frame_info *f, uintptr_t cfa) {
    if (f->runs) {
        for (int i = 0; i < f->nruns; i++)
            see(w, w->sp + (uint32_t)f->runs[i].lo, w->sp + (uint32_t)f->runs[i].hi);
        return;
    }
    uintptr_t from = w->sp;
    for (uintptr_t at = w->sp; at < cfa - 8; at += 8) {
        if (!keeps_register(f, (int64_t)(at - cfa))) continue;
        see(w, from, at);
        from = at + 8;
    }
    see(w, from, cfa - 8);
}

/* A register that the frame saved was its own to use from then on; what stood in it then belongs
 * to a caller. */
static void pass_registers(walk *w, const frame_info *f, uintptr_t cfa) {
    for (int i = 0; i < REGS; i++) {
        if (!(f->saved >> i & 1)) continue;
        if (f->live >> i & 1) see_register(w, i);
        w->reg[i] = (const uintptr_t *)(cfa + (uintptr_t)(intptr_t)f->at[i]);
    }
}

static void see_objects(walk *w, const frame_info *f, uintptr_t cfa) {
    if (!f->nobjects || !is_pointed_to(w, w->sp, cfa)) return;
    for (int i = 0; i < f->nobjects; i++) {
        struct run r = object_run(f, i);
        see(w, w->sp + (uint32_t)r.lo, w->sp + (uint32_t)r.hi);
    }
}

static bool step(walk *w, const frame_info *f) {
    if (!f->understood) return false;
    if (f->outermost) {
        w->pc = 0;
        return true;
    }
    if (f->cfa_from_rbp && !w->reg[RBP]) return false;
    uintptr_t base = f->cfa_from_rbp ? *w->reg[RBP] : w->sp;
    if (gm_pc_is_morestack(w->pc) && (base < w->sp || base > w->seg->hi) && !leave_segment(w, base))
        return false;
    uintptr_t cfa = base + (uintptr_t)(intptr_t)f->cfa;
    if (cfa % 8 || cfa < w->sp + 8 || cfa > w->seg->hi) return false;
    see_frame(w, f, cfa);
    pass_registers(w, f, cfa);
    see_objects(w, f, cfa);
    w->pc = *(const uintptr_t *)(cfa - 8);
    w->sp = cfa;
    return true;
}

extern char gm_go_entry[];

/* In a goroutine that never ran, the registers stand for its function and argument. */
static void walk_frames(walk *w) {
    while (w->pc != (uintptr_t)gm_go_entry && step(w, info_of(w->pc)))
        if (!w->pc) return;
    see_rest(w);
}

/* Stopped between any two instructions: all of that frame counts. */
static void walk_interrupted(gm_g *g, gm_frame_fn *fn, void *ctx) {
    const ucontext_t *uc = g->sig_context;
    const greg_t *regs = uc->uc_mcontext.gregs;
    walk w = {.fn = fn,
              .ctx = ctx,
              .seg = g->seg,
              .sp = (uintptr_t)regs[REG_RSP],
              .pc = (uintptr_t)regs[REG_RIP]};
    begin(&w, g);
    for (int i = 0; i < REGS; i++) w.reg[i] = (const uintptr_t *)&regs[in_context[i]];
    see(&w, g->sp, w.sp); /* the red zone */
    frame_info here = {.pc = w.pc, .live = ALL_LIVE};
    here.understood = read_unwind(&here, w.pc);
    if (step(&w, &here))
        walk_frames(&w);
    else
        see_rest(&w);
}

void gm_frames_walk(gm_g *g, gm_frame_fn *fn, void *ctx) {
    if (g->sig_context) {
        walk_interrupted(g, fn, ctx);
        return;
    }
    const uintptr_t *picture = (const uintptr_t *)g->sp;
    walk w = {.fn = fn,
              .ctx = ctx,
              .seg = g->seg,
              .sp = g->sp + (PICTURE + 1) * sizeof(uintptr_t),
              .pc = picture[PICTURE]};
    begin(&w, g);
    for (int i = 0; i < REGS; i++) w.reg[i] = picture + in_picture[i];
    walk_frames(&w);
}
