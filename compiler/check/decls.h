/* decls.h - what the first half of the checker (declarations and types) shares among its own files.
 */
#ifndef CHECK_DECLS_H
#define CHECK_DECLS_H

#include "check/check.h"

/* version.c */
int file_version(const Checker *c, const File *f);
/* What Go's compiler adds to an error that asks for a newer version: who has set the present one. */
char *version_hint(const Checker *c, Pos at, const char *text);

/* check.c */
bool stack_is_low(void); /* half of the machine's stack is used: go no deeper, report */

/* resolve.c */
bool ambiguous_package_name(Checker *c, const Package *pkg); /* another import has the same name */
void collect_objects(Checker *c);
void check_package_objects(Checker *c);
void check_unused_imports(Checker *c);
void check_linknames(Checker *c);
void check_bodies(Checker *c); /* functions without a body, or with one, where they may not be */

/* scope.c: "text\n\tpos: other declaration of x" */
void report_redeclared(Checker *c, Pos at, const char *text, const Obj *other);

/* decl.c */
void report_cycle(Checker *c, Obj **cycle, int n); /* from the first in the source on */
void check_valid_type(Checker *c, Type *named);    /* reports types that contain themselves */
void collect_methods(Checker *c, Obj *type_name);

bool is_broken_alias(const Checker *c, const Obj *o); /* its target is not known yet */
/* The target of such an alias all the same, if its right side can be resolved now, or NULL. */
Type *alias_target(Checker *c, Obj *o);

/* Whether a value of type t may be used now; reports a cycle through its declaration. */
bool is_complete(Checker *c, Type *t);
bool points_to_complete(Checker *c, Type *t); /* true unless t is a pointer to such a type */
/* Whether t's size depends on type parameters; reports a cycle through its declaration. */
bool has_var_size(Checker *c, Type *t);

/* typexpr.c */
/* Fills in sig, a new function type; see check_func_type. */
void resolve_func_type(Checker *c, Type *sig, Node *recv, Node *e, Scope **scope);
void check_receiver(Checker *c, void *recv);
void check_sizes(Checker *c);      /* of arrays and of what channels carry, in the end */
Obj *generic_alias(const Node *e); /* the generic alias that a type's name denotes, or NULL */
/* A type that is to be instantiated: a generic NAMED, or the right side of a generic alias
 * (*alias); else the invalid type, and *cause if that is not reported yet. */
Type *check_generic_type(Checker *c, Node *e, Obj **alias, char **cause);

/* generic.c */
Node *receiver_base(Node *t); /* without pointers and parentheses */

/* structs.c */
void check_struct_type(Checker *c, Type *st, Node *e);
void check_interface_type(Checker *c, Type *iface, Node *e, Type *def);
void later_complete(Checker *c, Type *iface);
void check_anonymous_cycles(Checker *c); /* as Go's compiler refuses them behind its checker */
Type *check_union(Checker *c, Node *e);  /* ~A | B, or a type alone */

/* initorder.c */
void check_init_order(Checker *c);

/* funcs.c */
void name_functions(Checker *c);

#endif
