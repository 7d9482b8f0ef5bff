/* builtins.c - calls of built-in functions, those of package unsafe included.
 *
 * Arguments are checked as a list first (one call may stand for several of them), except where an
 * argument is a type or a selector to be looked at itself: make, new, unsafe.Offsetof. An untyped
 * constant argument that is evaluated gets its type here.
 */
#include "check/exprs.h"

typedef struct BuiltinInfo {
    const char *name;
    int nargs;
    bool variadic;
    ExprKind kind;
} BuiltinInfo;

static const BuiltinInfo infos[] = {
    [B_APPEND] = {"append", 1, true, EXPR_VALUE},
    [B_CAP] = {"cap", 1, false, EXPR_VALUE},
    [B_CLOSE] = {"close", 1, false, EXPR_STATEMENT},
    [B_COMPLEX] = {"complex", 2, false, EXPR_VALUE},
    [B_COPY] = {"copy", 2, false, EXPR_STATEMENT},
    [B_DELETE] = {"delete", 2, false, EXPR_STATEMENT},
    [B_IMAG] = {"imag", 1, false, EXPR_VALUE},
    [B_LEN] = {"len", 1, false, EXPR_VALUE},
    [B_MAKE] = {"make", 1, true, EXPR_VALUE},
    [B_NEW] = {"new", 1, false, EXPR_VALUE},
    [B_PANIC] = {"panic", 1, false, EXPR_STATEMENT},
    [B_PRINT] = {"print", 0, true, EXPR_STATEMENT},
    [B_PRINTLN] = {"println", 0, true, EXPR_STATEMENT},
    [B_REAL] = {"real", 1, false, EXPR_VALUE},
    [B_RECOVER] = {"recover", 0, false, EXPR_STATEMENT},
    [B_UNSAFE_ADD] = {"Add", 2, false, EXPR_VALUE},
    [B_UNSAFE_ALIGNOF] = {"Alignof", 1, false, EXPR_VALUE},
    [B_UNSAFE_OFFSETOF] = {"Offsetof", 1, false, EXPR_VALUE},
    [B_UNSAFE_SIZEOF] = {"Sizeof", 1, false, EXPR_VALUE},
    [B_UNSAFE_SLICE] = {"Slice", 2, false, EXPR_VALUE},
};

ExprKind builtin_kind(int id) {
    return infos[id].kind;
}

Type *array_ptr_deref(Type *t) {
    if (t->kind != T_POINTER) return t;
    Type *a = underlying(t->pointer.elem);
    return a->kind == T_ARRAY ? a : t;
}

/* A call under way: x holds the first argument and becomes the result. */
typedef struct BCall {
    Checker *c;
    Operand *x;
    Node *call;
    int id;
    OperandList args;
    int nargs;
} BCall;

static bool result(BCall *b, Mode mode, Type *t) {
    b->x->mode = mode;
    b->x->type = t;
    if (mode != MODE_CONST) b->x->cval = NULL;
    return true;
}

static bool const_result(BCall *b, Type *t, Const *v) {
    b->x->cval = v;
    return result(b, MODE_CONST, t);
}

static bool no_result(BCall *b) {
    return result(b, MODE_NOVALUE, types_basic[T_INVALID]);
}

/* An argument that stays an untyped constant string though it is evaluated. */
static void settle_string(Checker *c, Operand *x) {
    if (is_untyped(x->type) && is_string(x->type) && !x->borrowed)
        update_type(c, x->expr, types_basic[T_STRING], true);
}

/* --- append, copy, delete, close, len, cap --- */

static Obj *param(Checker *c, Type *t) {
    Obj *o = new_obj(c, OBJ_VAR, (Pos){0}, "", t);
    o->is_param = true;
    return o;
}

static bool is_byte_slice_like(Checker *c, Operand *x) {
    return assignable_to(c, x, new_slice(type_byte), NULL);
}

static bool check_append(BCall *b) {
    Operand *x = b->x;
    Type *s = x->type, *u = core_type(s);
    if (u->kind != T_SLICE) {
        if (!valid(u)) return false;
        err_operand(b->c, x, "first argument to append must be a slice; have %s",
                    operand_is_nil(x) ? "untyped nil" : operand_str(b->c, x));
        return false;
    }
    if (b->nargs == 2 && b->call->call.dots && is_byte_slice_like(b->c, x)) {
        Operand *y = &b->args.v[1];
        if (y->mode == MODE_INVALID) return false;
        if (is_string(y->type)) {
            settle_string(b->c, y);
            return result(b, MODE_VALUE, s);
        }
    }
    Type sig = {.kind = T_FUNC};
    sig.func.variadic = true;
    push(&sig.func.params, param(b->c, s));
    push(&sig.func.params, param(b->c, new_slice(u->slice.elem)));
    check_arguments(b->c, b->call, &sig, &b->args);
    return result(b, MODE_VALUE, s);
}

static bool check_len(BCall *b) {
    Operand *x = b->x;
    Type *u = underlying(x->type), *t = array_ptr_deref(u), *t_int = types_basic[T_INT];
    if (is_string(t) && b->id == B_LEN) {
        if (x->mode == MODE_CONST && x->cval)
            return const_result(b, t_int, const_i64((int64_t)const_string_val(x->cval).n));
        return result(b, MODE_VALUE, t_int);
    }
    switch (t->kind) {
    case T_ARRAY:
        if (b->c->env.has_call_or_recv || t->array.len < 0) return result(b, MODE_VALUE, t_int);
        return const_result(b, t_int, const_i64(t->array.len));
    case T_SLICE:
    case T_CHAN: return result(b, MODE_VALUE, t_int);
    case T_MAP:
        if (b->id == B_LEN) return result(b, MODE_VALUE, t_int);
        break;
    case T_INVALID: return false;
    default: break;
    }
    err_operand(b->c, x, "invalid argument: %s for %s", operand_str(b->c, x), infos[b->id].name);
    return false;
}

static bool check_close(BCall *b) {
    Type *u = underlying(b->x->type);
    const char *what = NULL;
    if (u->kind != T_CHAN)
        what = "non-channel";
    else if (u->chan.dir == CHAN_RECV)
        what = "receive-only channel";
    if (!what) return no_result(b);
    if (valid(u))
        err_operand(b->c, b->x, "invalid operation: cannot close %s %s", what,
                    operand_str(b->c, b->x));
    return false;
}

static bool check_copy(BCall *b) {
    Operand *x = b->x, *y = &b->args.v[1];
    if (y->mode == MODE_INVALID) return false;
    Type *dst = core_type(x->type), *src = core_type(y->type);
    if (is_string(src)) src = new_slice(type_byte);
    if (dst->kind != T_SLICE || src->kind != T_SLICE) {
        if (valid(dst) && valid(src))
            err_operand(b->c, x, "invalid argument: copy expects slice arguments; found %s and %s",
                        operand_str(b->c, x), operand_str(b->c, y));
        return false;
    }
    if (!identical(dst->slice.elem, src->slice.elem)) {
        err_operand(b->c, x,
                    "invalid argument: arguments to copy %s and %s have different element types %s "
                    "and %s",
                    operand_str(b->c, x), operand_str(b->c, y), tstr(b->c, dst->slice.elem),
                    tstr(b->c, src->slice.elem));
        return false;
    }
    settle_string(b->c, y);
    return result(b, MODE_VALUE, types_basic[T_INT]);
}

static bool check_delete(BCall *b) {
    Type *m = underlying(b->x->type);
    if (m->kind != T_MAP) {
        if (valid(m))
            err_operand(b->c, b->x, "invalid argument: %s is not a map", operand_str(b->c, b->x));
        return false;
    }
    Operand *key = &b->args.v[1];
    assignment(b->c, key, m->map.key, "argument to delete");
    return key->mode != MODE_INVALID && no_result(b);
}

/* --- complex numbers --- */

static Type *complex_of(Type *t) {
    switch (underlying(t)->kind) {
    case T_FLOAT32: return types_basic[T_COMPLEX64];
    case T_FLOAT64: return types_basic[T_COMPLEX128];
    case T_UNTYPED_FLOAT: return types_basic[T_UNTYPED_COMPLEX];
    default: return NULL;
    }
}

static Type *part_of(Type *t) {
    switch (underlying(t)->kind) {
    case T_COMPLEX64: return types_basic[T_FLOAT32];
    case T_COMPLEX128: return types_basic[T_FLOAT64];
    case T_UNTYPED_COMPLEX: return types_basic[T_UNTYPED_FLOAT];
    default: return NULL;
    }
}

static void to_untyped_float(Operand *x) {
    if (is_numeric(x->type) && x->cval && const_to_float_kind(x->cval))
        x->type = types_basic[T_UNTYPED_FLOAT];
}

static void match_parts(Checker *c, Operand *x, Operand *y) {
    bool ux = is_untyped(x->type), uy = is_untyped(y->type);
    if (ux && !uy) {
        convert_untyped(c, x, y->type);
    } else if (!ux && uy) {
        convert_untyped(c, y, x->type);
    } else if (ux && x->mode == MODE_CONST && y->mode == MODE_CONST) {
        to_untyped_float(x);
        to_untyped_float(y);
    } else if (ux) { /* a shift, not yet typed: an error */
        convert_untyped(c, x, types_basic[T_FLOAT64]);
        convert_untyped(c, y, types_basic[T_FLOAT64]);
    }
}

static bool check_complex(BCall *b) {
    Operand *x = b->x, *y = &b->args.v[1];
    if (y->mode == MODE_INVALID) return false;
    match_parts(b->c, x, y);
    if (x->mode == MODE_INVALID || y->mode == MODE_INVALID) return false;
    if (!identical(x->type, y->type)) {
        err_operand(b->c, x, "invalid operation: %s (mismatched types %s and %s)",
                    expr_str(b->call), tstr(b->c, x->type), tstr(b->c, y->type));
        return false;
    }
    Type *t = complex_of(x->type);
    if (!t) {
        err_operand(b->c, x, "invalid argument: arguments have type %s, expected floating-point",
                    tstr(b->c, x->type));
        return false;
    }
    if (x->mode != MODE_CONST || y->mode != MODE_CONST || !x->cval || !y->cval)
        return result(b, MODE_VALUE, t);
    return const_result(
        b, t, const_make_complex(const_to_float_kind(x->cval), const_to_float_kind(y->cval)));
}

static bool check_part(BCall *b) {
    Operand *x = b->x;
    if (is_untyped(x->type)) {
        if (x->mode == MODE_CONST) {
            if (is_numeric(x->type)) x->type = types_basic[T_UNTYPED_COMPLEX];
        } else {
            convert_untyped(b->c, x, types_basic[T_COMPLEX128]);
            if (x->mode == MODE_INVALID) return false;
        }
    }
    Type *t = part_of(x->type);
    if (!t) {
        err_operand(b->c, x, "invalid argument: argument has type %s, expected complex type",
                    tstr(b->c, x->type));
        return false;
    }
    if (x->mode != MODE_CONST || !x->cval) return result(b, MODE_VALUE, t);
    return const_result(b, t, b->id == B_REAL ? const_real(x->cval) : const_imag(x->cval));
}

/* --- make, new --- */

static bool check_make(BCall *b) {
    Node *arg0 = b->call->call.args.v[0];
    Type *t = check_var_type(b->c, arg0);
    if (!valid(t)) {
        for (int i = 1; i < b->nargs; i++) use_expr(b->c, b->call->call.args.v[i]);
        return false;
    }
    int min;
    switch (core_type(t)->kind) {
    case T_SLICE: min = 2; break;
    case T_MAP:
    case T_CHAN: min = 1; break;
    case T_INVALID: return false;
    default:
        err_node(b->c, arg0,
                 "invalid argument: cannot make %s; type must be slice, map, or channel",
                 expr_str(arg0));
        return false;
    }
    if (b->nargs < min || min + 1 < b->nargs) {
        err_node(b->c, b->call, "invalid operation: %s expects %d or %d arguments; found %d",
                 expr_str(b->call), min, min + 1, b->nargs);
        return false;
    }
    int64_t size[2] = {-1, -1};
    for (int i = 1; i < b->nargs; i++) check_index(b->c, b->call->call.args.v[i], -1, &size[i - 1]);
    if (size[0] >= 0 && size[1] >= 0 && size[0] > size[1])
        err_node(b->c, b->call->call.args.v[1], "invalid argument: length and capacity swapped");
    return result(b, MODE_VALUE, t);
}

static bool check_new(BCall *b) {
    Type *t = check_var_type(b->c, b->call->call.args.v[0]);
    return valid(t) && result(b, MODE_VALUE, new_pointer(t));
}

/* --- panic, recover, print --- */

static bool check_panic(BCall *b) {
    assignment(b->c, b->x, type_any, "argument to panic");
    return b->x->mode != MODE_INVALID && no_result(b);
}

static bool check_print(BCall *b) {
    const char *context = xprintf("argument to %s", infos[b->id].name);
    for (int i = 0; i < b->nargs; i++) {
        assignment(b->c, &b->args.v[i], NULL, context);
        if (b->args.v[i].mode == MODE_INVALID) return false;
    }
    return no_result(b);
}

static bool check_recover(BCall *b) {
    if (b->c->env.func) b->c->env.func->has_recover = true;
    if (b->c->env.func) b->c->env.func->calls_recover_directly = true;
    return result(b, MODE_VALUE, type_any);
}

/* --- package unsafe --- */

static char size_open, size_found; /* what `seen` says of a named type */

/* Whether the size of t cannot be told: it contains itself (reported elsewhere) or is not complete
 * yet. */
static bool has_unknown_size(Type *t, Map *seen) {
    if (t->kind == T_NAMED) {
        void *known = map_get(seen, t);
        if (known) return known == &size_open;
        map_put(seen, t, &size_open);
    }
    Type *u = underlying(t);
    bool unknown = false;
    if (!u || u->kind == T_NAMED) {
        unknown = true;
    } else if (u->kind == T_ARRAY) {
        unknown = u->array.len < 0 || !u->array.elem || has_unknown_size(u->array.elem, seen);
    } else if (u->kind == T_STRUCT) {
        for (int i = 0; i < u->struct_.fields.n && !unknown; i++) {
            Type *f = u->struct_.fields.v[i]->type;
            unknown = !f || has_unknown_size(f, seen);
        }
    }
    if (t->kind == T_NAMED && !unknown) map_put(seen, t, &size_found);
    return unknown;
}

static bool size_known(Type *t) {
    Map seen = {0};
    return valid(t) && !has_unknown_size(t, &seen);
}

static bool uintptr_result(BCall *b, Type *of, int64_t v) {
    if (!size_known(of)) return result(b, MODE_VALUE, types_basic[T_UINTPTR]);
    return const_result(b, types_basic[T_UINTPTR], const_i64(v));
}

static bool check_sizeof(BCall *b) {
    const char *context = xprintf("argument to unsafe.%s", infos[b->id].name);
    assignment(b->c, b->x, NULL, context);
    if (b->x->mode == MODE_INVALID) return false;
    Type *t = b->x->type;
    if (!size_known(t)) return result(b, MODE_VALUE, types_basic[T_UINTPTR]);
    return uintptr_result(b, t, b->id == B_UNSAFE_SIZEOF ? type_size(t) : type_align(t));
}

static bool check_offsetof(BCall *b) {
    Checker *c = b->c;
    Operand *x = b->x;
    Node *arg = b->call->call.args.v[0], *sel = unparen(arg);
    if (sel->kind != N_SELECTOR) {
        err_node(c, arg, "invalid argument: %s is not a selector expression", expr_str(arg));
        use_expr(c, arg);
        return false;
    }
    check_expr(c, x, sel->selector.x, NULL);
    if (x->mode == MODE_INVALID) return false;
    Type *base = deref_struct_ptr(x->type);
    const char *name = sel->selector.name->ident.name;
    Lookup l = lookup_field_or_method(base, false, c->pkg, name);
    if (!l.obj || l.ambiguous) {
        err_operand(c, x, "invalid argument: %s has no single field %s", tstr(c, base), name);
        return false;
    }
    if (l.obj->kind == OBJ_FUNC) {
        err_node(c, arg, "invalid argument: %s is a method value", expr_str(arg));
        return false;
    }
    if (l.indirect) {
        err_operand(c, x, "invalid argument: field %s is embedded via a pointer in %s", name,
                    tstr(c, base));
        return false;
    }
    if (!size_known(base)) return result(b, MODE_VALUE, types_basic[T_UINTPTR]);
    int64_t offset = 0;
    Type *t = base;
    for (int i = 0; i < l.npath; i++) {
        Type *st = underlying(t);
        offset += field_offset(st, l.path[i]);
        t = st->struct_.fields.v[l.path[i]]->type;
    }
    return uintptr_result(b, base, offset);
}

static bool check_unsafe_add(BCall *b) {
    assignment(b->c, b->x, types_basic[T_UNSAFEPTR], "argument to unsafe.Add");
    if (b->x->mode == MODE_INVALID) return false;
    if (!valid_index(b->c, &b->args.v[1], "length", true)) return false;
    return result(b, MODE_VALUE, types_basic[T_UNSAFEPTR]);
}

static bool check_unsafe_slice(BCall *b) {
    Type *p = underlying(b->x->type);
    if (p->kind != T_POINTER) {
        if (valid(p))
            err_operand(b->c, b->x, "invalid argument: %s is not a pointer",
                        operand_str(b->c, b->x));
        return false;
    }
    if (!valid_index(b->c, &b->args.v[1], "length", false)) return false;
    return result(b, MODE_VALUE, new_slice(p->pointer.elem));
}

/* --- the call --- */

static bool dispatch(BCall *b) {
    switch (b->id) {
    case B_APPEND: return check_append(b);
    case B_CAP:
    case B_LEN: return check_len(b);
    case B_CLOSE: return check_close(b);
    case B_COMPLEX: return check_complex(b);
    case B_COPY: return check_copy(b);
    case B_DELETE: return check_delete(b);
    case B_IMAG:
    case B_REAL: return check_part(b);
    case B_MAKE: return check_make(b);
    case B_NEW: return check_new(b);
    case B_PANIC: return check_panic(b);
    case B_PRINT:
    case B_PRINTLN: return check_print(b);
    case B_RECOVER: return check_recover(b);
    case B_UNSAFE_ADD: return check_unsafe_add(b);
    case B_UNSAFE_ALIGNOF:
    case B_UNSAFE_SIZEOF: return check_sizeof(b);
    case B_UNSAFE_OFFSETOF: return check_offsetof(b);
    case B_UNSAFE_SLICE: return check_unsafe_slice(b);
    default: return false;
    }
}

static bool count_ok(BCall *b) {
    const BuiltinInfo *info = &infos[b->id];
    const char *what = NULL;
    if (b->nargs < info->nargs)
        what = "not enough";
    else if (!info->variadic && b->nargs > info->nargs)
        what = "too many";
    if (!what) return true;
    err_node(b->c, b->call, "invalid operation: %s arguments for %s (expected %d, found %d)", what,
             expr_str(b->call), info->nargs, b->nargs);
    return false;
}

static bool takes_plain_arguments(int id) {
    return id != B_MAKE && id != B_NEW && id != B_UNSAFE_OFFSETOF;
}

static bool check_with_args(BCall *b) {
    b->nargs = b->call->call.args.n;
    if (takes_plain_arguments(b->id)) {
        check_expr_list(b->c, b->call->call.args, false, &b->args);
        b->nargs = b->args.n;
        if (b->nargs > 0) {
            *b->x = b->args.v[0];
            if (b->x->mode == MODE_INVALID) return false;
        }
    }
    return count_ok(b) && dispatch(b);
}

/* x becomes the result of the call; false after an error. */
bool check_builtin(Checker *c, Operand *x, Node *call, int id) {
    if (call->call.dots && id != B_APPEND) {
        err_node(c, call, "invalid operation: invalid use of ... with built-in %s", infos[id].name);
        use_exprs(c, call->call.args);
        return false;
    }
    BCall b = {.c = c, .x = x, .call = call, .id = id};
    bool saved = c->env.has_call_or_recv; /* len and cap ask whether their argument has any */
    if (id == B_LEN || id == B_CAP) c->env.has_call_or_recv = false;
    bool ok = check_with_args(&b);
    if (id == B_LEN || id == B_CAP) c->env.has_call_or_recv = saved;
    return ok;
}
