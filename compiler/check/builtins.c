/* builtins.c - calls of built-in functions, those of package unsafe included.
 *
 * Arguments are checked as a list first (one call may stand for several of them), except where an
 * argument is a type or a selector to be looked at itself: make, new, unsafe.Offsetof. An untyped
 * constant argument that is evaluated gets its type here.
 */
#include "check/generic.h"

typedef struct BuiltinInfo {
    const char *name;
    int nargs;
    bool variadic;
    ExprKind kind;
} BuiltinInfo;

static const BuiltinInfo infos[] = {
    [B_APPEND] = {"append", 1, true, EXPR_VALUE},
    [B_CAP] = {"cap", 1, false, EXPR_VALUE},
    [B_CLEAR] = {"clear", 1, false, EXPR_STATEMENT},
    [B_CLOSE] = {"close", 1, false, EXPR_STATEMENT},
    [B_COMPLEX] = {"complex", 2, false, EXPR_VALUE},
    [B_COPY] = {"copy", 2, false, EXPR_STATEMENT},
    [B_DELETE] = {"delete", 2, false, EXPR_STATEMENT},
    [B_IMAG] = {"imag", 1, false, EXPR_VALUE},
    [B_LEN] = {"len", 1, false, EXPR_VALUE},
    [B_MAKE] = {"make", 1, true, EXPR_VALUE},
    [B_MAX] = {"max", 1, true, EXPR_VALUE},
    [B_MIN] = {"min", 1, true, EXPR_VALUE},
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
    [B_UNSAFE_SLICEDATA] = {"SliceData", 1, false, EXPR_VALUE},
    [B_UNSAFE_STRING] = {"String", 2, false, EXPR_VALUE},
    [B_UNSAFE_STRINGDATA] = {"StringData", 1, false, EXPR_VALUE},
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

/* The element type of a slice, or of all slices of a type parameter's set; NULL: *why not. */
static Type *slice_elem(Checker *c, Operand *x, char **why) {
    Type *elem = NULL;
    TypePairs set = typeset(x->type);
    for (int i = 0; i < set.n; i++) {
        Type *u = set.v[i].u;
        if (!u || u->kind != T_SLICE) {
            *why = xprintf("argument must be a slice; have %s",
                           operand_is_nil(x) ? "untyped nil" : operand_str(c, x));
            return NULL;
        }
        if (elem && !identical(elem, u->slice.elem)) {
            *why = xprintf("mismatched slice element types %s and %s in %s", tstr(c, elem),
                           tstr(c, u->slice.elem), operand_str(c, x));
            return NULL;
        }
        elem = u->slice.elem;
    }
    return elem;
}

/* Whether t is string or []byte, or a type parameter with nothing else in its set. */
static bool bytes_or_string(Type *t, bool *has_string) {
    TypePairs set = typeset(t);
    *has_string = false;
    for (int i = 0; i < set.n; i++) {
        Type *u = set.v[i].u;
        if (u && is_string(u))
            *has_string = true;
        else if (!u || u->kind != T_SLICE || !identical(u->slice.elem, type_byte))
            return false;
    }
    return true;
}

static bool check_append(BCall *b) {
    Operand *x = b->x;
    char *why;
    Type *s = x->type, *elem = slice_elem(b->c, x, &why);
    if (!elem) {
        if (valid(underlying(s))) err_operand(b->c, x, "invalid append: %s", why);
        return false;
    }
    if (b->nargs == 2 && b->call->call.dots && is_byte_slice_like(b->c, x)) {
        Operand *y = &b->args.v[1];
        if (y->mode == MODE_INVALID) return false;
        bool has_string;
        if (!operand_is_nil(y) && bytes_or_string(y->type, &has_string) && has_string) {
            settle_string(b->c, y);
            return result(b, MODE_VALUE, s);
        }
    }
    Type sig = {.kind = T_FUNC};
    sig.func.variadic = true;
    push(&sig.func.params, param(b->c, s));
    push(&sig.func.params, param(b->c, new_slice(elem)));
    check_arguments(b->c, b->call, &sig, NULL, (NodeList){0}, &b->args, NULL);
    return result(b, MODE_VALUE, s);
}

static bool has_length(Type *u, int id) {
    u = array_ptr_deref(u);
    switch (u->kind) {
    case T_ARRAY:
    case T_SLICE:
    case T_CHAN: return true;
    case T_MAP: return id == B_LEN;
    default: return is_string(u) && id == B_LEN;
    }
}

static bool all_have_length(Type *t, int id) {
    TypePairs set = typeset(t);
    for (int i = 0; i < set.n; i++)
        if (!set.v[i].u || !has_length(set.v[i].u, id)) return false;
    return true;
}

static bool check_len(BCall *b) {
    Operand *x = b->x;
    Type *u = underlying(x->type), *t = array_ptr_deref(u), *t_int = types_basic[T_INT];
    if (!valid(u)) return false;
    if (!all_have_length(x->type, b->id)) {
        err_operand(b->c, x, "invalid argument: %s for built-in %s", operand_str(b->c, x),
                    infos[b->id].name);
        return false;
    }
    if (is_string(t) && x->mode == MODE_CONST && x->cval)
        return const_result(b, t_int, const_i64((int64_t)const_string_val(x->cval).n));
    if (t->kind == T_ARRAY && !b->c->env.has_call_or_recv && t->array.len >= 0)
        return const_result(b, t_int, const_i64(t->array.len));
    return result(b, MODE_VALUE, t_int);
}

static bool check_clear(BCall *b) {
    verify_version(b->c, start_pos(b->call->call.fun), 21, "clear");
    TypePairs set = typeset(b->x->type);
    for (int i = 0; i < set.n; i++) {
        Type *u = set.v[i].u;
        if (u && (u->kind == T_MAP || u->kind == T_SLICE)) continue;
        if (u && !valid(u)) return false;
        err_operand(b->c, b->x,
                    "invalid argument: cannot clear %s: argument must be (or constrained by) map "
                    "or slice",
                    operand_str(b->c, b->x));
        return false;
    }
    return no_result(b);
}

static bool check_close(BCall *b) {
    TypePairs set = typeset(b->x->type);
    for (int i = 0; i < set.n; i++) {
        Type *u = set.v[i].u;
        const char *what = NULL;
        if (!u || u->kind != T_CHAN)
            what = "non-channel";
        else if (u->chan.dir == CHAN_RECV)
            what = "receive-only channel";
        if (!what) continue;
        if (!u || valid(u))
            err_operand(b->c, b->x, "invalid operation: cannot close %s %s", what,
                        operand_str(b->c, b->x));
        return false;
    }
    return no_result(b);
}

static bool check_copy(BCall *b) {
    Operand *x = b->x, *y = &b->args.v[1];
    if (y->mode == MODE_INVALID) return false;
    char *why;
    Type *dst = slice_elem(b->c, x, &why);
    if (!dst) {
        if (valid(underlying(x->type))) err_operand(b->c, x, "invalid copy: %s", why);
        return false;
    }
    bool has_string, special = is_byte_slice_like(b->c, x) && !operand_is_nil(y) &&
                               bytes_or_string(y->type, &has_string);
    if (!special) {
        Type *src = slice_elem(b->c, y, &why);
        if (!src && !all_string(y->type)) {
            if (valid(underlying(y->type))) err_operand(b->c, y, "invalid copy: %s", why);
            return false;
        }
        if (!src) src = type_byte;
        if (!identical(dst, src)) {
            err_operand(
                b->c, x, "invalid copy: arguments %s and %s have different element types %s and %s",
                operand_str(b->c, x), operand_str(b->c, y), tstr(b->c, dst), tstr(b->c, src));
            return false;
        }
    }
    settle_string(b->c, y);
    return result(b, MODE_VALUE, types_basic[T_INT]);
}

static bool check_delete(BCall *b) {
    TypePairs set = typeset(b->x->type);
    Type *key_type = NULL;
    for (int i = 0; i < set.n; i++) {
        Type *m = set.v[i].u;
        if (!m || m->kind != T_MAP) {
            if (!m || valid(m))
                err_operand(b->c, b->x, "invalid argument: %s is not a map",
                            operand_str(b->c, b->x));
            return false;
        }
        if (key_type && !identical(key_type, m->map.key)) {
            err_operand(b->c, b->x, "invalid argument: maps of %s must have identical key types",
                        operand_str(b->c, b->x));
            return false;
        }
        key_type = m->map.key;
    }
    Operand *key = &b->args.v[1];
    assignment(b->c, key, key_type, "argument to delete");
    return key->mode != MODE_INVALID && no_result(b);
}

/* --- min, max --- */

static void larger_constant(BCall *b, Operand *a) {
    Operand *x = b->x;
    if (!x->cval || !a->cval || const_kind(x->cval) == CONST_UNKNOWN ||
        const_kind(a->cval) == CONST_UNKNOWN)
        return;
    if (const_compare(a->cval, b->id == B_MAX ? OP_GT : OP_LT, x->cval)) x->cval = a->cval;
}

static bool combine_extreme(BCall *b, Operand *a) {
    Operand *x = b->x;
    match_types(b->c, x, a);
    if (x->mode == MODE_INVALID) return false;
    if (!identical(x->type, a->type)) {
        err_operand(b->c, a,
                    "invalid argument: mismatched types %s (previous argument) and %s (type of %s)",
                    tstr(b->c, x->type), tstr(b->c, a->type), expr_str(a->expr));
        return false;
    }
    if (x->mode == MODE_CONST && a->mode == MODE_CONST)
        larger_constant(b, a);
    else
        x->mode = MODE_VALUE;
    return true;
}

static bool check_extreme(BCall *b) {
    verify_version(b->c, start_pos(b->call->call.fun), 21,
                   xprintf("built-in %s", infos[b->id].name));
    Operand *x = b->x;
    for (int i = 0; i < b->nargs; i++) {
        Operand *a = &b->args.v[i];
        if (a->mode == MODE_INVALID) return false;
        if (!all_ordered(a->type)) {
            err_operand(b->c, a, "invalid argument: %s cannot be ordered", operand_str(b->c, a));
            return false;
        }
        if (i > 0 && !combine_extreme(b, a)) return false;
    }
    if (x->mode != MODE_CONST) {
        x->mode = MODE_VALUE;
        x->cval = NULL;
        if (is_untyped(x->type)) { /* a shift, say: its default type is its type */
            Operand y = *x;
            assignment(b->c, &y, NULL, xprintf("argument to built-in %s", infos[b->id].name));
            if (y.mode == MODE_INVALID) return false;
            x->type = y.type;
        }
    }
    for (int i = 0; i < b->nargs; i++)
        if (!b->args.v[i].borrowed) update_type(b->c, b->args.v[i].expr, x->type, true);
    return true;
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

/* complex, real and imag of a type parameter would need a type parameter of their own as result:
 * Go refuses them. NULL if the types do not fit anyhow. */
static Type *tparam_result(BCall *b, Type *of(Type *)) {
    const TermList *terms = tparam_terms(b->x->type);
    TermList out = {0};
    for (int i = 0; terms && i < terms->n; i++) {
        Type *t = of(terms->v[i].type);
        if (!t) return NULL;
        push(&out, ((Term){terms->v[i].tilde, t}));
    }
    if (!terms) return NULL;
    err_operand(b->c, b->x,
                "%s not supported as argument to built-in %s for go1.18 (see go.dev/issue/50937)",
                operand_str(b->c, b->x), infos[b->id].name);
    Type *iface = new_interface();
    push(&iface->iface.embedded, new_union(out));
    iface->iface.collected = true;
    Obj *o = new_(Obj);
    *o = *b->x->type->tparam.obj;
    o->type = NULL;
    return new_tparam(o, iface);
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
    Type *t = is_tparam(x->type) ? tparam_result(b, complex_of) : complex_of(x->type);
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
    Type *t = is_tparam(x->type) ? tparam_result(b, part_of) : part_of(x->type);
    if (!t) {
        err_operand(b->c, x, "invalid argument: argument has type %s, expected complex type",
                    tstr(b->c, x->type));
        return false;
    }
    if (x->mode != MODE_CONST || !x->cval) return result(b, MODE_VALUE, t);
    return const_result(b, t, b->id == B_REAL ? const_real(x->cval) : const_imag(x->cval));
}

/* --- make, new --- */

static char *not_makeable(void *arg, Type *t, Type *u) {
    (void)arg, (void)t;
    if (!u) return "no specific type";
    bool ok = u->kind == T_SLICE || u->kind == T_MAP || u->kind == T_CHAN;
    return ok ? NULL : "type must be slice, map, or channel";
}

static bool check_make(BCall *b) {
    Node *arg0 = b->call->call.args.v[0];
    Type *t = check_var_type(b->c, arg0);
    if (!valid(t)) {
        for (int i = 1; i < b->nargs; i++) use_expr(b->c, b->call->call.args.v[i]);
        return false;
    }
    char *why;
    Type *u = common_under(t, not_makeable, NULL, &why);
    if (!u) {
        if (valid(underlying(t)))
            err_node(b->c, arg0, "invalid argument: cannot make %s: %s", expr_str(arg0), why);
        return false;
    }
    int min = u->kind == T_SLICE ? 2 : 1;
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

/* new(T), or new(value). */
static bool check_new(BCall *b) {
    Node *arg = b->call->call.args.v[0];
    Operand *x = b->x;
    check_expr_or_type(b->c, x, arg);
    if (x->mode == MODE_BUILTIN) exclude_novalue(b->c, x);
    if (x->mode == MODE_INVALID) return false;
    if (x->mode == MODE_TYPE) {
        Type *t = check_var_type(b->c, arg);
        return valid(t) && result(b, MODE_VALUE, new_pointer(t));
    }
    if (is_untyped(x->type)) {
        assignment(b->c, x, NULL, "argument to new");
        if (x->mode == MODE_INVALID) return false;
    }
    verify_version(b->c, start_pos(b->call->call.fun), 26, xprintf("new(%s)", expr_str(arg)));
    return result(b, MODE_VALUE, new_pointer(x->type));
}

/* --- panic, recover, print --- */

static bool check_panic(BCall *b) {
    assignment(b->c, b->x, type_any, "argument to panic");
    return b->x->mode != MODE_INVALID && no_result(b);
}

static bool check_print(BCall *b) {
    const char *context = xprintf("argument to built-in %s", infos[b->id].name);
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

static bool uintptr_result(BCall *b, int64_t v) {
    if (v >= HUGE_SIZE) {
        err_operand(b->c, b->x, "%s is too large", operand_str(b->c, b->x));
        return false;
    }
    return const_result(b, types_basic[T_UINTPTR], const_i64(v));
}

static bool check_sizeof(BCall *b) {
    const char *context = xprintf("argument to unsafe.%s", infos[b->id].name);
    assignment(b->c, b->x, NULL, context);
    if (b->x->mode == MODE_INVALID) return false;
    Type *t = b->x->type;
    if (!valid(t) || has_var_size(b->c, t)) return result(b, MODE_VALUE, types_basic[T_UINTPTR]);
    return uintptr_result(b, b->id == B_UNSAFE_SIZEOF ? type_size(t) : type_align(t));
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
    if (has_var_size(c, base)) return result(b, MODE_VALUE, types_basic[T_UINTPTR]);
    int64_t offset = 0;
    Type *t = base;
    for (int i = 0; i < l.npath; i++) {
        Type *st = underlying(t);
        offset += field_offset(st, l.path[i]);
        t = st->struct_.fields.v[l.path[i]]->type;
    }
    return uintptr_result(b, offset);
}

static bool check_unsafe_add(BCall *b) {
    verify_version(b->c, start_pos(b->call->call.fun), 17, "unsafe.Add");
    assignment(b->c, b->x, types_basic[T_UNSAFEPTR], "argument to unsafe.Add");
    if (b->x->mode == MODE_INVALID) return false;
    if (!valid_index(b->c, &b->args.v[1], "length", true)) return false;
    return result(b, MODE_VALUE, types_basic[T_UNSAFEPTR]);
}

static bool check_unsafe_slice(BCall *b) {
    verify_version(b->c, start_pos(b->call->call.fun), 17, "unsafe.Slice");
    Type *p = core_type(b->x->type);
    if (p->kind != T_POINTER) {
        if (valid(p))
            err_operand(b->c, b->x, "invalid argument: %s is not a pointer",
                        operand_str(b->c, b->x));
        return false;
    }
    if (!valid_index(b->c, &b->args.v[1], "length", false)) return false;
    return result(b, MODE_VALUE, new_slice(p->pointer.elem));
}

static bool check_slice_data(BCall *b) {
    verify_version(b->c, start_pos(b->call->call.fun), 20, "unsafe.SliceData");
    Type *s = core_type(b->x->type);
    if (s->kind == T_SLICE) return result(b, MODE_VALUE, new_pointer(s->slice.elem));
    if (valid(s))
        err_operand(b->c, b->x, "invalid argument: %s is not a slice", operand_str(b->c, b->x));
    return false;
}

static bool check_unsafe_string(BCall *b) {
    verify_version(b->c, start_pos(b->call->call.fun), 20, "unsafe.String");
    assignment(b->c, b->x, new_pointer(type_byte), "argument to unsafe.String");
    if (b->x->mode == MODE_INVALID) return false;
    if (!valid_index(b->c, &b->args.v[1], "length", false)) return false;
    return result(b, MODE_VALUE, types_basic[T_STRING]);
}

static bool check_string_data(BCall *b) {
    verify_version(b->c, start_pos(b->call->call.fun), 20, "unsafe.StringData");
    assignment(b->c, b->x, types_basic[T_STRING], "argument to unsafe.StringData");
    return b->x->mode != MODE_INVALID && result(b, MODE_VALUE, new_pointer(type_byte));
}

/* --- the call --- */

static bool dispatch(BCall *b) {
    switch (b->id) {
    case B_APPEND: return check_append(b);
    case B_CAP:
    case B_LEN: return check_len(b);
    case B_CLEAR: return check_clear(b);
    case B_CLOSE: return check_close(b);
    case B_COMPLEX: return check_complex(b);
    case B_COPY: return check_copy(b);
    case B_DELETE: return check_delete(b);
    case B_IMAG:
    case B_REAL: return check_part(b);
    case B_MAKE: return check_make(b);
    case B_MAX:
    case B_MIN: return check_extreme(b);
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
    case B_UNSAFE_SLICEDATA: return check_slice_data(b);
    case B_UNSAFE_STRING: return check_unsafe_string(b);
    case B_UNSAFE_STRINGDATA: return check_string_data(b);
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
