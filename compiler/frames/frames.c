/* frames.c - liveness of registers and spilled words, and the table that says so.
 *
 * Words of a frame are counted from the CFA downwards: word w is the eight bytes at CFA - 8w. Those
 * that only the C compiler's own spills touch are `slots`, the unit of a backward analysis over the
 * function's instructions, as are the six registers that calls preserve. A return reads all six, so
 * a register that a function does not touch is live in it: it belongs to some caller.
 *
 * Parameters of calls are stored at the lower end of the frame, below everything that is ever read
 * or whose address is made. Such a word is live in the call for which it is stored. That call is
 * the next one; where its block does not begin with an earlier call, or between, all are live.
 *
 * All other words are objects: variables that are read where they lie or whose address is made. They
 * are one slot, because the assembly does not say where one ends and the next begins. An instruction
 * that reads any of them, or makes an address in the frame, uses the slot; a store does not, for what it
 * stores is read by one that does, or through a pointer. Where the slot is dead, only pointers that exist already can
 * lead to the objects: in a live register or word of this frame, or in the frames of the functions that it
 * has called. Whoever walks the stack finds out. The C compiler makes no address beyond the frame's upper end to use it
 * inside (where it makes one below the lower end, all of the frame counts), and it does not read back parameters of a
 * call. It may copy memory into them by address, which makes them look like objects: a copy is taken for that unless
 * some other instruction makes the same address.
 *
 * A panic that is recovered goes on where gm_frame_enter returns: what is live there is live in
 * every call of the function.
 *
 * The uppermost word below the saved registers may be there for alignment only, or belong to a variable whose address
 * is made elsewhere; if no instruction names it, it is zeroed at entry, so that nothing that an earlier call left there
 * is found in it.
 *
 * Where GM_FORGET says that the program has done with a value in memory (the results of a call that do not fit into
 * registers), its pointers are overwritten, if the function goes on to call something or to run in a loop: the value would else
 * live as long as any object of the frame.
 *
 * The table. For each call, by its return address: the registers that are live, the number of bytes that
 * follow, and the dead words as bits, from the lower end of the frame on. With bit 6 of the registers set, behind that
 * the number of runs of words that are live only if something points to the frame, and each run's first word and the
 * one behind its last, from the lower end, in two bytes each. Calls about which there is nothing to say are left out, and
 * equal descriptions of a file are one.
 */
#define _GNU_SOURCE
#include "frames/frames.h"

#include "frames/asm.h"

enum {
    SET_WORDS = 8,
    OBJECTS = 6, /* bits of a Set behind the registers */
    GOES_ON = 7, /* a call or a loop is to come */
    FIRST_SLOT = 8,
    MAX_SLOTS = 64 * SET_WORDS - FIRST_SLOT,
    MAX_WORDS = 4096,
    MAX_BYTES = 255,
    MAX_RUNS = 255,
    HAS_RUNS = 64, /* in a description's first byte */
};

typedef struct Set { /* bits: the registers, the objects, GOES_ON, the slots */
    uint64_t w[SET_WORDS];
} Set;

typedef struct Analysis {
    const AsmFunc *f;
    int words;      /* of the frame */
    int16_t *slot;  /* by word: bit in a Set, or 0 */
    int lowest;     /* the words beyond are parameters of calls */
    bool *named;    /* by word: some instruction names it */
    int top;        /* the words up to this one are the return address and saved registers */
    bool taken;     /* some address in the frame is made, or read through */
    int unnamed;    /* the uppermost word, if no instruction names it, or 0 */
    bool objects;   /* they may be told from parameters of calls */
    Set *live_in;   /* by instruction */
    Set at_resume;  /* live where a recovered panic goes on */
    Set everywhere; /* where a jump through a table may lead */
} Analysis;

static bool set_has(const Set *s, int bit) {
    return s->w[bit / 64] >> (bit % 64) & 1;
}
static void set_add(Set *s, int bit) {
    s->w[bit / 64] |= (uint64_t)1 << (bit % 64);
}
static void set_drop(Set *s, int bit) {
    s->w[bit / 64] &= ~((uint64_t)1 << (bit % 64));
}
static void set_join(Set *s, const Set *t) {
    for (int i = 0; i < SET_WORDS; i++) s->w[i] |= t->w[i];
}

/* --- words --- */

/* The words that an access touches: high to low addresses. */
static int first_word(const Insn *in) {
    int end = in->at + in->width; /* behind the last byte */
    return end >= 0 ? 1 : (-end + 8) / 8;
}
static int last_word(const Insn *in) {
    return (-in->at + 7) / 8;
}

static void find_unnamed(Analysis *a) {
    const InsnList *l = &a->f->insns;
    for (int i = 0; i + 1 < l->n; i++) {
        if (!l->v[i].makes_room) continue;
        int w = l->v[i].cfa / 8 + 1;
        if (w - 1 > a->top) a->top = w - 1;
        if (a->unnamed && a->unnamed != w) w = 0; /* not one frame for all paths */
        a->unnamed = w;
        if (w == 0) return;
    }
    if (!a->taken || a->named[a->unnamed] || a->lowest <= a->unnamed) a->unnamed = 0;
}

static bool find_words(Analysis *a) {
    const InsnList *l = &a->f->insns;
    int32_t deepest = 8;
    for (int i = 0; i < l->n; i++)
        if (l->v[i].cfa > deepest) deepest = l->v[i].cfa;
    a->words = deepest / 8;
    if (a->words > MAX_WORDS) return false;
    bool *other = alloc((size_t)a->words + 2), *spilled = alloc((size_t)a->words + 2);
    for (int i = 0; i < l->n; i++) {
        const Insn *in = &l->v[i];
        if (in->access == NO_ACCESS || in->at >= 0) continue;
        if (last_word(in) > a->words) return false;
        if (in->access != PLAIN_STORE && last_word(in) > a->lowest) a->lowest = last_word(in);
        a->taken |= in->access == TAKEN;
        bool spill =
            in->access == SPILL_LOAD || in->access == SPILL_STORE || in->access == SPILL_PART;
        for (int w = first_word(in); w <= last_word(in); w++) (spill ? spilled : other)[w] = true;
    }
    a->named = alloc((size_t)a->words + 2);
    for (int w = 1; w <= a->words; w++) a->named[w] = other[w] || spilled[w];
    find_unnamed(a);
    a->slot = alloc(sizeof *a->slot * ((size_t)a->words + 2));
    int bit = FIRST_SLOT;
    for (int w = 1; w <= a->words && bit < FIRST_SLOT + MAX_SLOTS; w++)
        if (spilled[w] && !other[w]) a->slot[w] = (int16_t)bit++;
    return true;
}

/* --- liveness --- */

static void transfer(const Analysis *a, const Insn *in, Set *live) {
    live->w[0] &= ~(uint64_t)in->def;
    live->w[0] |= in->use;
    bool back = in->target >= 0 && in->target <= in - a->f->insns.v;
    if (back || in->flow == CALLS || in->flow == JUMPS_ANYWHERE) set_add(live, GOES_ON);
    if (in->at >= 0) return;
    if (in->access == TAKEN) set_add(live, OBJECTS);
    if (in->access == SPILL_STORE && in->at % 8 == 0)
        for (int w = first_word(in); w <= last_word(in); w++)
            if (a->slot[w]) set_drop(live, a->slot[w]);
    if (in->access == SPILL_LOAD || (in->access == SPILL_STORE && in->at % 8 != 0))
        for (int w = first_word(in); w <= last_word(in); w++)
            if (a->slot[w]) set_add(live, a->slot[w]);
}

static Set live_out(const Analysis *a, int i) {
    const Insn *in = &a->f->insns.v[i];
    Set s = {{0}};
    if (in->flow == JUMPS_ANYWHERE) return a->everywhere;
    if (in->flow != ENDS && in->flow != JUMPS && i + 1 < a->f->insns.n) s = a->live_in[i + 1];
    if (in->target >= 0 && in->target < a->f->insns.n) set_join(&s, &a->live_in[in->target]);
    return s;
}

static bool pass(Analysis *a) {
    bool changed = false;
    for (int i = a->f->insns.n - 1; i >= 0; i--) {
        Set s = live_out(a, i);
        transfer(a, &a->f->insns.v[i], &s);
        if (memcmp(&s, &a->live_in[i], sizeof s) == 0) continue;
        a->live_in[i] = s;
        changed = true;
    }
    if (!a->f->has_table) return changed;
    for (int i = 0; i < a->f->labelled.n; i++)
        if (a->f->labelled.v[i] < a->f->insns.n)
            set_join(&a->everywhere, &a->live_in[a->f->labelled.v[i]]);
    return changed;
}

static void solve(Analysis *a) {
    a->live_in = alloc(sizeof(Set) * (size_t)(a->f->insns.n + 1));
    while (pass(a)) {
    }
    for (int i = 0; i < a->f->insns.n; i++) {
        if (!a->f->insns.v[i].enters) continue;
        Set s = live_out(a, i);
        s.w[0] &= ~(uint64_t)ALL_REGS; /* those are in the gm_frame */
        set_join(&a->at_resume, &s);
    }
}

/* --- the table --- */

/* Whether the parameters of the call at i are known: no instruction that control may come from
 * elsewhere stands between it and the call before. stored gets their words. */
static bool parameters(const Analysis *a, int i, bool *stored) {
    while (--i >= 0) {
        const Insn *in = &a->f->insns.v[i];
        if (a->f->joins[i + 1] || in->flow == JUMPS || in->flow == JUMPS_ANYWHERE) return false;
        if (in->flow == CALLS || in->flow == ENDS) return true;
        if (in->access != PLAIN_STORE || in->at >= 0) continue;
        for (int w = first_word(in); w <= last_word(in); w++) stored[w] = true;
    }
    return false;
}

/* The bits of the dead words from the lower end of the frame; the number of bytes. */
static int dead_words(const Analysis *a, int i, const Set *live, uint8_t *bits) {
    const Insn *call = &a->f->insns.v[i];
    int words = call->cfa / 8, bytes = 0;
    bool *stored = alloc((size_t)a->words + 2);
    bool known = parameters(a, i, stored);
    memset(bits, 0, (size_t)(words + 7) / 8);
    if (words > 8 * MAX_BYTES) words = 0; /* too long to be described */
    for (int k = 0; k < words; k++) {
        int w = words - k;
        bool dead = a->slot[w] && !set_has(live, a->slot[w]);
        if (w > a->top && words == a->words) {
            dead |= !a->slot[w] && w > a->lowest && known && !stored[w]; /* a parameter's */
            dead |= !a->taken && !a->named[w];
        }
        if (!dead) continue;
        bits[k / 8] |= (uint8_t)(1 << (k % 8));
        bytes = k / 8 + 1;
    }
    return bytes;
}

/* Whether the copy at i goes to an object of the frame for certain. */
static bool copies_to_object(const Analysis *a, int i) {
    const InsnList *l = &a->f->insns;
    int to = i;
    do {
        if (a->f->joins[to] || --to < 0 || l->v[to].flow != FALLS) return false;
    } while (!l->v[to].sets_rdi);
    if (l->v[to].access != TAKEN || l->v[to].copies) return false;
    for (int k = 0; k < l->n; k++)
        if (l->v[k].access == TAKEN && l->v[k].at == l->v[to].at && !l->v[k].sets_rdi) return true;
    return false;
}

static bool copies_parameters(const Analysis *a) {
    for (int i = 0; i < a->f->insns.n; i++)
        if (a->f->insns.v[i].copies && !copies_to_object(a, i)) return true;
    return false;
}

/* The runs of words that are live only if something points to them, as the table has them; "": none. */
static const char *object_runs(const Analysis *a, const Insn *call, const Set *live) {
    if (!a->objects || set_has(live, OBJECTS) || call->cfa / 8 != a->words) return "";
    Buf b = {0};
    int n = 0, first = -1;
    for (int k = 0; k <= a->words; k++) {
        int w = a->words - k;
        bool object = w > a->top && w <= a->lowest && !a->slot[w];
        if (object && first < 0) first = k;
        if (object || first < 0) continue;
        buf_printf(&b, ",%d,%d,%d,%d", first & 255, first >> 8, k & 255, k >> 8);
        first = -1;
        n++;
    }
    return n && n <= MAX_RUNS ? xprintf(",%d%s", n, buf_str(&b)) : "";
}

typedef struct Out {
    Buf text;
    Map blobs; /* description -> number + 1 */
    VEC(const char *) blob_list;
    int ncalls, nfuncs;
} Out;

static int blob(Out *o, int regs, const uint8_t *bits, int bytes, const char *runs) {
    Buf b = {0};
    buf_printf(&b, "%d,%d", *runs ? regs | HAS_RUNS : regs, bytes);
    for (int i = 0; i < bytes; i++) buf_printf(&b, ",%d", bits[i]);
    buf_puts(&b, runs);
    const char *key = intern(buf_str(&b));
    intptr_t n = (intptr_t)map_get(&o->blobs, key);
    if (n) return (int)n - 1;
    push(&o->blob_list, key);
    map_put(&o->blobs, key, (void *)(intptr_t)o->blob_list.n);
    return o->blob_list.n - 1;
}

/* The unwind information changes with the directive behind the instruction, and belongs to it. */
static size_t behind_directive(Str text, size_t at) {
    const char *end = memchr(text.p + at, '\n', text.n - at);
    return end ? (size_t)(end - text.p) + 1 : text.n;
}

/* Copies the text up to the instruction and puts behind it what overwrites the words that it forgets. */
static size_t forget_words(Out *o, const Insn *in, Str text, size_t from) {
    buf_put(&o->text, text.p + from, in->end - from);
    for (int w = 0; w < 32; w++) {
        if (!(in->forgets >> w & 1)) continue;
        bool sum = w && *in->operand.p != '('; /* "8+16(%rsp)" */
        buf_printf(&o->text, "\tmovq $0, ");
        if (w) buf_printf(&o->text, "%d%s", 8 * w, sum ? "+" : "");
        buf_put(&o->text, in->operand.p, in->operand.n);
        buf_puts(&o->text, "\n");
    }
    return in->end;
}

/* Copies the text of a function that is not analysed. */
static void copy_function(Out *o, const AsmFunc *f, Str text, size_t from, size_t to) {
    for (int i = 0; i < f->insns.n; i++)
        if (f->insns.v[i].forgets) from = forget_words(o, &f->insns.v[i], text, from);
    buf_put(&o->text, text.p + from, to - from);
}

/* Copies the function's text from `from` on, with a label behind each call of which there is
 * something to say, and the entries for them. */
static void describe(Out *o, const Analysis *a, Str text, size_t from, size_t to) {
    static uint8_t bits[MAX_WORDS / 8 + 1];
    Buf entries = {0};
    int first = -1;
    for (int i = 0; i < a->f->insns.n; i++) {
        const Insn *in = &a->f->insns.v[i];
        if (in->makes_room && a->unnamed && i + 1 < a->f->insns.n) {
            size_t behind = behind_directive(text, in->end);
            buf_put(&o->text, text.p + from, behind - from);
            from = behind;
            buf_printf(&o->text, "\tmovq $0, %d(%%rsp)\n", in[1].cfa - 8 * a->unnamed);
        }
        Set live = live_out(a, i);
        if (in->forgets && set_has(&live, GOES_ON)) from = forget_words(o, in, text, from);
        if (in->flow != CALLS) continue;
        set_join(&live, &a->at_resume);
        int regs = (int)(live.w[0] & ALL_REGS), bytes = dead_words(a, i, &live, bits);
        const char *runs = object_runs(a, in, &live);
        if (regs == ALL_REGS && bytes == 0 && !*runs) continue;
        buf_put(&o->text, text.p + from, in->end - from);
        from = in->end;
        buf_printf(&o->text, ".Lgm_call%d:\n", o->ncalls);
        buf_printf(&entries, "\t.long .Lgm_call%d - ., .Lgm_frame%d - .\n", o->ncalls,
                   blob(o, regs, bits, bytes, runs));
        if (first < 0) first = o->ncalls;
        o->ncalls++;
    }
    buf_put(&o->text, text.p + from, to - from);
    if (first < 0) return;
    buf_printf(&o->text, "\t.pushsection gm_frames,\"ao\",@progbits,.Lgm_call%d\n", first);
    buf_puts(&o->text, buf_str(&entries));
    buf_puts(&o->text, "\t.popsection\n");
}

static void function(Out *o, Str text, size_t from, size_t *at) {
    AsmFunc f = {0};
    read_function(text, at, &f);
    Analysis a = {.f = &f};
    if (f.opaque || !f.insns.n || !find_words(&a)) {
        copy_function(o, &f, text, from, *at);
        return;
    }
    solve(&a);
    a.objects = a.taken && !copies_parameters(&a);
    describe(o, &a, text, from, *at);
}

Buf frame_maps(Str text) {
    Out o = {0};
    static const char begin[] = "\t.cfi_startproc\n";
    size_t at = 0;
    while (at < text.n) {
        const char *p = memmem(text.p + at, text.n - at, begin, sizeof begin - 1);
        size_t from = at;
        if (!p) {
            buf_put(&o.text, text.p + from, text.n - from);
            break;
        }
        at = (size_t)(p - text.p) + sizeof begin - 1;
        function(&o, text, from, &at);
    }
    if (o.blob_list.n) buf_puts(&o.text, "\t.section .rodata.gm_frames,\"a\",@progbits\n");
    for (int i = 0; i < o.blob_list.n; i++)
        buf_printf(&o.text, ".Lgm_frame%d:\n\t.byte %s\n", i, o.blob_list.v[i]);
    return o.text;
}
