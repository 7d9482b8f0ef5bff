/* types.h - types, objects, scopes, packages, and what the checker finds out.
 *
 * Input: parsed files. Output: the same trees with types, constants, objects and selections written
 * onto them (see ast.h), and a Package that lists what emission needs: functions (declared and
 * literal) with their variables and captures, package variables in order of initialisation, named
 * types with methods.
 *
 * Types. Named types and type parameters are equal by pointer; all others by structure
 * (identical()). The predeclared types are single objects: types_basic[kind]. byte and rune are
 * aliases of uint8 and int32 (printed as byte and rune in messages where Go does). Method sets and
 * struct layout are computed on demand.
 *
 * Generics. The checker checks a generic body once; what follows it sees instances only.
 * - A generic type is a NAMED with named.tparams; an instance is a NAMED with named.orig and
 *   named.targs. Instances are canonical: there is one Type for identical arguments, so that two
 *   instances are identical exactly if they are the same pointer. underlying() and the lookup of
 *   methods expand an instance when they are asked; named.underlying and named.methods are not to
 *   be read directly, nor is the type of a method's Obj before method_type() has been asked.
 * - A method or field found in an instance is an Obj of that instance, whose `origin` is the generic
 *   one (origin->func has the body) and whose type is substituted. The arguments of its receiver's
 *   type parameters are those of the instance: deref(method_type(m)->func.recv->type)->named.targs.
 *   They replace origin->func->tparams from the first on; the method's own follow (Node.targs).
 * - A method of a generic type names its receiver's type parameters itself: they are other
 *   T_TYPEPARAMs than those of the type (sig.recv_tparams), and so for each method.
 * - The ident that names a generic function where it is used (for pkg.F and x.M: selector.name) has
 *   the type arguments in its node's `targs`, all of them, after inference: for a generic method only
 *   those of the method's own parameters. The nodes of the ident, the selector and an index
 *   expression around it have the instantiated signature as their type. Where the use is itself in a
 *   generic function, targs and all types may mention that function's type parameters.
 * - A local type of a generic function is generic over the type parameters in scope
 *   (named.nimplicit); in the body it stands for itself. substitute() makes instances of it when
 *   those parameters are replaced.
 * - In a generic body the types on nodes (type, conv) are final as everywhere, but may be or contain
 *   T_TYPEPARAM. An operation on such a value is one on its type argument: index, range, len, call,
 *   conversion ... are to be read again with the substituted types (x[i] of a T may turn out to be
 *   an array's or a string's; a conversion to a T may be one from a constant; a method called on a
 *   T is found by lookup_field_or_method() in the argument: Selection.recv is or contains a
 *   T_TYPEPARAM then, and path, indirect and the like must be computed anew). Comparisons and
 *   conv notes likewise: conv to a T of a value of the same type parameter is never noted, but after
 *   substitution conv and type may turn out to be identical. Constants converted to a type parameter
 *   are no constants: the call of the conversion is MODE_VALUE, its argument has cval and the type T.
 */
#ifndef TYPES_TYPES_H
#define TYPES_TYPES_H

#include "syntax/ast.h"
#include "types/const.h"

typedef struct Package Package;

typedef enum TypeKind {
    T_INVALID,
    T_BOOL,
    T_INT,
    T_INT8,
    T_INT16,
    T_INT32,
    T_INT64,
    T_UINT,
    T_UINT8,
    T_UINT16,
    T_UINT32,
    T_UINT64,
    T_UINTPTR,
    T_FLOAT32,
    T_FLOAT64,
    T_COMPLEX64,
    T_COMPLEX128,
    T_STRING,
    T_UNSAFEPTR,
    T_UNTYPED_BOOL,
    T_UNTYPED_INT,
    T_UNTYPED_RUNE,
    T_UNTYPED_FLOAT,
    T_UNTYPED_COMPLEX,
    T_UNTYPED_STRING,
    T_UNTYPED_NIL,
    T_NBASIC,
    T_ARRAY = T_NBASIC,
    T_SLICE,
    T_STRUCT,
    T_POINTER,
    T_FUNC,
    T_INTERFACE,
    T_MAP,
    T_CHAN,
    T_TUPLE, /* results of a call */
    T_NAMED,
    T_TYPEPARAM,
    T_UNION, /* ~A | B: only embedded in an interface, or as the only content of a constraint */
} TypeKind;

typedef VEC(Obj *) ObjList;

typedef struct Term { /* of a union or of a type set: the type, or all types it underlies */
    bool tilde;
    Type *type;
} Term;
typedef VEC(Term) TermList;

struct Type {
    uint8_t kind;
    bool complete;       /* INTERFACE: all_methods computed; NAMED: underlying resolved */
    bool sized;          /* size and align are computed */
    bool layout_going;   /* guards recursion */
    int64_t size, align; /* by type_size(), type_align() */
    int64_t ptrdata; /* by type_ptrdata(): bytes of the prefix that can hold pointers; -1 unknown */
    union {
        struct {
            Type *elem;
            int64_t len;
        } array; /* also SLICE, POINTER: elem */
        struct {
            Type *elem;
        } slice, pointer;
        struct {
            ObjList fields;   /* OBJ_VAR with is_field */
            VEC(Str) tags;    /* parallel to fields; {NULL,0}: none */
            int64_t *offsets; /* filled with the size */
        } struct_;
        struct {
            ObjList params, results; /* OBJ_VAR; variadic: the last param's type is a slice */
            Obj *recv;               /* or NULL */
            bool variadic;
            TypeList tparams;      /* own type parameters; empty in an instantiated signature */
            TypeList recv_tparams; /* method of a generic type: those that its receiver declares */
        } func;
        struct {
            ObjList methods;   /* explicit, OBJ_FUNC */
            TypeList embedded; /* types (also unions in constraints) */
            VEC(Pos) embed_pos;
            ObjList all_methods; /* complete, sorted by name (exported by name, others by package
                                    path too) */
            bool comparable_, constraint; /* usable only as a constraint */
            bool collected;               /* checker: methods and embedded are all there */
            bool declared_comparable;     /* the predeclared comparable itself */
            bool implicit;  /* written without `interface{}`: the constraint ~A | B itself */
            bool has_terms; /* complete: the type set is limited to `terms` */
            TermList terms; /* complete: disjoint; none with has_terms: the empty type set */
        } iface;
        struct {
            Type *key, *elem;
        } map;
        struct {
            Type *elem;
            uint8_t dir;
        } chan;
        struct {
            TypeList elems;
        } tuple;
        struct {
            Obj *obj;         /* its type name */
            Type *underlying; /* never NAMED once resolved */
            Type *rhs;        /* checker: the type as declared, may be NAMED */
            ObjList methods;  /* OBJ_FUNC, in order of declaration; of an instance: those that
                                 somebody asked for, ask type_methods() for all */
            int local_id;     /* >0: declared inside a function, its number in the package */
            TypeList tparams; /* of a generic type (see "Generics") */
            int nimplicit;    /* the first so many tparams are those of the function around a local
                                 type */
            Type *orig;       /* an instance: the generic type, else NULL */
            TypeList targs;   /* an instance: its type arguments */
            Pos pos;          /* an instance: where it was written first */
            Map *instances;   /* of a generic type, by their arguments (instance.c) */
        } named;
        struct {
            Obj *obj;
            int index;        /* in the list that declares it */
            Type *constraint; /* as declared; constraint_of() gives the interface */
            int id;           /* unique in the program */
            Type *canon;      /* stands for that one: of a receiver, the type's own; or NULL */
        } tparam;
        struct {
            TermList terms; /* as written */
        } union_;
    };
    void *emit; /* emission's own record: C name, descriptor */
};

typedef enum ObjKind {
    OBJ_PKG,
    OBJ_CONST,
    OBJ_TYPE,
    OBJ_VAR,
    OBJ_FUNC,
    OBJ_LABEL,
    OBJ_BUILTIN,
    OBJ_NIL
} ObjKind;

typedef enum Builtin {
    B_APPEND,
    B_CAP,
    B_CLEAR,
    B_CLOSE,
    B_COMPLEX,
    B_COPY,
    B_DELETE,
    B_IMAG,
    B_LEN,
    B_MAKE,
    B_MAX,
    B_MIN,
    B_NEW,
    B_PANIC,
    B_PRINT,
    B_PRINTLN,
    B_REAL,
    B_RECOVER,
    B_UNSAFE_ADD,
    B_UNSAFE_ALIGNOF,
    B_UNSAFE_OFFSETOF,
    B_UNSAFE_SIZEOF,
    B_UNSAFE_SLICE,
    B_UNSAFE_SLICEDATA,
    B_UNSAFE_STRING,
    B_UNSAFE_STRINGDATA,
    B_PANICRANGE, /* made by the lowering of loops over functions: panics as its argument says */
} Builtin;

struct Obj {
    uint8_t kind;
    uint8_t color; /* checker: white, grey, black */
    bool used;     /* variables, imports, labels */
    bool is_field, embedded, is_param, is_result;
    bool is_alias;   /* OBJ_TYPE */
    bool is_global;  /* package-level */
    bool ptr_recv;   /* OBJ_FUNC: method declared on a pointer receiver */
    bool captured;   /* OBJ_VAR: used by a function literal inside its function */
    bool addrtaken;  /* OBJ_VAR: & applied (or method with pointer receiver, slicing an array, range
                        by ref) */
    bool shared;     /* OBJ_VAR, package-level: code that may stand in other packages names it */
    bool reassigned; /* OBJ_VAR: assigned after its declaration (or ++, op=, range, := reuse);
                        params: assigned at all */
    uint8_t esc;     /* escape analysis: ESC_HEAP = moved to heap */
    const char *name; /* "_" for blank; "" for unnamed parameters */
    Pos pos;
    Type *type;
    Package *pkg; /* NULL for the universe */
    Scope *parent;
    Node *decl;  /* N_CONST N_VAR N_TYPE N_FUNC N_IMPORT N_FIELD …; for methods N_FUNC or the
                    interface's N_FIELD */
    Const *cval; /* OBJ_CONST */
    Func *func;  /* OBJ_FUNC: declared with a body or as external; OBJ_VAR local/param: the function
                    it belongs to */
    Package *imported;          /* OBJ_PKG */
    int builtin;                /* OBJ_BUILTIN */
    int index;                  /* fields and params: position in their list */
    Obj *next_same;             /* free for the checker */
    struct DeclInfo *decl_info; /* checker: package-level objects and methods; NULL otherwise */
    TypeList tparams;           /* OBJ_TYPE of a generic alias; its type is the right side */
    Type *inst;                 /* method of an instance: the instance */
    Obj *origin;     /* method or field of an instance: the generic one from which it is made; NULL
                    otherwise */
    int order;       /* checker: order of declaration among package-level objects, from 1 */
    int path_index;  /* checker: place on the path of objects being resolved, while grey */
    void *emit;      /* emission's own record */
    struct Loc *loc; /* escape/: where the variable lies */
};

struct Scope {
    Scope *parent;
    Map names;  /* name -> Obj* */
    Func *func; /* the function it lies in, or NULL */
    Pos start, end;
};

/* x.f, fully resolved. */
typedef enum SelKind { SEL_FIELD, SEL_METHOD, SEL_METHODEXPR } SelKind;
struct Selection {
    uint8_t kind;
    Obj *obj;   /* the field (OBJ_VAR) or method (OBJ_FUNC) */
    Type *recv; /* type of x in x.f */
    int *path;  /* field indices from recv to obj's holder: npath embedded fields to walk, then for
                   SEL_FIELD */
    int npath; /* the field itself is path[npath-1]; for methods path leads to the embedded receiver
                  only */
    bool indirect;   /* a pointer was dereferenced on the way */
    bool addr_recv;  /* method with pointer receiver on an addressable value: &x is taken */
    bool deref_recv; /* method with value receiver reached through a pointer: *x is taken */
};

/* A function with a body (or external): declared function, method, function literal, or a package's
 * initialiser. */
struct Func {
    Obj *obj;   /* declared functions; NULL for literals */
    Node *decl; /* N_FUNC or N_FUNCLIT */
    Node *body; /* NULL: external (implemented in C) */
    Type *sig;
    Func *outer; /* enclosing function of a literal; NULL for literals at package level too */
    Package *pkg;
    Obj *recv;               /* receiver variable or NULL */
    ObjList params, results; /* variables; unnamed results have name "" */
    ObjList locals;   /* all local variables declared in the body, not those of inner literals */
    ObjList captures; /* literals: variables of enclosing functions that it (or literals inside it)
                         uses */
    VEC(Func *) lits; /* literals directly inside, in source order */
    int index;        /* literals: number among the outermost function's, from 1 */
    bool has_defer, has_recover, has_named_results;
    bool calls_recover_directly; /* contains recover() itself, not in a literal */
    bool has_goto;
    Func *
        home; /* lowering: the body of a loop over a function: the function that the loop stands in,
                   to which its defer statements and returns belong */
    Obj *frame_var;   /* of such a home: a variable with its frame's address, for bodies; or NULL */
    TypeList tparams; /* generic function or method, and literals in it: the type parameters in
                         scope, a method's receiver's first, then its own. Empty: not generic */
    TypeList targs;   /* an instance, and literals in it: what has taken their place */
    Func *
        inlined; /* lowering: a literal without a value that stands for a call of this function: its body,
                      with the receiver as first parameter. Called where it stands, and nowhere else */
    Scope *scope;
    Package *
        foreign; /* lowering: an instance that this package needs the body of but does not emit: an import does,
                         of which no more than an outline is here */
    struct FuncEsc *esc; /* escape/: its tags */
    void *emit;          /* emission's own record */
    struct Cost *inl;    /* lower/: what inlining it costs */
    const char
        *name; /* Go's symbol name without package: f, T.m, (*T).m, f.func1, glob..func1, init.0 */
};

/* f, or the function around it in whose frame it stands if it is inlined. */
static inline Func *frame_func(Func *f) {
    while (f->inlined) f = f->outer;
    return f;
}

typedef struct InitItem { /* package variable initialisation, in order of execution */
    ObjList lhs;          /* one, or several for a multi-valued rhs; blank ones have name "_" */
    Node *rhs;
    Pos pos;
} InitItem;

/* What a //go:embed directive puts into a variable. load/embed.c */
typedef struct EmbedFile {
    const char *name, *path; /* as the program sees it (a folder's ends in /); on the disk */
    size_t size;
    uint8_t sum[16]; /* the first half of its SHA-256 */
} EmbedFile;
typedef struct Embed {
    enum { EMBED_STRING, EMBED_BYTES, EMBED_FS } kind;
    VEC(EmbedFile) files;
} Embed;

struct Package {
    const char *path; /* import path: "main", "runtime" */
    const char *name;
    Scope *scope;
    VEC(File *) files;
    VEC(Package *) imports; /* direct, without repeats */
    ObjList vars;           /* package-level variables in source order, blank ones included */
    VEC(Func *) funcs;      /* declared functions and methods in source order (external ones too) */
    VEC(Func *) all_funcs;  /* these and all function literals, outer before inner */
    VEC(Func *) inits;      /* func init() in order */
    VEC(Func *)
    generic_funcs;          /* generic functions and methods, in source order: they stand in
                                  neither of the lists above, nor do the literals in them */
    TypeList named;         /* every type declared in the package, local ones included; not those
                               that are generic or local to a generic function */
    TypeList generic_named; /* those */
    VEC(InitItem) init_order;
    Map embeds; /* variable -> Embed * */
    struct Cover *cover; /* its counters of coverage, or NULL */
    VEC(Func *)
    instances; /* lowering: those that this package emits; they stand in all_funcs too */
    bool fake, is_unsafe, complete;
    bool
        outline; /* only for its importers: bodies and initialisers that they do not need are left out */
    void *emit;
};

/* --- the universe (universe.c) --- */
extern Type *types_basic[T_NBASIC];
extern Type *type_byte,
    *type_rune; /* aliases: distinct objects for printing, identical() to uint8, int32 */
extern Type *type_error, *type_any, *type_comparable;
extern Scope *universe;
extern Package *pkg_unsafe;
void universe_init(void);  /* once; check_package does it too */
void universe_reset(void); /* after base_reset(): everything that was known is gone */

/* --- questions about types (type.c, predicates.c, lookup.c, layout.c) --- */
Type *underlying(Type *t); /* of a type parameter: the interface that constrains it */
bool identical(const Type *a, const Type *b);
bool is_named(const Type *t); /* defined, predeclared or type parameter */
bool is_untyped(const Type *t);
bool is_boolean(const Type *t), is_integer(const Type *t), is_unsigned(const Type *t),
    is_float(const Type *t), is_complex(const Type *t), is_numeric(const Type *t),
    is_string(const Type *t), is_const_type(const Type *t), is_interface(const Type *t),
    is_pointer(const Type *t), has_nil(const Type *t), is_bytes(const Type *t),
    is_runes(const Type *t); /* all on the underlying type */
bool comparable(const Type *t);
Type *default_type(Type *t);
bool is_exported(const char *name);
Type *new_array(Type *elem, int64_t len), *new_slice(Type *elem), *new_pointer(Type *elem),
    *new_map(Type *key, Type *elem), *new_chan(Type *elem, ChanDir dir), *new_tuple(TypeList elems);
int64_t type_size(Type *t), type_align(Type *t), type_ptrdata(Type *t);
static inline bool has_pointers(Type *t) {
    return type_ptrdata(t) > 0;
}
int64_t field_offset(Type *struct_type, int i);
/* Printed as Go's messages do: package-local names unqualified relative to `rel` (NULL: all
 * qualified by package name). */
char *type_str(const Type *t, const Package *rel);
char *type_str_wide(const Type *t,
                    const Package *rel); /* the same with "interface {}" for "interface{}" */
char *type_key(const Type *t); /* a string equal exactly for identical types: full package paths,
                                  local types numbered */
char *type_identity(const Type *t); /* the same for this process only, which may know a package and
                                       its variant for a test */
char *type_reflect_str(const Type *t); /* as reflect's Type.String(): "main.T", "[]interface {}",
                                          "map[string]*main.T" */

/* Field or method `name` (pkg matters for unexported names). NULL obj: none. */
typedef struct Lookup {
    Obj *obj;
    int *path; /* as in Selection */
    int npath;
    bool indirect;
    bool ambiguous; /* several at the same depth */
    bool ptr_recv;  /* found, but only in the method set of the pointer type */
} Lookup;
Lookup lookup_field_or_method(Type *t, bool addressable, const Package *pkg, const char *name);

typedef struct MethodEntry { /* of a method set */
    Obj *method;             /* OBJ_FUNC */
    int *path;               /* embedded fields to the receiver */
    int npath;
    bool indirect;
} MethodEntry;
/* The method set of t (a pointer type for *T), sorted as iface.all_methods; cached. */
typedef VEC(MethodEntry) MethodSet;
MethodSet *method_set(Type *t);
/* The first method of interface `iface` that t lacks, or NULL. *wrong_type: present with another
 * signature; *ptr_recv: pointer receiver. */
Obj *missing_method(Type *t, Type *iface, bool *wrong_type, bool *ptr_recv);
void complete_interface(Type *iface);

/* --- generics (subst.c, instance.c) --- */

/* t with tparams[i] replaced by targs[i]; t itself if it mentions none of them. Of a signature's own
 * type parameters (func.tparams) none may be in the list. */
Type *substitute(Type *t, TypeList tparams, TypeList targs);
/* The canonical instance of a generic type; the generic type itself for its own parameters. Does not
 * verify that targs satisfy the constraints. */
Type *instantiate_type(Type *orig, TypeList targs);
/* The signature of a generic function or method with own type parameters: tparams replaced, none
 * left. */
Type *instantiate_sig(Type *sig, TypeList targs);
/* All methods declared for t (NAMED), in order of declaration; those of an instance are made. */
ObjList *type_methods(Type *t);
/* The signature of a method, which for one of an instance is made when first asked for. */
Type *method_type(Obj *m);
bool is_generic_type(const Type *t); /* NAMED with type parameters and without arguments */
bool mentions_tparam(const Type *t); /* t is or contains a type parameter */
Type *constraint_of(Type *tparam);   /* the INTERFACE, completed */

/* Whether an interface's data word holds a value of t itself rather than a pointer to it:
 * pointer-shaped types. */
bool type_is_direct(Type *t);
/* How a function literal captures o: by value when it cannot change after the capture and is small,
 * else by reference. Escape analysis and emission must agree on it. */
bool captured_by_value(const Obj *o);

#endif
