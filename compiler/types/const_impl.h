/* const_impl.h - the representation of constants; for const.c and const_text.c only. */
#ifndef TYPES_CONST_IMPL_H
#define TYPES_CONST_IMPL_H

#include "types/const.h"

#include <gmp.h>
#include <mpfr.h>

struct Const {
    uint8_t kind; /* ConstKind */
    bool rat;     /* CONST_FLOAT: q holds the value, else f */
    union {
        bool b;
        Str s;
        mpz_t z;
        mpq_t q;
        mpfr_t f;
        struct {
            const Const *re, *im; /* CONST_INT or CONST_FLOAT */
        };
    };
};

void const_limit_exponents(void); /* MPFR's exponents to 32 bits, as Go's; before any use of it */
Const *const_new_int(void);
Const *const_from_mpfr(const mpfr_t f); /* NULL: infinite */
Const *const_from_mpq(const mpq_t q);

#endif
