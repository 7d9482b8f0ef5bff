/* asm.c - reading gcc's assembly. */
#define _GNU_SOURCE
#include "frames/asm.h"

#include <stdlib.h>

/* --- lines and words --- */

typedef struct Line {
    const char *p;
    size_t n;
    bool spilled; /* the comment names a spilled operand */
} Line;

static bool starts(Line l, const char *s) {
    size_t n = strlen(s);
    return l.n >= n && memcmp(l.p, s, n) == 0;
}

static bool contains(const char *p, size_t n, const char *s) {
    return memmem(p, n, s, strlen(s)) != NULL;
}

/* The next line, without blanks in front and the comment behind. */
static Line next_line(Str text, size_t *at) {
    const char *p = text.p + *at, *end = memchr(p, '\n', text.n - *at);
    size_t n = end ? (size_t)(end - p) : text.n - *at;
    *at += n + (end != NULL);
    while (n && (*p == ' ' || *p == '\t')) p++, n--;
    Line l = {p, n, false};
    const char *comment = n && *p != '#' && *p != '.' ? memchr(p, '#', n) : NULL;
    if (comment) {
        l.spilled = contains(comment, n - (size_t)(comment - p), "%sfp");
        l.n = (size_t)(comment - p);
    }
    while (l.n && (l.p[l.n - 1] == ' ' || l.p[l.n - 1] == '\t')) l.n--;
    return l;
}

/* The bit of the preserved register whose name stands at p, behind the '%', and its width in bytes. */
static int preserved(const char *p, size_t n, int *width) {
    static const struct {
        char name[5];
        uint8_t bit, width;
    } names[] = {
        {"rbx", RBX, 8},  {"ebx", RBX, 4},  {"bx", RBX, 2},   {"bl", RBX, 1},   {"bh", RBX, 1},
        {"rbp", RBP, 8},  {"ebp", RBP, 4},  {"bp", RBP, 2},   {"bpl", RBP, 1},  {"r12", R12, 8},
        {"r12d", R12, 4}, {"r12w", R12, 2}, {"r12b", R12, 1}, {"r13", R13, 8},  {"r13d", R13, 4},
        {"r13w", R13, 2}, {"r13b", R13, 1}, {"r14", R14, 8},  {"r14d", R14, 4}, {"r14w", R14, 2},
        {"r14b", R14, 1}, {"r15", R15, 8},  {"r15d", R15, 4}, {"r15w", R15, 2}, {"r15b", R15, 1}};
    size_t k = 0;
    while (k < n && ((p[k] >= 'a' && p[k] <= 'z') || (p[k] >= '0' && p[k] <= '9'))) k++;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strlen(names[i].name) != k || memcmp(names[i].name, p, k) != 0) continue;
        *width = names[i].width;
        return names[i].bit;
    }
    return 0;
}

/* Those that are named whole: who reads a part has no use for a pointer. */
static int registers(const char *p, size_t n) {
    int mask = 0;
    for (size_t i = 0; i < n; i++) {
        int width = 0, bit = p[i] == '%' ? preserved(p + i + 1, n - i - 1, &width) : 0;
        if (width == 8) mask |= bit;
    }
    return mask;
}

static const char *mnemonic_end(Line l) {
    const char *p = l.p;
    while (p < l.p + l.n && *p != ' ' && *p != '\t') p++;
    return p;
}

static bool is_op(Line l, const char *name) {
    size_t n = (size_t)(mnemonic_end(l) - l.p);
    return n == strlen(name) && memcmp(l.p, name, n) == 0;
}

/* The last operand: in this syntax, what is written. */
static const char *last_operand(Line l) {
    const char *p = mnemonic_end(l), *at = p;
    int depth = 0;
    for (; p < l.p + l.n; p++) {
        if (*p == '(') depth++;
        if (*p == ')') depth--;
        if (*p == ',' && depth == 0) at = p + 1;
    }
    while (at < l.p + l.n && (*at == ' ' || *at == '\t')) at++;
    return at;
}

/* --- registers --- */

/* Writes all of a register without reading it. */
static bool overwrites(Line l) {
    static const char *const ops[] = {"mov", "lea", "pop", "cvttsd2si", "cvttss2si", "popcnt"};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (starts(l, ops[i])) return true;
    return false;
}

static bool clears(Line l, const char *dst) {
    if (!starts(l, "xor")) return false;
    const char *src = mnemonic_end(l) + 1;
    while (*src == ' ' || *src == '\t') src++;
    size_t n = (size_t)(l.p + l.n - dst);
    return *src == '%' && (size_t)(dst - src) > n && memcmp(src, dst, n) == 0 && src[n] == ',';
}

static void find_registers(Line l, Insn *in) {
    const char *dst = last_operand(l);
    size_t n = (size_t)(l.p + l.n - dst);
    int width = 0, written = n && *dst == '%' ? preserved(dst + 1, n - 1, &width) : 0;
    in->use = (uint8_t)registers(l.p, l.n);
    if (starts(l, "cmpxchg16") || starts(l, "cpuid") || starts(l, "xlat")) in->use |= RBX;
    if (!written || width < 4) return;
    if (clears(l, dst)) {
        in->def = (uint8_t)written;
        in->use = 0;
    } else if (overwrites(l)) {
        in->def = (uint8_t)written;
        in->use = (uint8_t)registers(l.p, (size_t)(dst - l.p));
    }
}

/* --- the frame --- */

/* An operand "off(%rsp...)" of the text; false: there is none. indexed: more than %rsp and off. */
static bool frame_operand(const char *p, size_t n, int32_t *off, bool *indexed, size_t *behind) {
    const char *rsp = memmem(p, n, "(%rsp", 5);
    if (!rsp) return false;
    const char *s = rsp;
    while (s > p && (s[-1] == '-' || s[-1] == '+' || (s[-1] >= '0' && s[-1] <= '9'))) s--;
    *off = 0;
    if (s < rsp) { /* "16+8": sums are left to the assembler */
        char *e;
        *off = (int32_t)strtol(s, &e, 10);
        while (e < rsp) *off += (int32_t)strtol(e, &e, 10);
    }
    *indexed =
        rsp[5] != ')' || (s > p && s[-1] != ' ' && s[-1] != '\t' && s[-1] != ',' && s[-1] != '*');
    *behind = (size_t)(rsp - p) + 5;
    return true;
}

static int16_t access_width(Line l) {
    if (contains(l.p, l.n, "%zmm")) return 64;
    if (contains(l.p, l.n, "%ymm")) return 32;
    if (contains(l.p, l.n, "%xmm")) return 16;
    return starts(l, "cmpxchg16") || starts(l, "f") ? 16 : 8;
}

/* Stores whole words, of which each is then known to be new. */
static bool stores_words(Line l) {
    if (is_op(l, "movq")) return true;
    static const char *const wide[] = {"movaps",  "movups",  "movdqa",  "movdqu",
                                       "movapd",  "movupd",  "vmovaps", "vmovups",
                                       "vmovdqa", "vmovdqu", "vmovapd", "vmovupd"};
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (is_op(l, wide[i])) return true;
    return false;
}

/* Reads or writes less than a word of memory. */
static bool is_narrow(Line l) {
    static const char *const ops[] = {"movz", "movsb", "movsw", "movsl", "set"};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (starts(l, ops[i])) return true;
    return strchr("bwl", mnemonic_end(l)[-1]) && !starts(l, "cmov"); /* cmovl: if less */
}

static bool starts_operands(Line l, const char *s) {
    const char *p = mnemonic_end(l), *end = l.p + l.n;
    while (p < end && (*p == ' ' || *p == '\t')) p++;
    return (size_t)(end - p) >= strlen(s) && memcmp(p, s, strlen(s)) == 0;
}

/* Copies memory to where %rdi points. */
static bool copies_memory(Line l) {
    static const char *const ops[] = {"movsq", "movsl", "movsw", "movsb"};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (is_op(l, ops[i])) return true;
    if (starts(l, "rep")) return contains(l.p, l.n, "movs");
    return is_op(l, "call") && (contains(l.p, l.n, "memcpy") || contains(l.p, l.n, "memmove"));
}

static void find_access(Line l, Insn *in, AsmFunc *f) {
    int32_t off;
    bool indexed;
    size_t behind;
    if (!frame_operand(l.p, l.n, &off, &indexed, &behind)) {
        if (is_op(l, "movq") && starts_operands(l, "%rsp,")) {
            in->access = TAKEN;
            in->at = -in->cfa;
            in->width = 8;
        } else if (contains(l.p, l.n, "%rsp") && !starts(l, "sub") && !starts(l, "add") &&
                   !starts(l, "cmp")) {
            f->opaque = true;
        }
        return;
    }
    in->at = off - in->cfa;
    in->width = access_width(l);
    const char *dst = last_operand(l);
    bool stored = contains(dst, (size_t)(l.p + l.n - dst), "(%rsp") && starts(l, "mov");
    stored |= contains(dst, (size_t)(l.p + l.n - dst), "(%rsp") && starts(l, "vmov");
    if (starts(l, "lea") && contains(dst, (size_t)(l.p + l.n - dst), "%r11") && off < 0)
        in->access = NO_ACCESS; /* the check for room in a prologue */
    else if (l.spilled && !indexed && is_narrow(l)) {
        in->access = SPILL_PART;
        in->width = 1; /* of its word */
    } else if (l.spilled && !indexed && !starts(l, "lea"))
        in->access = stored && stores_words(l) ? SPILL_STORE : SPILL_LOAD;
    else if (stored && !indexed)
        in->access = PLAIN_STORE;
    else
        in->access = TAKEN;
    if (stored && is_op(l, "movq")) in->width = 8;
}

/* --- control --- */

/* Functions that do not return. */
static bool ends_there(const char *p, size_t n) {
    static const char *const names[] = {"gm_panic",       "gm_throw", "gm_goexit",
                                        "gm_unreachable", "abort",    "__stack_chk_fail"};
    static const char *const return_after_all[] = {"gm_panicking", NULL};
    for (int i = 0; return_after_all[i]; i++)
        if (n == strlen(return_after_all[i]) && memcmp(p, return_after_all[i], n) == 0)
            return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (n >= strlen(names[i]) && memcmp(p, names[i], strlen(names[i])) == 0) return true;
    return false;
}

static void find_flow(Line l, Insn *in) {
    const char *to = mnemonic_end(l);
    const char *end = l.p + l.n;
    while (to < end && (*to == ' ' || *to == '\t')) to++;
    size_t n = (size_t)(end - to);
    in->target = -1;
    if (is_op(l, "ret") || is_op(l, "ud2") || starts(l, "rep ret")) {
        in->flow = ENDS;
        in->use = is_op(l, "ud2") ? 0 : ALL_REGS;
    } else if (is_op(l, "call")) {
        in->flow = ends_there(to, n) ? ENDS : CALLS;
        in->enters = n == 14 && memcmp(to, "gm_frame_enter", 14) == 0;
    } else if (is_op(l, "jmp")) {
        bool inside = *to == '.' || (*to >= '0' && *to <= '9');
        in->flow = *to == '*' ? JUMPS_ANYWHERE : inside ? JUMPS : ENDS;
        if (in->flow == ENDS) in->use = ALL_REGS; /* another function goes on in this one's name */
        if (in->flow == JUMPS) in->label = intern_n(to, n);
    } else if (*l.p == 'j') {
        in->flow = BRANCHES;
        in->label = intern_n(to, n);
    }
}

/* --- the whole function --- */

/* Numbered labels of inline assembly: 1b is the last one before, 1f the next one. */
typedef struct Forward {
    int insn, digit;
} Forward;

typedef struct Reader {
    AsmFunc *f;
    int32_t cfa, saved_cfa;
    int last[10]; /* instruction + 1 */
    VEC(Forward) forward;
    bool elsewhere; /* in another section */
} Reader;

static void note_label(Reader *r, int insn) {
    AsmFunc *f = r->f;
    push(&f->labelled, insn);
}

static void define_number(Reader *r, int digit) {
    int insn = r->f->insns.n;
    r->last[digit] = insn + 1;
    note_label(r, insn);
    for (int i = 0; i < r->forward.n; i++) {
        Forward *w = &r->forward.v[i];
        if (w->digit != digit) continue;
        r->f->insns.v[w->insn].target = insn;
        w->digit = -1;
    }
}

static void refer_number(Reader *r, Insn *in, const char *name) {
    int digit = name[0] - '0';
    if (strlen(name) == 2 && name[1] == 'b' && r->last[digit]) {
        in->target = r->last[digit] - 1;
    } else if (strlen(name) == 2 && name[1] == 'f') {
        Forward w = {r->f->insns.n, digit};
        push(&r->forward, w);
    } else {
        r->f->opaque = true;
    }
}

static void read_instruction(Reader *r, Line l, size_t end) {
    Insn in = {.cfa = r->cfa, .end = end};
    in.copies = copies_memory(l);
    const char *dst = last_operand(l);
    in.sets_rdi = contains(dst, (size_t)(l.p + l.n - dst), "%rdi") ||
                  contains(dst, (size_t)(l.p + l.n - dst), "%edi");
    find_registers(l, &in);
    find_flow(l, &in);
    find_access(l, &in, r->f);
    if (in.label && *in.label >= '0' && *in.label <= '9') {
        refer_number(r, &in, in.label);
        in.label = NULL;
    }
    in.makes_room = starts(l, "subq") && contains(last_operand(l), 4, "%rsp");
    push(&r->f->insns, in);
}

/* "# gm_forget WORDS OPERAND": see GM_FORGET. */
static const char forget[] = "# gm_forget ";

static void read_forget(Reader *r, Line l, size_t end) {
    Insn in = {.cfa = r->cfa, .end = end, .target = -1};
    char *p;
    in.forgets = (uint32_t)strtoul(l.p + sizeof forget - 1, &p, 16);
    while (*p == ' ') p++;
    size_t n = 0, left = (size_t)(l.p + l.n - p);
    while (n < left && p[n] != ' ' && p[n] != '\t') n++;
    in.operand = (Str){p, n};
    int32_t off;
    bool indexed;
    size_t behind;
    if (frame_operand(p, n, &off, &indexed, &behind)) {
        in.access = indexed ? TAKEN : PLAIN_STORE;
        in.at = off - in.cfa;
        in.width = (int16_t)(8 * (32 - __builtin_clz(in.forgets)));
    }
    push(&r->f->insns, in);
}

/* What stands before a colon, if the line begins with a label; it is taken off. */
static void take_labels(Reader *r, Line *l) {
    for (;;) {
        size_t n = 0;
        while (n < l->n && l->p[n] != ' ' && l->p[n] != '\t' && l->p[n] != ':' && l->p[n] != '(')
            n++;
        if (n == 0 || n == l->n || l->p[n] != ':') return;
        if (l->p[0] >= '0' && l->p[0] <= '9' && n == 1) {
            define_number(r, l->p[0] - '0');
        } else {
            map_put(&r->f->labels, intern_n(l->p, n), (void *)((intptr_t)r->f->insns.n + 1));
            note_label(r, r->f->insns.n);
        }
        l->p += n + 1;
        l->n -= n + 1;
        while (l->n && (*l->p == ' ' || *l->p == '\t')) l->p++, l->n--;
    }
}

static void read_directive(Reader *r, Line l) {
    if (starts(l, ".pushsection"))
        r->elsewhere = true;
    else if (starts(l, ".popsection"))
        r->elsewhere = false;
    else if (starts(l, ".cfi_def_cfa_offset "))
        r->cfa = atoi(l.p + 20);
    else if (starts(l, ".cfi_adjust_cfa_offset "))
        r->cfa += atoi(l.p + 23);
    else if (starts(l, ".cfi_remember_state"))
        r->saved_cfa = r->cfa;
    else if (starts(l, ".cfi_restore_state"))
        r->cfa = r->saved_cfa;
    else if (starts(l, ".cfi_def_cfa 7, "))
        r->cfa = atoi(l.p + 16);
    else if (starts(l, ".cfi_def_cfa") || starts(l, ".cfi_escape"))
        r->f->opaque = true;
}

static void read_line(Reader *r, Line l, size_t end) {
    if (!r->elsewhere) take_labels(r, &l);
    if (!l.n || *l.p == '#') return;
    if (*l.p == '.')
        read_directive(r, l);
    else if (!r->elsewhere)
        read_instruction(r, l, end);
}

/* Inline assembly may hold several instructions in a line. */
static void read_parts(Reader *r, Line l, size_t end) {
    while (l.n) {
        const char *semi = memchr(l.p, ';', l.n);
        Line part = l;
        if (semi) part.n = (size_t)(semi - l.p);
        size_t skip = part.n + (semi != NULL);
        while (part.n && (*part.p == ' ' || *part.p == '\t')) part.p++, part.n--;
        read_line(r, part, end);
        l.p += skip;
        l.n -= skip;
    }
}

static void resolve_labels(AsmFunc *f) {
    f->joins = alloc((size_t)f->insns.n + 1);
    for (int i = 0; i < f->labelled.n; i++) f->joins[f->labelled.v[i]] = true;
    for (int i = 0; i < f->insns.n; i++) {
        Insn *in = &f->insns.v[i];
        f->has_table |= in->flow == JUMPS_ANYWHERE;
        if (in->label) in->target = (int32_t)(intptr_t)map_get(&f->labels, in->label) - 1;
        bool jumps = in->flow == JUMPS || in->flow == BRANCHES;
        f->opaque |= jumps && (in->target < 0 || in->target >= f->insns.n);
    }
}

void read_function(Str text, size_t *at, AsmFunc *f) {
    Reader r = {.f = f, .cfa = 8, .saved_cfa = 8};
    while (*at < text.n) {
        Line l = next_line(text, at);
        if (starts(l, ".cfi_endproc")) break;
        if (starts(l, forget)) read_forget(&r, l, *at);
        if (l.n && *l.p != '#') read_parts(&r, l, *at);
    }
    resolve_labels(f);
}
