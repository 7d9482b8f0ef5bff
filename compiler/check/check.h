/* check.h - what the halves of the type checker share; internal to compiler/check.
 *
 * The checker goes through a package in this order (check.c): collect the objects of all files
 * (resolve.c); resolve every package-level object (decl.c: types, constants, variables' types and
 * initialisers, signatures), lazily, each object when it is first needed, with an object path that
 * detects cycles; then run the delayed actions (function bodies, checks that need complete types)
 * until none is left; then initialisation order and unused imports.
 *
 * Delayed actions. later() queues work that must not run in the middle of something else. Function
 * literals' bodies are delayed too: a statement remembers c->delayed.n before it starts and calls
 * process_delayed() with it before the next statement (before its own declarations come into
 * scope), so that a literal's body sees exactly the scope that stood at its place. Therefore names
 * need no position of scope: what is inserted is visible.
 *
 * Errors. err_node() stands at the leftmost position of a node, err_at() at the position given.
 * Both drop follow-on errors: a text that contains "invalid type" or "invalid operand" anywhere but
 * at its beginning is not reported after a first error; inside an inherited constant
 * initialiser the position is that of the constant's name (env.errpos).
 *
 * Invalid things. types_basic[T_INVALID] is the type of what could not be checked; an operand of
 * MODE_INVALID has been reported. No new error may be caused by either.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "check/package.h"
#include "types/questions.h"

typedef struct Mono Mono;

/* A value, type, package... in the course of checking. expr is what to name in messages. */
typedef struct Operand {
    Mode mode;
    Node *expr;
    Type *type;
    Const *cval;   /* MODE_CONST */
    int builtin;   /* MODE_BUILTIN: Builtin */
    bool borrowed; /* expr only names the value: it is not the node that makes it (exprs.h) */
} Operand;

/* How a package-level object or a method is declared. */
typedef struct DeclInfo {
    Scope *file_scope; /* scope of the file that contains it */
    int version;       /* language version of that file */
    Node *decl;        /* N_CONST, N_VAR, N_TYPE, N_FUNC */
    ObjList lhs;       /* variables of `var a, b = f()`; empty otherwise */
    Node *typ, *init;  /* constants and variables; or NULL */
    int iota;
    bool inherited; /* init is repeated from an earlier constant */
    Map deps;       /* Obj -> Obj: package-level objects that the initialiser or body mentions */
} DeclInfo;

/* In which surroundings something is checked; saved and replaced for each object and body. */
typedef struct Env {
    DeclInfo *decl;  /* package-level declaration that is being checked: gets the dependencies */
    Scope *scope;    /* innermost scope */
    Const *iota;     /* value of iota, or NULL outside constant declarations */
    Pos errpos;      /* known: position for errors in an inherited constant initialiser */
    Func *func;      /* function whose body is being checked, or NULL */
    Type *sig;       /* its signature (env.func->sig), or NULL */
    bool has_label;  /* the body declares or uses labels */
    int version;     /* language version: the N of go1.N */
    int ifaces;      /* interface types around the one in hand, as written */
    bool in_tparams; /* in a list of type parameters */
    bool has_call_or_recv; /* the expression contains a call or a receive (len, cap) */
} Env;

typedef struct Delayed {
    void (*run)(Checker *c, void *arg);
    void *arg;
    int version;
} Delayed;

typedef struct Sized { /* a type that may be larger than its use allows */
    Type *type;
    Node *node;
} Sized;

struct Checker {
    TypeHost host; /* first: types/host.h */
    Package *pkg;
    CheckOptions opt;
    File **files;
    int nfiles;
    bool first_error;   /* an error has been reported in this package */
    ObjList objects;    /* all package-level objects, methods and blank ones too, in source order */
    Map imported;       /* import path -> Package */
    ObjList imports;    /* all OBJ_PKG */
    Map dot_imports;    /* file Scope -> Map: name -> OBJ_PKG that brought it in */
    Map methods;        /* OBJ_TYPE -> ObjList*: methods not yet attached to their base type */
    Map broken_aliases; /* OBJ_TYPE whose alias target is being determined */
    Map var_sizes;     /* NAMED types whose size is known to depend on type parameters, or not to */
    VEC(Sized) ifaces; /* interface types as written, not those inside others */
    VEC(Sized) big_types; /* to be refused in the end if they are too large */
    Map valid_types;      /* NAMED types known to be finite */
    VEC(Delayed) delayed;
    ObjList path; /* objects being resolved, outermost first */
    Env env;
    int nlocal_types;         /* in the files so far */
    VEC(Func *) package_lits; /* function literals in initialisers of package variables */
    int norder;               /* Obj.order handed out */
    void *untyped;            /* expr.c's own: expressions whose type is not final yet */
    Mono *mono;               /* mono.c's own */
    Type *no_value;           /* expr.c's own: the empty tuple, type of calls without result */
};

/* ------------------------------------------------------------------ first half: declarations */

/* check.c */
void later(Checker *c, void (*run)(Checker *, void *), void *arg);
void process_delayed(Checker *c, int top); /* runs and drops all that stand at top and above */
void err_at(Checker *c, Pos p, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void err_node(Checker *c, const Node *n, const char *fmt, ...)
    __attribute__((format(printf, 3, 4))); /* at start_pos(n) */

/* version.c */
bool allow_version(const Checker *c, int minor); /* whether env may use what go1.minor brought */
/* The same, with an error at `at` that what requires it. */
bool verify_version(Checker *c, Pos at, int minor, const char *what);
void version_error(Checker *c, Pos at, int minor, const char *what);

/* scope.c */
Scope *new_scope(Scope *parent, Func *func);
Scope *open_scope(Checker *c); /* child of c->env.scope; becomes it; func is c->env.func */
void close_scope(Checker *c);
Obj *scope_lookup_parent(Scope *s, const char *name, Scope **where); /* where may be NULL */
Obj *scope_insert(Scope *s, Obj *o); /* NULL if inserted (or blank), else what is there already */
Obj *new_obj(Checker *c, ObjKind kind, Pos pos, const char *name, Type *type); /* in c->pkg */
/* A local variable of c->env.func: new_obj, obj->func, and an entry in func->locals. Not yet
 * declared. */
Obj *new_local_var(Checker *c, Pos pos, const char *name, Type *type);
/* Inserts into s unless blank ("x redeclared in this block\n\tp: other declaration of x") and notes
 * the object on its identifier (may be NULL; blank names get their object too: ident.obj stays NULL
 * only where no object exists). */
void declare(Checker *c, Scope *s, Node *ident, Obj *o);

/* typexpr.c */
/* Resolves an identifier: x->mode/type/cval/builtin, ident.obj, used marks, dependencies, captures
 * (through use_var). def: see defined_type. want_type: a type is expected here. */
void check_ident(Checker *c, Operand *x, Node *ident, Type *def, bool want_type);
Type *check_type(Checker *c, Node *e);     /* never NULL; sets e->mode, e->type */
Type *check_var_type(Checker *c, Node *e); /* the same, and not a constraint interface */
/* e is the right side of `type def e`: def's underlying type is set as soon as it is known. */
Type *defined_type(Checker *c, Node *e, Type *def);
/* Signature of a function type, its parameters as objects declared in a new scope *scope (child of
 * env.scope), which is the function's. recv: N_FIELD or NULL. */
Type *check_func_type(Checker *c, Node *recv, Node *functype, Scope **scope);
/* `len` of [len]T: the length, or -1 after an error. */
int64_t check_array_length(Checker *c, Node *len);

/* decl.c */
void check_obj(Checker *c, Obj *o, Type *def); /* resolves o if it is not yet: o->type is set */
void check_decl_stmt(Checker *c, Node *declstmt);
void add_dep(Checker *c, Obj *to); /* env.decl mentions the package-level object `to` */
/* Number of names and values of a const or var declaration; names of N_IDENT. */
void check_arity(Checker *c, Pos p, NodeList names, NodeList values, bool constant, bool inherited);

/* funcs.c */
/* A Func for a declaration or literal: params, results, recv from sig (their obj->func is set),
 * outer/lits linked with c->env.func, scope->func set. The name is given in the end. */
Func *new_func(Checker *c, Node *decl, Obj *obj, Type *sig, Node *body, Scope *scope);
/* Queues check_func_body(f) with the present env (scope: f->scope). */
void later_func_body(Checker *c, Func *f);

/* ------------------------------------------------- second half: expressions and statements */

/* expr.c */
void check_expr(Checker *c, Operand *x, Node *e, Type *hint); /* one value; hint may be NULL */
void check_expr_or_type(Checker *c, Operand *x, Node *e);
/* One value, or several from a call, or value-ok: x.type may be a tuple. */
void check_multi(Checker *c, Operand *x, Node *e);
void check_selector(Checker *c, Operand *x, Node *e, Type *def, bool want_type);
/* Checks expressions only for what they use: no values wanted, errors already reported. */
void use_exprs(Checker *c, NodeList list);
void use_expr(Checker *c, Node *e);
/* The operand in Go's words: `x (variable of type int)`. */
char *operand_str(Checker *c, const Operand *x);
/* Notes that the body in hand reads or writes the variable (captures). */
void use_var(Checker *c, Obj *v);
void finish_untyped(Checker *c); /* writes the types still open at the end of the package */

/* assign.c */
void assignment(Checker *c, Operand *x, Type *t, const char *context);
bool assignable_to(Checker *c, Operand *x, Type *t, char **reason);
void init_const(Checker *c, Obj *lhs, Operand *x);
Type *init_var(Checker *c, Obj *lhs, Operand *x, const char *context);
/* lhs := rhs with any number on either side; ret: the N_RETURN or NULL */
void init_vars(Checker *c, ObjList lhs, NodeList rhs, Node *ret);

/* const conversion (convert.c) */
bool representable(Checker *c, Operand *x, Type *basic); /* reports; x->cval may be rounded */
/* The same as a question: *rounded, if not NULL, gets the value as the type holds it. */
bool representable_const(const Const *v, Type *basic, Const **rounded);
void convert_untyped(Checker *c, Operand *x, Type *target);
void conversion(Checker *c, Operand *x, Type *t);
Const *rune_string(const Const *v); /* string(v) of an integer */

/* stmt.c */
void check_func_body(Checker *c, Func *f); /* env.scope is f->scope; sets env.func, env.sig */

#endif
