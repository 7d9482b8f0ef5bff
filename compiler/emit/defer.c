/* defer.c - defer and go.
 *
 * Both evaluate what is called and its arguments now and make the call later. The values go into a
 * record: for defer one that begins with gm_defer, in the C frame where the statement runs at most
 * once in a call of its function, else on the heap; for go a closure without parameters. A thunk
 * makes the call from the record.
 *
 * C compilers take time that goes with the square of the variables whose address is taken in a function that returns
 * twice. Where a function defers many literals, those beyond the first few share one array of records, one thunk and one
 * function that fills a record.
 */
#include "emit/body.h"

typedef struct Record {
    TypeList types; /* of its members */
    TextList values;
    int fixed;      /* leading members that are not values of the call */
    S callee_value; /* text in the thunk, or NULL */
    TextList args;  /* texts in the thunk */
} Record;

static S record_member(Record *r, Type *t, S value) {
    push(&r->types, t);
    push(&r->values, value);
    return xprintf("a->x%d", r->types.n - 1);
}

/* A call of a built-in function with its arguments replaced by members of the record, printed as
 * the body of a thunk. */
static S builtin_thunk(FuncGen *f, Node *call, Record *r, bool is_defer) {
    if (call->call.builtin - 1 == B_RECOVER) {
        /* As if the deferring function called it; run by a panic, or as a goroutine, it does nothing.
         */
        if (!is_defer || !f->fn->calls_recover_directly) return "";
        return xprintf("    if (!panicking) gm_recover(%s);\n",
                       record_member(r, types_basic[T_BOOL], "gm_may"));
    }
    call = spread(f, call);
    FuncGen *g = new_(FuncGen);
    Buf body = {0};
    g->fn = f->fn;
    g->cname = f->cname;
    g->out = &body;
    g->store = &g->top;
    g->indent = 1;
    Node *copy = new_(Node);
    *copy = *call;
    copy->call.args = (NodeList){0};
    for (int i = 0; i < call->call.args.n; i++) {
        Node *x = unparen(call->call.args.v[i]);
        if (x->cval || x->mode == MODE_TYPE || x->mode == MODE_NIL ||
            x->type->kind == T_UNTYPED_NIL) {
            push(&copy->call.args, x);
            continue;
        }
        Type *t = call->call.builtin - 1 == B_PANIC ? type_any : value_type(x);
        Node *id = named_value(g, record_member(r, t, expr_as(f, x, t)), t, x->pos);
        push(&copy->call.args, id);
    }
    bool is_call;
    g->want = f->want;
    S text = builtin_call(g, copy, &is_call);
    if (text) put(g, is_call ? "%s;" : "(void)%s;", text);
    return xprintf("%s%s", buf_str(&g->top), buf_str(&body));
}

/* Variadic arguments stand in the record one by one; the thunk makes the slice of them, on its own
 * stack when the callee lets it. */
static void pack_members(Buf *b, Node *call, Type *sig, TextList *members) {
    if (!sig->func.variadic || call->call.dots) return;
    int from = sig->func.params.n - 1, n = members->n - from;
    Type *slice = sig->func.params.v[from]->type;
    if (n == 0) {
        push(members, czero(slice));
        return;
    }
    S elem = ctype(underlying(slice)->slice.elem);
    if (call->dots_esc == ESC_NONE)
        buf_printf(b, "    %s dots[%d];\n", elem, n);
    else
        buf_printf(b, "    %s *dots = gm_newarray(%s, %d);\n", elem,
                   cdesc(underlying(slice)->slice.elem), n);
    for (int i = 0; i < n; i++) buf_printf(b, "    dots[%d] = %s;\n", i, members->v[from + i]);
    members->n = from;
    push(members, xprintf("((gm_slice){dots, %d, %d})", n, n));
}

static S call_thunk(FuncGen *f, Node *call, Record *r, bool deferred) {
    Callee c = callee(f, call);
    if (c.kind == CALLEE_INTERFACE) put(f, "gm_check_nil(%s.tab);", c.value);
    S value = c.value ? record_member(r, c.value_type, c.value) : NULL;
    TypeList types = {0};
    TextList args = call_values(f, call, c.sig, &types), members = {0};
    for (int i = 0; i < args.n; i++) push(&members, record_member(r, types.v[i], args.v[i]));
    Buf b = {0};
    pack_members(&b, call, underlying(c.sig), &members);
    if (deferred)
        buf_printf(&b, "    if (panicking) gm_defer_callee(%s);\n", callee_target(&c, value));
    buf_printf(&b, "    %s;\n", call_text(&c, value, &members));
    return buf_str(&b);
}

static bool nothing_recorded(Record *r) {
    return r->types.n == r->fixed;
}

static S record_body(FuncGen *f, Node *call, Record *r, bool deferred) {
    r->fixed = r->types.n;
    return call->call.builtin ? builtin_thunk(f, call, r, deferred)
                              : call_thunk(f, call, r, deferred);
}

static void print_thunk(FuncGen *f, S name, S head, Type *rt, S record, S body, bool uses) {
    buf_printf(&gen.decls, "static %s;\n", head);
    buf_putc(&gen.code, '\n');
    if (f->want.file)
        buf_printf(&gen.code, "#line %u %s\n", f->want.line,
                   cquote((Str){f->want.file, strlen(f->want.file)}));
    buf_printf(&gen.code, "GM_GO(%s) static %s {\n", name, head);
    if (uses) buf_printf(&gen.code, "    %s *a = (%s *)%s;\n", ctype(rt), ctype(rt), record);
    buf_printf(&gen.code, "%s}\n", body);
}

static void fill_record(FuncGen *f, S p, Record *r, Type *rt) {
    for (int i = r->fixed; i < r->types.n; i++)
        put(f, "%s = %s;", member(p, cfield(rt, i)), unwrap(r->values.v[i]));
}

static Node *called(Node *n) {
    return unparen(n->unary.x);
}

/* go func() { ... }(): the literal's closure is what the goroutine runs */
static bool is_plain_closure(Node *call) {
    Node *fun = unparen(call->call.fun);
    if (call->call.builtin || call->call.args.n) return false;
    Type *sig = underlying(fun->type);
    return sig && sig->kind == T_FUNC && sig->func.params.n == 0 && sig->func.results.n == 0 &&
           !(fun->kind == N_SELECTOR && fun->selector.sel);
}

/* --- many defers in one function --- */

enum { MANY_DEFERS = 16 };

static bool joins_many(FuncGen *f, Node *n) {
    Node *call = called(n);
    return f->ndefer >= MANY_DEFERS && n->esc == ESC_NONE && f->loop_depth == 0 && !f->fn->home &&
           is_plain_closure(call) && unparen(call->call.fun)->kind == N_FUNCLIT;
}

static Type *many_record(void) {
    TypeList types = {0};
    push(&types, types_basic[T_UNSAFEPTR]);
    push(&types, types_basic[T_UINTPTR]);
    push(&types, types_basic[T_UNSAFEPTR]);
    return record_type(&types, "link");
}

static void defer_one_of_many(FuncGen *f, Node *n) {
    S closure = unwrap(expr_value(f, called(n)->call.fun));
    set_pos(f, n->pos);
    put(f, "%s$$defers(&gm_fr, &gm_many[%d], %s);", f->cname, f->nmany++, closure);
}

void print_many_defers(FuncGen *f) {
    if (!f->nmany) return;
    S rt = ctype(many_record());
    buf_printf(&f->top, "    %s gm_many[%d];\n", rt, f->nmany);
    buf_printf(&gen.code,
               "\nGM_GO(%s$$later) static void %s$$later(gm_defer *d, bool panicking) {\n"
               "    const gm_func *c = ((%s *)d)->x2;\n"
               "    if (panicking) gm_defer_callee((void *)c->code);\n"
               "    ((void (*)(const gm_func *))c->code)(c);\n}\n",
               f->cname, f->cname, rt);
    buf_printf(&gen.code,
               "\nGM_GO(%s$$defers) static __attribute__((noinline)) void %s$$defers(gm_frame *f, "
               "%s *r, const gm_func *c) {\n"
               "    r->x1 = (uintptr_t)%s$$later;\n    r->x2 = (void *)c;\n"
               "    gm_defer_push(f, (gm_defer *)r);\n}\n",
               f->cname, f->cname, rt, f->cname);
}

void defer_stmt(FuncGen *f, Node *n) {
    Node *call = called(n);
    ahead_inside(f, call);
    if (joins_many(f, n)) {
        defer_one_of_many(f, n);
        return;
    }
    Record r = {0};
    push(&r.types, types_basic[T_UNSAFEPTR]);
    push(&r.types, types_basic[T_UINTPTR]);
    push(&r.values, "");
    push(&r.values, "");
    S body = record_body(f, call, &r, true);
    set_pos(f, n->pos);
    Type *rt = record_type(&r.types, "link");
    S thunk = xprintf("%s$$defer%d", f->cname, ++f->ndefer);
    print_thunk(f, thunk, xprintf("void %s(gm_defer *d, bool panicking)", thunk), rt, "d", body,
                !nothing_recorded(&r));
    S p;
    if (n->esc == ESC_NONE && f->loop_depth == 0) {
        S name = new_temp(f);
        buf_printf(&f->top, "    %s %s;\n", ctype(rt), name);
        p = xprintf("(&%s)", name);
    } else {
        p = temp_c(f, xprintf("%s *", ctype(rt)), xprintf("gm_new(%s)", cdesc(rt)));
    }
    put(f, "%s = (uintptr_t)%s;", member(p, cfield(rt, 1)), thunk);
    fill_record(f, p, &r, rt);
    Func *home = f->fn->home;
    S frame = home ? xprintf("(gm_frame *)%s", var_text(f, home->frame_var)) : "&gm_fr";
    put(f, "gm_defer_push(%s, (gm_defer *)%s);", frame, p);
}

void go_stmt(FuncGen *f, Node *n) {
    Node *call = called(n);
    ahead_inside(f, call);
    if (is_plain_closure(call)) {
        put(f, "gm_go_func(%s);", unwrap(expr_value(f, call->call.fun)));
        return;
    }
    Record r = {0};
    push(&r.types, types_basic[T_UINTPTR]);
    push(&r.values, "");
    S body = record_body(f, call, &r, false);
    set_pos(f, n->pos);
    Type *rt = record_type(&r.types, "code");
    S thunk = xprintf("%s$$go%d", f->cname, ++f->ndefer);
    print_thunk(f, thunk, xprintf("void %s(const gm_func *gm_c)", thunk), rt, "gm_c", body,
                !nothing_recorded(&r));
    S p = temp_c(f, xprintf("%s *", ctype(rt)), xprintf("gm_new(%s)", cdesc(rt)));
    put(f, "%s = (uintptr_t)%s;", member(p, cfield(rt, 0)), thunk);
    fill_record(f, p, &r, rt);
    put(f, "gm_go_func((const gm_func *)%s);", p);
}
