/* const.c - exact constant arithmetic.
 *
 * A constant is a boolean, a string, an integer (mpz), a float or a complex pair of integers or
 * floats. A float is a rational (mpq) as long as numerator and denominator stay under
 * SMALL_BITS bits, and an MPFR number of FLOAT_BITS bits beyond: so everyday arithmetic is exact
 * and 1e1000000 still fits in memory. Values are never changed once made.
 *
 * Kinds are those of go/constant: the quotient of two integers is a float, and becomes an integer
 * only through const_to_int().
 */
#include "types/const_impl.h"

#include <math.h>

enum {
    FLOAT_BITS = 512,
    SMALL_BITS = 4096,
    SLACK_BITS = 4 /* an MPFR value so near an integer counts as that integer */
};

static Const *make(ConstKind kind) {
    Const *c = new_(Const);
    c->kind = kind;
    return c;
}

ConstKind const_kind(const Const *c) {
    return c ? c->kind : CONST_UNKNOWN;
}

Const *const_bool(bool b) {
    Const *c = make(CONST_BOOL);
    c->b = b;
    return c;
}

Const *const_string(Str s) {
    Const *c = make(CONST_STRING);
    c->s = s;
    return c;
}

Const *const_new_int(void) {
    Const *c = make(CONST_INT);
    mpz_init(c->z);
    return c;
}

Const *const_i64(int64_t i) {
    Const *c = const_new_int();
    mpz_set_si(c->z, i);
    return c;
}

Const *const_u64(uint64_t u) {
    Const *c = const_new_int();
    mpz_set_ui(c->z, u);
    return c;
}

/* --- floats: choosing between rational and MPFR --- */

void const_limit_exponents(void) {
    static bool done;
    if (done) return;
    mpfr_set_emin(-(1L << 31));
    mpfr_set_emax((1L << 31) - 1);
    done = true;
}

static Const *new_rat(void) {
    Const *c = make(CONST_FLOAT);
    c->rat = true;
    mpq_init(c->q);
    return c;
}

static Const *new_big(void) {
    const_limit_exponents();
    Const *c = make(CONST_FLOAT);
    mpfr_init2(c->f, FLOAT_BITS);
    return c;
}

/* The rational as it is, or as an MPFR number if it has grown too large. */
static Const *settle_rat(Const *r) {
    if (mpz_sizeinbase(mpq_numref(r->q), 2) < SMALL_BITS &&
        mpz_sizeinbase(mpq_denref(r->q), 2) < SMALL_BITS)
        return r;
    Const *c = new_big();
    mpfr_set_q(c->f, r->q, MPFR_RNDN);
    return c;
}

/* NULL for infinities and what is no number. */
static Const *settle_big(Const *c) {
    return mpfr_number_p(c->f) ? c : NULL;
}

static bool small_big(const Const *c) {
    if (mpfr_zero_p(c->f)) return true;
    mpfr_exp_t e = mpfr_get_exp(c->f);
    return -SMALL_BITS < e && e < SMALL_BITS;
}

Const *const_from_mpfr(const mpfr_t f) {
    Const *c = new_big();
    mpfr_set(c->f, f, MPFR_RNDN);
    return settle_big(c);
}

Const *const_from_mpq(const mpq_t q) {
    Const *c = new_rat();
    mpq_set(c->q, q);
    return settle_rat(c);
}

Const *const_from_double(double d) {
    if (!isfinite(d)) return NULL;
    Const *c = new_rat();
    if (d != 0) mpq_set_d(c->q, d);
    return c;
}

static Const *int_to_float(const Const *c) {
    Const *r = new_rat();
    mpq_set_z(r->q, c->z);
    return settle_rat(r);
}

static Const *float_to_big(const Const *c) {
    Const *r = new_big();
    if (c->rat)
        mpfr_set_q(r->f, c->q, MPFR_RNDN);
    else
        mpfr_set(r->f, c->f, MPFR_RNDN);
    return r;
}

static Const *new_pair(const Const *re, const Const *im) {
    if (!re || !im) return NULL;
    Const *c = make(CONST_COMPLEX);
    c->re = re;
    c->im = im;
    return c;
}

Const *const_make_complex(const Const *re, const Const *im) {
    return new_pair(re, im);
}

/* --- reading values --- */

bool const_bool_val(const Const *c) {
    return c && c->kind == CONST_BOOL && c->b;
}

Str const_string_val(const Const *c) {
    return c && c->kind == CONST_STRING ? c->s : (Str){"", 0};
}

bool const_to_i64(const Const *c, int64_t *out) {
    c = const_to_int(c);
    if (!c || !mpz_fits_slong_p(c->z)) return false;
    *out = mpz_get_si(c->z);
    return true;
}

bool const_to_u64(const Const *c, uint64_t *out) {
    c = const_to_int(c);
    if (!c || !mpz_fits_ulong_p(c->z)) return false;
    *out = mpz_get_ui(c->z);
    return true;
}

/* f = q, inexact results rounded to odd: rounding f once more, to fewer bits, then gives what
 * rounding q itself would. */
static void set_odd(mpfr_t f, const mpq_t q) {
    if (mpfr_set_q(f, q, MPFR_RNDZ) == 0) return;
    mpz_t mant;
    mpz_init(mant);
    mpfr_get_z_2exp(mant, f);
    if (mpz_even_p(mant)) {
        if (mpfr_sgn(f) > 0)
            mpfr_nextabove(f);
        else
            mpfr_nextbelow(f);
    }
    mpz_clear(mant);
}

static Const *to_odd_big(const Const *c) {
    if (c->kind == CONST_INT) {
        Const *r = new_rat();
        mpq_set_z(r->q, c->z);
        c = r;
    }
    if (!c->rat) return (Const *)c;
    Const *r = new_big();
    set_odd(r->f, c->q);
    return r;
}

double const_to_double(const Const *c) {
    c = const_to_float_kind(c);
    return c ? mpfr_get_d(to_odd_big(c)->f, MPFR_RNDN) : 0;
}

float const_to_float(const Const *c) {
    c = const_to_float_kind(c);
    return c ? mpfr_get_flt(to_odd_big(c)->f, MPFR_RNDN) : 0;
}

Const *const_real(const Const *c) {
    if (!c) return NULL;
    return (Const *)(c->kind == CONST_COMPLEX ? c->re : c);
}

Const *const_imag(const Const *c) {
    if (!c) return NULL;
    return c->kind == CONST_COMPLEX ? (Const *)c->im : const_i64(0);
}

/* --- conversions between kinds --- */

static Const *big_to_int(const Const *c) {
    if (!small_big(c)) return NULL;
    Const *r = const_new_int();
    if (mpfr_integer_p(c->f)) {
        mpfr_get_z(r->z, c->f, MPFR_RNDZ);
        return r;
    }
    /* Errors of earlier rounding may have moved an integer by its last bits. */
    const mpfr_rnd_t modes[] = {MPFR_RNDZ, MPFR_RNDA};
    mpfr_t t;
    mpfr_init2(t, FLOAT_BITS - SLACK_BITS);
    bool ok = false;
    for (int i = 0; i < 2 && !ok; i++) {
        mpfr_set(t, c->f, modes[i]);
        ok = mpfr_integer_p(t);
        if (ok) mpfr_get_z(r->z, t, MPFR_RNDZ);
    }
    mpfr_clear(t);
    return ok ? r : NULL;
}

Const *const_to_int(const Const *c) {
    switch (const_kind(c)) {
    case CONST_INT: return (Const *)c;
    case CONST_FLOAT:
        if (!c->rat) return big_to_int(c);
        if (mpz_cmp_ui(mpq_denref(c->q), 1) != 0) return NULL;
        Const *r = const_new_int();
        mpz_set(r->z, mpq_numref(c->q));
        return r;
    case CONST_COMPLEX: return const_sign(c->im) == 0 ? const_to_int(c->re) : NULL;
    default: return NULL;
    }
}

Const *const_to_float_kind(const Const *c) {
    switch (const_kind(c)) {
    case CONST_INT: return int_to_float(c);
    case CONST_FLOAT: return (Const *)c;
    case CONST_COMPLEX: return const_sign(c->im) == 0 ? const_to_float_kind(c->re) : NULL;
    default: return NULL;
    }
}

Const *const_to_complex(const Const *c) {
    switch (const_kind(c)) {
    case CONST_INT:
    case CONST_FLOAT: return new_pair(c, const_i64(0));
    case CONST_COMPLEX: return (Const *)c;
    default: return NULL;
    }
}

Const *const_round_double(const Const *c) {
    c = const_to_float_kind(c);
    return c ? const_from_double(const_to_double(c)) : NULL;
}

Const *const_round_float(const Const *c) {
    c = const_to_float_kind(c);
    return c ? const_from_double(const_to_float(c)) : NULL;
}

/* --- questions --- */

int const_sign(const Const *c) {
    switch (const_kind(c)) {
    case CONST_INT: return mpz_sgn(c->z);
    case CONST_FLOAT: return c->rat ? mpq_sgn(c->q) : mpfr_sgn(c->f);
    case CONST_COMPLEX: return const_sign(c->re) | const_sign(c->im);
    default: return 1;
    }
}

int const_bitlen(const Const *c) {
    if (const_kind(c) != CONST_INT || mpz_sgn(c->z) == 0) return 0;
    return (int)mpz_sizeinbase(c->z, 2);
}

/* --- arithmetic --- */

static int rank(const Const *c) {
    switch (c->kind) {
    case CONST_INT: return 1;
    case CONST_FLOAT: return c->rat ? 2 : 3;
    case CONST_COMPLEX: return 4;
    default: return 0;
    }
}

static const Const *raise(const Const *c, int to) {
    if (rank(c) >= to) return c;
    if (to == 4) return const_to_complex(c);
    if (c->kind == CONST_INT) {
        c = int_to_float(c); /* may be an MPFR number already */
        if (rank(c) >= to) return c;
    }
    return to == 3 ? float_to_big(c) : c;
}

/* Brings both to the larger representation; false if they have none in common. */
static bool match(const Const **x, const Const **y) {
    if (!*x || !*y) return false;
    int rx = rank(*x), ry = rank(*y);
    if (rx == 0 || ry == 0) return (*x)->kind == (*y)->kind;
    int to = rx > ry ? rx : ry;
    *x = raise(*x, to);
    *y = raise(*y, to);
    if (!*x || !*y) return false;
    if (rank(*x) != rank(*y)) { /* an integer too large for a rational */
        *x = raise(*x, 3);
        *y = raise(*y, 3);
    }
    return true;
}

static Const *int_binary(const Const *x, Op op, const Const *y, bool int_div) {
    Const *r = const_new_int();
    switch (op) {
    case OP_ADD: mpz_add(r->z, x->z, y->z); return r;
    case OP_SUB: mpz_sub(r->z, x->z, y->z); return r;
    case OP_MUL: mpz_mul(r->z, x->z, y->z); return r;
    case OP_REM:
        if (mpz_sgn(y->z) == 0) return NULL;
        mpz_tdiv_r(r->z, x->z, y->z);
        return r;
    case OP_AND: mpz_and(r->z, x->z, y->z); return r;
    case OP_OR: mpz_ior(r->z, x->z, y->z); return r;
    case OP_XOR: mpz_xor(r->z, x->z, y->z); return r;
    case OP_ANDNOT:
        mpz_com(r->z, y->z);
        mpz_and(r->z, x->z, r->z);
        return r;
    case OP_DIV:
        if (mpz_sgn(y->z) == 0) return NULL;
        if (int_div) {
            mpz_tdiv_q(r->z, x->z, y->z);
            return r;
        }
        r = new_rat();
        mpz_set(mpq_numref(r->q), x->z);
        mpz_set(mpq_denref(r->q), y->z);
        mpq_canonicalize(r->q);
        return settle_rat(r);
    default: return NULL;
    }
}

static Const *rat_binary(const Const *x, Op op, const Const *y) {
    Const *r = new_rat();
    switch (op) {
    case OP_ADD: mpq_add(r->q, x->q, y->q); break;
    case OP_SUB: mpq_sub(r->q, x->q, y->q); break;
    case OP_MUL: mpq_mul(r->q, x->q, y->q); break;
    case OP_DIV:
        if (mpq_sgn(y->q) == 0) return NULL;
        mpq_div(r->q, x->q, y->q);
        break;
    default: return NULL;
    }
    return settle_rat(r);
}

static Const *big_binary(const Const *x, Op op, const Const *y) {
    Const *r = new_big();
    switch (op) {
    case OP_ADD: mpfr_add(r->f, x->f, y->f, MPFR_RNDN); break;
    case OP_SUB: mpfr_sub(r->f, x->f, y->f, MPFR_RNDN); break;
    case OP_MUL: mpfr_mul(r->f, x->f, y->f, MPFR_RNDN); break;
    case OP_DIV: mpfr_div(r->f, x->f, y->f, MPFR_RNDN); break;
    default: return NULL;
    }
    return settle_big(r);
}

static Const *add(const Const *x, const Const *y) {
    return const_binary(x, OP_ADD, y, false);
}
static Const *sub(const Const *x, const Const *y) {
    return const_binary(x, OP_SUB, y, false);
}
static Const *mul(const Const *x, const Const *y) {
    return const_binary(x, OP_MUL, y, false);
}

static Const *complex_binary(const Const *x, Op op, const Const *y) {
    const Const *a = x->re, *b = x->im, *c = y->re, *d = y->im;
    switch (op) {
    case OP_ADD: return new_pair(add(a, c), add(b, d));
    case OP_SUB: return new_pair(sub(a, c), sub(b, d));
    case OP_MUL: return new_pair(sub(mul(a, c), mul(b, d)), add(mul(b, c), mul(a, d)));
    case OP_DIV: {
        Const *s = add(mul(c, c), mul(d, d));
        if (!s || const_sign(s) == 0) return NULL;
        return new_pair(const_binary(add(mul(a, c), mul(b, d)), OP_DIV, s, false),
                        const_binary(sub(mul(b, c), mul(a, d)), OP_DIV, s, false));
    }
    default: return NULL;
    }
}

static Const *concat(Str x, Str y) {
    char *p = alloc(x.n + y.n + 1);
    memcpy(p, x.p, x.n);
    memcpy(p + x.n, y.p, y.n);
    return const_string((Str){p, x.n + y.n});
}

Const *const_binary(const Const *x, Op op, const Const *y, bool int_div) {
    if (!match(&x, &y)) return NULL;
    switch (x->kind) {
    case CONST_BOOL:
        if (op == OP_ANDAND) return const_bool(x->b && y->b);
        if (op == OP_OROR) return const_bool(x->b || y->b);
        return NULL;
    case CONST_STRING: return op == OP_ADD ? concat(x->s, y->s) : NULL;
    case CONST_INT: return int_binary(x, op, y, int_div);
    case CONST_FLOAT: return x->rat ? rat_binary(x, op, y) : big_binary(x, op, y);
    case CONST_COMPLEX: return complex_binary(x, op, y);
    default: return NULL;
    }
}

Const *const_shift(const Const *x, Op op, unsigned n) {
    if (const_kind(x) != CONST_INT) return NULL;
    Const *r = const_new_int();
    if (op == OP_SHL)
        mpz_mul_2exp(r->z, x->z, n);
    else
        mpz_fdiv_q_2exp(r->z, x->z, n);
    return r;
}

static Const *negate(const Const *x) {
    Const *r;
    switch (x->kind) {
    case CONST_INT:
        r = const_new_int();
        mpz_neg(r->z, x->z);
        return r;
    case CONST_FLOAT:
        r = x->rat ? new_rat() : new_big();
        if (x->rat)
            mpq_neg(r->q, x->q);
        else
            mpfr_neg(r->f, x->f, MPFR_RNDN);
        return r;
    case CONST_COMPLEX: return new_pair(negate(x->re), negate(x->im));
    default: return NULL;
    }
}

static Const *complement(const Const *x, int nbits) {
    Const *r = const_new_int();
    mpz_com(r->z, x->z);
    if (nbits > 0) mpz_fdiv_r_2exp(r->z, r->z, (mp_bitcnt_t)nbits);
    return r;
}

Const *const_unary(Op op, const Const *x, int nbits) {
    if (!x) return NULL;
    switch (op) {
    case OP_ADD: return rank(x) ? (Const *)x : NULL;
    case OP_SUB: return negate(x);
    case OP_XOR: return x->kind == CONST_INT ? complement(x, nbits) : NULL;
    case OP_NOT: return x->kind == CONST_BOOL ? const_bool(!x->b) : NULL;
    default: return NULL;
    }
}

/* --- comparison --- */

static bool by_order(int cmp, Op op) {
    switch (op) {
    case OP_EQ: return cmp == 0;
    case OP_NE: return cmp != 0;
    case OP_LT: return cmp < 0;
    case OP_LE: return cmp <= 0;
    case OP_GT: return cmp > 0;
    case OP_GE: return cmp >= 0;
    default: return false;
    }
}

static int compare_strings(Str x, Str y) {
    size_t n = x.n < y.n ? x.n : y.n;
    int cmp = n ? memcmp(x.p, y.p, n) : 0;
    if (cmp != 0) return cmp;
    return (x.n > y.n) - (x.n < y.n);
}

bool const_compare(const Const *x, Op op, const Const *y) {
    if (!match(&x, &y)) return false;
    switch (x->kind) {
    case CONST_BOOL: return by_order(x->b != y->b, op);
    case CONST_STRING: return by_order(compare_strings(x->s, y->s), op);
    case CONST_INT: return by_order(mpz_cmp(x->z, y->z), op);
    case CONST_FLOAT: return by_order(x->rat ? mpq_cmp(x->q, y->q) : mpfr_cmp(x->f, y->f), op);
    case CONST_COMPLEX: {
        bool same = const_compare(x->re, OP_EQ, y->re) && const_compare(x->im, OP_EQ, y->im);
        return by_order(!same, op);
    }
    default: return false;
    }
}
