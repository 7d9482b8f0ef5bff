/* asm.h - one function of assembly text, as the analysis of frames needs it.
 *
 * An instruction is what it reads and writes of the six registers that calls preserve, all 64 bits (a pointer is never
 * less), one operand in the frame at most, and where control goes. Inline assembly is
 * read like the rest. So is the comment that GM_FORGET leaves (golem/go.h): it counts as an instruction that stores.
 */
#ifndef FRAMES_ASM_H
#define FRAMES_ASM_H

#include "base/base.h"

enum { RBX = 1, RBP = 2, R12 = 4, R13 = 8, R14 = 16, R15 = 32, ALL_REGS = 63 };

typedef enum Access {
    NO_ACCESS,
    SPILL_LOAD,  /* of what the C compiler itself put into the frame */
    SPILL_STORE, /* of whole words */
    SPILL_PART,  /* either, of less than a word: no pointer */
    PLAIN_STORE, /* to a fixed place of the frame: a variable, or a parameter of a call to come */
    TAKEN,       /* anything else: read, or the place's address is made */
} Access;

typedef enum Flow { FALLS, BRANCHES, JUMPS, JUMPS_ANYWHERE, CALLS, ENDS } Flow;

typedef struct Insn {
    uint8_t use, def; /* registers */
    uint8_t access;   /* Access */
    uint8_t flow;     /* Flow */
    bool enters;      /* a call of gm_frame_enter, to which a recovered panic returns */
    bool makes_room;  /* subtracts from %rsp */
    bool copies;      /* memory to where %rdi points */
    bool sets_rdi;
    uint32_t
        forgets; /* words of the operand that the program has done with, as bits from its first one on */
    Str operand;       /* of forgets, as the text has it */
    int16_t width;     /* bytes of the access */
    int32_t at;        /* of the access: offset from the CFA */
    int32_t cfa;       /* distance of the CFA from %rsp here */
    int32_t target;    /* BRANCHES, JUMPS: instruction; -1: none known */
    const char *label; /* the same by name */
    size_t end;        /* offset in the text behind the instruction's line */
} Insn;

typedef VEC(Insn) InsnList;

typedef struct AsmFunc {
    InsnList insns;
    Map labels;        /* interned name -> Insn index + 1 */
    VEC(int) labelled; /* instructions that a label stands before */
    bool *joins;       /* the same by instruction */
    bool has_table;    /* jumps through a register or memory */
    bool opaque;       /* not to be analysed */
} AsmFunc;

/* Reads the function whose .cfi_startproc line ends at *at; *at then stands behind .cfi_endproc. */
void read_function(Str text, size_t *at, AsmFunc *f);

#endif
