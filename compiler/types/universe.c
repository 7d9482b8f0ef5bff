/* universe.c - the predeclared types, constants, functions and nil, and package unsafe. */
#include "types/questions.h"

Type *types_basic[T_NBASIC];
Type *type_byte, *type_rune, *type_error, *type_any, *type_comparable;
Scope *universe;
Checker *the_checker;
Package *pkg_unsafe;
Obj *obj_iota;

static Obj *define(Scope *s, ObjKind kind, const char *name, Type *type) {
    Obj *o = new_(Obj);
    o->kind = (uint8_t)kind;
    o->color = BLACK;
    o->name = intern(name);
    o->type = type;
    o->parent = s;
    map_put(&s->names, o->name, o);
    return o;
}

static Type *basic(TypeKind kind) {
    Type *t = new_(Type);
    t->kind = (uint8_t)kind;
    t->complete = true;
    t->ptrdata = -1;
    return t;
}

static void define_basic_types(void) {
    for (int k = 0; k < T_NBASIC; k++) types_basic[k] = basic((TypeKind)k);
    for (int k = T_BOOL; k <= T_STRING; k++) /* all but unsafe.Pointer and the untyped ones */
        define(universe, OBJ_TYPE, type_str(types_basic[k], NULL), types_basic[k]);
    type_byte = basic(T_UINT8);
    type_rune = basic(T_INT32);
    define(universe, OBJ_TYPE, "byte", type_byte)->is_alias = true;
    define(universe, OBJ_TYPE, "rune", type_rune)->is_alias = true;
}

static void define_error(void) {
    Obj *o = define(universe, OBJ_TYPE, "error", NULL);
    type_error = new_named(o, NULL);
    Type *sig = new_func_type();
    Obj *result = new_(Obj), *recv = new_(Obj), *method = new_(Obj);
    result->kind = recv->kind = OBJ_VAR;
    result->name = recv->name = intern("");
    result->type = types_basic[T_STRING];
    result->is_result = recv->is_param = true;
    recv->type = type_error;
    push(&sig->func.results, result);
    sig->func.recv = recv;
    method->kind = OBJ_FUNC;
    method->color = BLACK;
    method->name = intern("Error");
    method->type = sig;
    Type *iface = new_interface();
    push(&iface->iface.methods, method);
    iface->iface.collected = true;
    complete_interface(iface);
    type_error->named.underlying = iface;
    type_error->complete = true;
}

static void define_interfaces(void) {
    define_error();
    type_any = new_interface();
    type_any->complete = type_any->iface.collected = true;
    define(universe, OBJ_TYPE, "any", type_any)->is_alias = true;
    type_comparable = new_named(define(universe, OBJ_TYPE, "comparable", NULL), NULL);
    Type *iface = new_interface();
    iface->complete = iface->iface.comparable_ = iface->iface.constraint = true;
    iface->iface.collected = iface->iface.declared_comparable = true;
    type_comparable->named.underlying = iface;
    type_comparable->complete = true;
}

static void define_constants(void) {
    Type *ub = types_basic[T_UNTYPED_BOOL];
    define(universe, OBJ_CONST, "true", ub)->cval = const_bool(true);
    define(universe, OBJ_CONST, "false", ub)->cval = const_bool(false);
    obj_iota = define(universe, OBJ_CONST, "iota", types_basic[T_UNTYPED_INT]);
    obj_iota->cval = const_i64(0);
    define(universe, OBJ_NIL, "nil", types_basic[T_UNTYPED_NIL]);
}

static void define_builtins(void) {
    static const char *const names[] = {[B_APPEND] = "append",
                                        [B_CAP] = "cap",
                                        [B_CLEAR] = "clear",
                                        [B_CLOSE] = "close",
                                        [B_COMPLEX] = "complex",
                                        [B_COPY] = "copy",
                                        [B_DELETE] = "delete",
                                        [B_IMAG] = "imag",
                                        [B_LEN] = "len",
                                        [B_MAKE] = "make",
                                        [B_MAX] = "max",
                                        [B_MIN] = "min",
                                        [B_NEW] = "new",
                                        [B_PANIC] = "panic",
                                        [B_PRINT] = "print",
                                        [B_PRINTLN] = "println",
                                        [B_REAL] = "real",
                                        [B_RECOVER] = "recover",
                                        [B_UNSAFE_ADD] = "Add",
                                        [B_UNSAFE_ALIGNOF] = "Alignof",
                                        [B_UNSAFE_OFFSETOF] = "Offsetof",
                                        [B_UNSAFE_SIZEOF] = "Sizeof",
                                        [B_UNSAFE_SLICE] = "Slice",
                                        [B_UNSAFE_SLICEDATA] = "SliceData",
                                        [B_UNSAFE_STRING] = "String",
                                        [B_UNSAFE_STRINGDATA] = "StringData"};
    for (int i = 0; i < (int)(sizeof names / sizeof names[0]); i++) {
        bool is_unsafe = i >= B_UNSAFE_ADD;
        Scope *s = is_unsafe ? pkg_unsafe->scope : universe;
        Obj *o = define(s, OBJ_BUILTIN, names[i], types_basic[T_INVALID]);
        o->builtin = i;
        o->pkg = is_unsafe ? pkg_unsafe : NULL;
    }
}

Obj *scope_lookup(const Scope *s, const char *name) {
    return map_get(&s->names, name);
}

void universe_reset(void) {
    universe = NULL;
    the_checker = NULL;
    method_sets_reset();
}

void universe_init(void) {
    if (universe) return;
    universe = new_(Scope);
    pkg_unsafe = new_(Package);
    pkg_unsafe->path = pkg_unsafe->name = intern("unsafe");
    pkg_unsafe->scope = new_(Scope);
    pkg_unsafe->scope->parent = universe;
    pkg_unsafe->is_unsafe = pkg_unsafe->complete = true;
    define_basic_types();
    define(pkg_unsafe->scope, OBJ_TYPE, "Pointer", types_basic[T_UNSAFEPTR])->pkg = pkg_unsafe;
    define_interfaces();
    define_constants();
    define_builtins();
}
