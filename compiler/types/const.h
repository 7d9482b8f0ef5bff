/* const.h - exact constant values: booleans, strings, integers and rationals (GMP), floats that no
 * reasonable rational holds (MPFR, 512 bits), complex pairs. Values are immutable and live in the
 * arena.
 *
 * Follows go/constant in what it can represent and in its limits (integers of more than 512 bits
 * are reported by the checker as overflow).
 */
#ifndef TYPES_CONST_H
#define TYPES_CONST_H

#include "syntax/ast.h"

typedef enum ConstKind {
    CONST_UNKNOWN,
    CONST_BOOL,
    CONST_STRING,
    CONST_INT,
    CONST_FLOAT,
    CONST_COMPLEX
} ConstKind;

ConstKind const_kind(
    const Const *c); /* kind of the representation in its smallest form: 2.0 may be CONST_INT */
Const *const_bool(bool b);
Const *const_string(Str s);
Const *const_i64(int64_t i);
Const *const_u64(uint64_t u);
Const *const_from_double(double d);
Const *const_from_literal(LitKind kind,
                          Str text); /* the text is valid Go; NULL when malformed or too large */

bool const_bool_val(const Const *c);
Str const_string_val(const Const *c);
/* Exact conversions; false when the value is not representable (not an integer, out of range). */
bool const_to_i64(const Const *c, int64_t *out);
bool const_to_u64(const Const *c, uint64_t *out);
double const_to_double(const Const *c); /* nearest double; ±Inf when out of range */
float const_to_float(const Const *c);   /* nearest float, rounded once */
Const *const_real(const Const *c), *const_imag(const Const *c);
Const *const_make_complex(const Const *re, const Const *im);
/* Nearest value of another kind, or NULL if it cannot be: to_int of 2.0 is 2, of 2.5 is NULL. */
Const *const_to_int(const Const *c), *const_to_float_kind(const Const *c),
    *const_to_complex(const Const *c);
Const *const_round_double(const Const *c),
    *const_round_float(const Const *c); /* the value as float64, float32 holds it; NULL: overflow */
int const_sign(const Const *c);
int const_bitlen(const Const *c); /* of an integer */

/* y's and x's kinds are matched first. OP_DIV on two integers with int_div truncates. Division by
 * zero is the caller's to check. */
Const *const_binary(const Const *x, Op op, const Const *y, bool int_div);
Const *const_shift(const Const *x, Op op, unsigned n);
/* op OP_SUB, OP_ADD, OP_NOT, OP_XOR; nbits > 0: ^ is for an unsigned type of so many bits */
Const *const_unary(Op op, const Const *x, int nbits);
bool const_compare(const Const *x, Op op, const Const *y);

char *const_str(const Const *c);       /* as Go's messages print it (shortened) */
char *const_quote(Str s);              /* in Go's double quotes, whole */
char *const_exact_int(const Const *c); /* decimal digits of an integer */

#endif
