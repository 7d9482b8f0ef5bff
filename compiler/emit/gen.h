/* gen.h - what the files of emission share.
 *
 * One package is printed at a time. `gen` holds the C file as four texts that are laid end to end
 * (types, declarations, data, code); asking for the C name of anything also declares it once, so
 * that the printer of a body never thinks about order. Names, descriptors and wrappers are made on
 * demand by the package half of this room (ctype.c, desc.c, name.c, wrap.c, static.c, package.c);
 * what stands inside function bodies is made by the body half (func.c, stmt.c, expr.c, ...).
 *
 * Expressions. A body printer returns the text of a C expression and may first print statements
 * ("ahead") that compute temporaries. What is computed in which order says lower/order.c.
 *
 * Every C type that ctype() returns can be followed by a declared name: no array or function
 * declarators.
 */
#ifndef EMIT_GEN_H
#define EMIT_GEN_H

#include "emit/emit.h"

typedef struct FuncGen FuncGen;

typedef struct Gen {
    Package *pkg;
    Buf types;  /* typedefs and structs, in order of dependency */
    Buf decls;  /* prototypes, extern and static declarations, string constants */
    Buf data;   /* descriptors, itabs, static closures, package variables */
    Buf code;   /* functions */
    int serial; /* for names unique in the file: gen.serial++ */
    int epoch;  /* number of this emission, from 1: records in Type.emit and Obj.emit of an earlier
                   package's emission are stale when their epoch differs */
} Gen;
extern Gen gen; /* package.c */

/* --- the package half --- */

/* C type of a value: "gm_int", "main$T *", "gm_slice". A tuple (or a T_FUNC's results, by
 * cresult): "void" when empty, the type itself when single, else a struct with members r0, r1, ...
 * A pointer type gives exactly ctype(elem) + " *", except that recursive pointer types (type P *P)
 * and pointers to void-like things give "void *"; whoever dereferences casts when they differ.
 * Identical Go types give the same text; different texts may be assignable in Go (named and unnamed
 * structs): then the value must be converted through memory. Arrays: struct with the one member a;
 * a zero-length array or empty struct is an empty C struct (an array's has no member a then). */
const char *ctype(Type *t);
const char *cresult(Type *sig);
/* Type name of a pointer to code of signature sig, for casts: "R (*)(A, B, const gm_func *)". */
typedef enum CodeKind {
    CODE_PLAIN,   /* declared function; a method's receiver is not a part of sig: see recv */
    CODE_CLOSURE, /* one more, last parameter: const gm_func * */
    CODE_METHOD,  /* one more, first parameter: void * (the interface's data word) */
} CodeKind;
const char *ccode_type(Type *sig, CodeKind kind);
/* C member name of field i of struct type t (underlying is taken). */
const char *cfield(Type *t, int i);
/* ".a.b": the field of struct type t that a key of a composite literal names, and its type. */
const char *cdesignator(Type *t, const Node *key, Type **type);

/* Descriptors. cdesc: an expression of type const gm_type *. cdesc_kind: the same as the
 * kind-specific type: const gm_maptype *, gm_chantype *, gm_interfacetype *, ... */
const char *cdesc(Type *t);
const char *cdesc_kind(Type *t);
/* Sets the bits, by word, of the pointers in a t that lies at base. */
void desc_bitmap(Type *t, int64_t base, uint8_t *bits);
/* const gm_itab * for a concrete type that implements iface (at least one method). */
const char *citab(Type *iface, Type *concrete);
/* Whether an interface's data word holds the value itself (pointer-shaped: pointers, maps, chans,
 * funcs, unsafe.Pointer, and structs/arrays of exactly one such). */
bool is_direct(Type *t);

/* Names; asking declares. */
const char *cglobal(Obj *o);    /* package variable: an lvalue */
const char *cfunc(Obj *o);      /* declared function or method: the C function */
const char *cfunc_of(Func *fn); /* likewise; also literals */
/* Storage class of its definition: "" or "static ". */
const char *cfunc_linkage(Func *fn);
/* A declared function as a value: an expression of type const gm_func * (static closure). */
const char *cfunc_value(Obj *o);
/* T.m or (*T).m as a value: static closure; sel->kind == SEL_METHODEXPR. Interfaces too. */
const char *cmethodexpr_value(Selection *sel);
/* x.m as a value: the code of a bound-method closure laid out as struct { gm_func f; R recv; },
 * where R is ctype(recv) and recv is the method's own receiver type after path, & and * were
 * applied (for an interface method: the interface type). The body half makes the closure. */
const char *cmethodvalue_code(Obj *method, Type *recv);
/* The index of a method in iface's itab: tab->fun[i]. */
int iface_method_index(Type *iface, Obj *method);

/* gm_string expression; equal texts share one object. */
const char *cstring(Str s);
/* A C string literal with quotes. */
const char *cquote(Str s);
/* Zero value as an expression: 0, NULL, (T){0}; as an initialiser: 0, NULL, {0}, {}. */
const char *czero(Type *t);
const char *czero_init(Type *t);
/* Constant c as a C expression of exactly ctype(t) (t not an interface). */
const char *cconst(Const *c, Type *t);
/* a == b for a comparable type that is not an interface mixed with a concrete one. a and b are
 * evaluated perhaps more than once; for structs and arrays they must be lvalues. May panic inside
 * interfaces. */
const char *cequal(Type *t, const char *a, const char *b);
/* A static constant initialiser (for `static T x = HERE`) for expression n used as type t, or NULL
 * when n is not constant data. Strings, nested composite literals of structs and arrays, pointers
 * to functions and package variables count; what would need fresh memory at each evaluation (&T{},
 * slices) counts only with once, which says that n is evaluated once in the program. */
const char *cstatic(Node *n, Type *t, bool once);
/* The elements of slice or array literal n, of type elem, as the initialiser of an array type's C struct; NULL
 * when they are not constant data. */
const char *cstatic_elements(Node *n, Type *elem);
/* The address under which defer thunks and itabs know it: the text of a
 * void * expression for gm_recover_entry. */
const char *cfunc_code(Func *fn);

/* Mangling for locals and members: the name itself, or with a suffix where C reserves it. */
const char *csafe(const char *goname);

/* --- the body half --- */

/* Prints fn's definition (declared function, method or literal) to gen.code. */
void emit_func(Func *fn);
/* A name of its own for an inlined function; it is read as that of the function that it stands for. */
const char *cinlined_name(Func *fn);
/* A C function without parameters and results, for package initialisation: between the two, items
 * are evaluated in order. The definition goes to gen.code at init_end. */
FuncGen *init_begin(const char *cname);
void init_item(FuncGen *f, InitItem *it);
void init_stmt(FuncGen *f, const char *c_statement);
void init_end(FuncGen *f);

#endif
