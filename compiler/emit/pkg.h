/* pkg.h - what the files of emission's package half share among themselves: the records of types
 * and the lists of things asked for and still to be printed.
 *
 * Everything is made on demand. Asking for a C type, a descriptor, an itab or a wrapper gives its
 * name at once, declares it, and puts it on a list; the lists are worked off when the package has
 * been gone through. So nothing here recurses through types by way of pointers, and the printed
 * text depends only on the order of the questions.
 *
 * Names that hold "$$" are made here and cannot clash with Go's: main$T$$3 (a local type),
 * type$$HASH (a descriptor of an unnamed type), main$f$$f (the static closure of a function).
 */
#ifndef EMIT_PKG_H
#define EMIT_PKG_H

#include "emit/gen.h"
#include "lower/intrinsic.h"
#include "syntax/cover.h"

/* What emission knows of a type; one record for all identical types. */
typedef struct TypeRec {
    int epoch;
    Type *type;      /* the first of the identical ones that was met */
    const char *key; /* type_key, interned */
    uint64_t hash;   /* of the key */
    /* ctypes.c */
    const char *ctext; /* the C type */
    const char *tag;   /* structs and arrays: C name */
    bool naming;       /* ctext is being found: a pointer type that leads to itself */
    bool defining, defined;
    /* desc.c */
    const char *desc; /* symbol of the descriptor, declared */
    bool desc_done;
    bool shape_only; /* made here for the collector: nobody compares or inspects its values */
    /* alg.c */
    const char *eq, *hashfn; /* C functions made for it */
    const char *eq_closure, *hash_closure;
    bool regular_known, regular;
} TypeRec;
TypeRec *type_rec(Type *t);
uint64_t text_hash(const char *s); /* FNV-1a, 64 bits */

typedef VEC(const char *) NameList;

/* --- wide.c --- */
char *cwide(const Func *fn, const char *symbol); /* the definition of an intrinsic with two results */

/* --- names.c --- */
char *package_path(const char *path);
char *mangled(const char *go_name); /* "(*T).m" -> "4T$m" */
char *type_symbol(Type *named);     /* main$T, main$T$$2 */
bool is_local_type(Type *named);
/* The package whose object file holds what belongs to this type (descriptor, wrappers): that of a
 * type declared at package level and of pointers to it; NULL: whoever needs it. */
Package *type_owner(Type *t);
Obj *method_recv(Obj *method);    /* receiver of a declared method; NULL for interfaces' */
bool ptr_receiver(Obj *method);   /* declared with a pointer receiver */
bool is_visible_var(Obj *o);      /* a package variable that other packages can name */
bool is_linked_elsewhere(Obj *o); /* a package variable that is another's, by linkname */
bool is_empty_global(Obj *o);     /* of size 0: it has no storage but gm_zerobase */
void names_reset_package(void);
/* "R name(A, B)" with optional first and last parameter types; with `params`, they are named p0...
 */
char *prototype(Type *sig, const char *name, const char *first, const char *last, bool params);

/* --- ctypes.c --- */
void ctypes_begin(void);
void ctypes_flush(void); /* defines every struct that was mentioned */

/* --- desc.c, itab.c --- */
void desc_begin(void);
bool desc_flush(void); /* prints what is pending; true if there was anything */
void itab_begin(void);
bool itab_flush(void);
extern NameList desc_listed;  /* symbols for gm_module.types */
extern NameList itabs_listed; /* and .itabs */
ObjList *iface_methods(Type *iface);

/* --- alg.c --- */
void alg_begin(void);
bool is_regular_memory(Type *t);
const char *equal_closure(Type *t); /* expression for gm_type.equal; "NULL" when not comparable */
const char *hash_closure(Type *t);
bool reflexive_key(Type *t), need_key_update(Type *t), hash_might_panic(Type *t);
Type *map_group(Type *map);

/* --- wrap.c --- */
extern Buf wrap_code; /* wrappers: functions without Go lines */
void wrap_begin(void);
/* Code of method e of recv: called with the receiver as its type says / with the data word. */
const char *method_direct(Type *recv, MethodEntry *e);
const char *method_by_word(Type *recv, MethodEntry *e);
const char *closure_value(const char *code); /* address of a static closure without captures */
MethodEntry *find_method_entry(Type *recv, const Obj *like);

/* --- static.c --- */
void static_begin(void);
extern Buf static_roots; /* entries of gm_module.roots */
extern int static_nroots;
void add_root(const char *lvalue, Type *t);
/* cconst() in the form that an initialiser of static storage needs. */
const char *const_init(Const *c, Type *t);

/* embed.c: the initialiser of a variable that files are embedded in. */
const char *cembed(Obj *o, const Embed *e);

/* cover.c: the counters of a package, and what they count; c NULL: it has none. */
void emit_cover(const Cover *c);

#endif
