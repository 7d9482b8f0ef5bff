/* questions.h - what types/ offers beyond types.h: what only the checker, and types/ itself, asks and makes. c is the
 * checker that asks, for its messages; NULL between packages.
 */
#ifndef TYPES_QUESTIONS_H
#define TYPES_QUESTIONS_H

#include "types/host.h"
#include "types/types.h"

enum { WHITE, BLACK, GREY }; /* Obj.color: not resolved, resolved, being resolved */

static inline bool valid(const Type *t) {
    return t != types_basic[T_INVALID];
}

/* type.c */
Type *new_struct(void), *new_func_type(void), *new_interface(void);
Type *new_named(Obj *obj, Type *under);

/* universe.c */
extern Obj *obj_iota;
Obj *scope_lookup(const Scope *s, const char *name); /* in s only; NULL if absent */

/* layout.c */
#define HUGE_SIZE ((int64_t)1 << 50) /* no type may be larger */

/* typestr.c */
/* type as messages of this package print it; the package a name belongs to is printed by its path
 * in quotes where two imported packages share a name */
char *tstr(Checker *c, const Type *t);
/* object as messages print it: "var x int", "func f()", "type T struct{}", "field a int" ... */
char *obj_str(Checker *c, const Obj *o);
char *func_str(Checker *c, const Obj *f);      /* f(int) string */
char *func_str_wide(Checker *c, const Obj *f); /* with the packages of all names */
char *qualified_obj_name(Checker *c, const Obj *o);
char *generic_alias_str(Checker *c, const Obj *alias); /* A[P any] */

/* lookup.c */
void method_sets_reset(void);
void sort_methods(ObjList *list); /* exported names first, then by name */

/* predicates.c: whether two names, each in its package, are the same name */
bool same_id(const Package *apkg, const char *aname, const Package *bpkg, const char *bname);

/* predicates.c, lookup.c beyond types.h */
bool comparable_why(Checker *c, Type *t, char **reason); /* reason: Go's words or NULL */
bool identical_ignore_tags(const Type *a, const Type *b);
bool is_typed(const Type *t);
bool is_ordered(const Type *t); /* on the underlying type, as those in types.h */
bool is_numeric_or_string(const Type *t);
/* Of the type of a value, which may be a type parameter. */
bool all_boolean(Type *t), all_integer(Type *t), all_unsigned(Type *t), all_numeric(Type *t),
    all_string(Type *t), all_ordered(Type *t), all_numeric_or_string(Type *t);
bool is_tparam(const Type *t);
bool is_value_interface(const Type *t); /* an interface, but no type parameter */
bool strictly_comparable(Type *t);      /* comparing cannot panic */
bool has_name(const Type *t);           /* predeclared, defined, type parameter */
bool is_interface_ptr(Type *t);
Type *deref(Type *t, bool *was_pointer); /* the literal *T -> T; was_pointer may be NULL */
Type *deref_struct_ptr(Type *t); /* pointer to a struct, defined or not: the struct's type */
/* The underlying type that all types of a type parameter's set have, else one that is no composite
 * type; of other types the underlying type. */
Type *core_type(Type *t);

/* typeset.c */
typedef struct TypePair {
    Type *t, *u; /* a type and its underlying type; NULL, NULL: nothing specific is known */
} TypePair;
typedef VEC(TypePair) TypePairs;
TypePairs typeset(Type *t);
typedef char *UnderTest(void *arg, Type *t, Type *u); /* an objection, or NULL */
/* The common underlying type (channels may differ in direction: the restricted one), NULL if there
 * is none or test objects: then *why (may be NULL) says so. */
Type *common_under(Type *t, UnderTest *test, void *arg, char **why);
const TermList *tparam_terms(Type *p); /* NULL: no specific types */
bool terms_disjoint(Term x, Term y), term_includes(Term x, Type *t),
    terms_subset(const TermList *x, const TermList *y);
bool has_empty_typeset(Type *iface), typeset_comparable(Type *iface),
    is_top_interface(Type *iface); /* any */

/* subst.c, instance.c beyond types.h */
Type *new_tparam(Obj *obj, Type *constraint), *new_union(TermList terms);
bool mentions_one_of(const Type *t, const TypeList *tparams);
Type *expand_instance(Type *t);              /* the underlying type of an instance */
Obj *instance_method(Type *t, Obj *generic); /* the method that t has of its generic type's */
/* name in any case */
Lookup lookup_fold_case(Type *t, bool addressable, const Package *pkg, const char *name);
bool has_ptr_recv(Obj *method);
/* Whether v has all methods of the interface t, with types that are the same by `same` (NULL:
 * identical()). is_static false: v's interface may lack methods, as in type assertions. *cause (may
 * be NULL): Go's reason, "(missing method m)", "(method m has pointer receiver)", ... */
typedef bool SameTypes(void *arg, Type *x, Type *y);
bool has_all_methods(Checker *c, Type *v, Type *t, bool is_static, SameTypes *same, void *arg,
                     char **cause);
/* Why v does not implement the interface t, or satisfy the constraint t: "T does not implement I
 * (missing method m)"; NULL if it does. */
char *implements_why(Checker *c, Type *v, Type *t, bool constraint);
/* Whether x.(t) is possible for x of interface type v. */
bool assertable_to(Checker *c, Type *v, Type *t, char **cause);

#endif
