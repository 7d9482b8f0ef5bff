/* func.c - one C function under way: its text, its names, its variables, its beginning and end.
 *
 * Variables. A Go variable is a C local, or, if it is moved to the heap, a C pointer to it; in a
 * function literal a captured variable is a C local loaded from the closure at entry: the value
 * itself where the capture is by value, else a pointer. Locals whose address may be taken are
 * declared in `store`, because Go lets a pointer to them live on when their block has ended.
 *
 * Lines. put() precedes what it prints by #line whenever the C compiler's count of lines differs
 * from the Go line at hand.
 */
#include "emit/body.h"

/* --- text --- */

static void put_line_directive(FuncGen *f) {
    S file = *f->want.file ? f->want.file : "??"; /* as Go names a file without a name */
    bool same_file = f->file && strcmp(f->file, file) == 0;
    if (f->line == f->want.line && same_file) return;
    if (same_file)
        buf_printf(f->out, "#line %u\n", f->want.line);
    else
        buf_printf(f->out, "#line %u %s\n", f->want.line, cquote((Str){file, strlen(file)}));
    f->line = f->want.line;
    f->file = file;
}

void put(FuncGen *f, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    char *s = xvprintf(fmt, ap);
    va_end(ap);
    if (f->oneline) {
        buf_puts(f->out, s);
        buf_putc(f->out, ' ');
        return;
    }
    if (f->want.line) put_line_directive(f);
    int indent = f->indent < 20 ? f->indent : 20;
    for (int i = 0; i < indent; i++) buf_puts(f->out, "    ");
    buf_puts(f->out, s);
    buf_putc(f->out, '\n');
    f->line++;
}

void set_pos(FuncGen *f, Pos p) {
    if (pos_known(p)) f->want = pos_shown(p);
}

void open_block(FuncGen *f, S head) {
    put(f, "%s{", head);
    f->indent++;
}

void close_block(FuncGen *f, S tail) {
    f->indent--;
    put(f, "}%s", tail);
}

void capture_begin(FuncGen *f, Capture *c) {
    *c = (Capture){.out = f->out, .oneline = f->oneline};
    f->out = &c->buf;
    f->oneline = true;
}

S capture_end(FuncGen *f, Capture *c) {
    f->out = c->out;
    f->oneline = c->oneline;
    return buf_str(&c->buf);
}

void loop_begin(FuncGen *f, LoopBody *b) {
    *b = (LoopBody){.out = f->out, .outer_store = f->store};
    f->out = &b->buf;
    f->store = &b->store;
    f->line = 0;
    f->loop_depth++;
}

void loop_end(FuncGen *f, LoopBody *b) {
    f->out = b->out;
    f->store = b->outer_store;
    f->loop_depth--;
    buf_put(f->out, b->store.p, b->store.n);
    buf_put(f->out, b->buf.p, b->buf.n);
    if (b->store.n) f->line = 0;
}

/* --- names --- */

static bool name_taken(FuncGen *f, S name) {
    return map_get(&f->names, name) != NULL;
}

S new_name(FuncGen *f, S go_name) {
    S base = intern(csafe(go_name)), name = base;
    for (int i = 2; name_taken(f, name); i++) name = intern(xprintf("%s_%d", base, i));
    map_put(&f->names, name, f);
    return name;
}

S new_temp(FuncGen *f) {
    S name;
    do {
        name = intern(xprintf("t%d", ++f->ntemp));
    } while (name_taken(f, name));
    map_put(&f->names, name, f);
    return name;
}

S declarator(S type, S name) {
    return xprintf(type[strlen(type) - 1] == '*' ? "%s%s" : "%s %s", type, name);
}

S temp_c(FuncGen *f, S type, S init) {
    S name = new_temp(f);
    put(f, "%s = %s;", declarator(type, name), unwrap(init));
    return name;
}

S temp(FuncGen *f, Type *t, S init) {
    return temp_c(f, ctype(t), init);
}

/* Storage whose address may outlive an inlined function is in the frame around it. */
static bool passed_storage(const FuncGen *f) {
    return f->fn && f->fn->inlined && f->store == &f->top;
}

S stored(FuncGen *f, S type) {
    S name = new_temp(f);
    if (passed_storage(f)) {
        push(&f->slots, ((Slot){type, name, 0}));
        return xprintf("(*%s)", name);
    }
    buf_printf(f->store, "    %s;\n", declarator(type, name));
    return name;
}

S stored_array(FuncGen *f, S type, int n) {
    S name = new_temp(f);
    if (passed_storage(f))
        push(&f->slots, ((Slot){type, name, n}));
    else
        buf_printf(f->store, "    %s[%d];\n", declarator(type, name), n);
    return name;
}

static bool name_char(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '$' || c == '.' || (c & 0x80);
}

bool is_simple(S s) {
    if (s[0] == '(' && s[1] == '*') {
        s += 2;
        while (name_char(*s) && *s != '.') s++;
        if (*s++ != ')') return false;
    } else if (*s == '-') {
        s++;
    }
    while (name_char(*s)) s++;
    return *s == 0;
}

S stable(FuncGen *f, Type *t, S text) {
    return is_simple(text) ? text : temp(f, t, text);
}

/* The index after the string or character literal that begins at s[i]. */
static size_t skip_quoted(S s, size_t i) {
    char q = s[i++];
    for (; s[i] && s[i] != q; i++)
        if (s[i] == '\\' && s[i + 1]) i++;
    return s[i] ? i + 1 : i;
}

S unwrap(S s) {
    size_t n = strlen(s);
    if (n < 3 || s[0] != '(' || s[n - 1] != ')' || s[1] == '{') return s;
    int depth = 0;
    for (size_t i = 0; i < n;) {
        if (s[i] == '"' || s[i] == '\'') {
            i = skip_quoted(s, i);
            continue;
        }
        if (s[i] == '(' || s[i] == '{') depth++;
        if (s[i] == ')' || s[i] == '}') depth--;
        if (depth == 1 && s[i] == ',') return s;
        if (depth == 0 && i + 1 < n) return s;
        i++;
    }
    return xprintf("%.*s", (int)(n - 2), s + 1);
}

/* --- variables --- */

bool var_on_heap(Obj *o) {
    if (o->esc == ESC_HEAP) return true;
    return o->esc == ESC_UNKNOWN && (o->addrtaken || (o->captured && !captured_by_value(o)));
}

static void bind(FuncGen *f, Obj *o, S name, bool ptr, bool stack) {
    Var *v = new_(Var);
    *v = (Var){name, ptr, stack};
    map_put(&f->vars, o, v);
}

void bind_var(FuncGen *f, Obj *o, S name, bool ptr) {
    bind(f, o, name, ptr, false);
}

void bind_passed(FuncGen *f, Obj *o, S name) {
    bind(f, o, name, true, !var_on_heap(o));
}

S var_text(FuncGen *f, Obj *o) {
    if (o->is_global) return cglobal(o);
    Var *v = map_get(&f->vars, o);
    if (!v) ice(o->pos, "variable %s is not bound in %s", o->name, f->cname);
    return v->ptr ? xprintf("(*%s)", v->name) : v->name;
}

static bool is_blank(Obj *o) {
    return o->name[0] == 0 || (o->name[0] == '_' && o->name[1] == 0);
}

void declare_var(FuncGen *f, Obj *o, S init) {
    Type *t = o->type;
    S name = new_name(f, is_blank(o) ? "blank" : o->name);
    bool plain = map_get(&f->plain, o), heap = !plain && var_on_heap(o);
    bind_var(f, o, name, heap);
    if (heap) {
        if (init) init = is_simple(init) ? init : temp(f, t, init);
        put(f, "%s *%s = gm_new_here(%s);", ctype(t), name, cdesc(t));
        if (init) put(f, "*%s = %s;", name, init);
        return;
    }
    if (plain || !reachable(o)) {
        put(f, "%s = %s;", declarator(ctype(t), name), init ? unwrap(init) : czero_init(t));
        return;
    }
    if (passed_storage(f)) {
        push(&f->slots, ((Slot){ctype(t), name, 0}));
        bind_passed(f, o, name);
        put(f, "*%s = %s;", name, init ? unwrap(init) : czero(t));
        return;
    }
    buf_printf(f->store, "    %s;\n", declarator(ctype(t), name));
    put(f, "%s = %s;", name, init ? unwrap(init) : czero(t));
}

Node *named_value(FuncGen *f, S name, Type *t, Pos pos) {
    Obj *o = new_(Obj);
    *o = (Obj){.kind = OBJ_VAR, .name = "", .type = t};
    bind_var(f, o, name, false);
    Node *id = new_(Node);
    *id = (Node){.kind = N_IDENT, .mode = MODE_VALUE, .type = t, .pos = pos};
    id->ident.obj = o;
    id->ident.name = "";
    return id;
}

/* --- what break and continue name --- */

Jump *push_jump(FuncGen *f, Node *target, bool c_breaks, bool c_loop, bool c_continue) {
    Jump j = {target, ++f->nlabel, c_breaks, c_loop, c_continue, false, false};
    push(&f->jumps, j);
    return &f->jumps.v[f->jumps.n - 1];
}

void pop_jump(FuncGen *f) {
    Jump *j = &f->jumps.v[--f->jumps.n];
    if (j->brk_used) put(f, "break_%d:;", j->id);
}

/* --- beginning and end of a function --- */

Type *result_tuple(Type *sig) {
    ObjList *r = &underlying(sig)->func.results;
    if (r->n == 0) return NULL;
    if (r->n == 1) return r->v[0]->type;
    TypeList types = {0};
    for (int i = 0; i < r->n; i++) push(&types, r->v[i]->type);
    return new_tuple(types);
}

static FuncGen *new_funcgen(Func *fn, S cname) {
    FuncGen *f = new_(FuncGen);
    f->fn = fn;
    f->cname = cname;
    f->out = &f->body;
    f->store = &f->top;
    f->indent = 1;
    return f;
}

/* The C parameter of o. A parameter that lives on the heap is copied there at entry. */
static void print_param(FuncGen *f, Buf *head, Obj *o, bool first) {
    if (!first) buf_puts(head, ", ");
    bool heap = !is_blank(o) && var_on_heap(o);
    bool moved = heap || (f->fn->inlined && !is_blank(o) && reachable(o));
    S name = new_name(f, is_blank(o) ? "p" : moved ? xprintf("%s_arg", o->name) : o->name);
    buf_puts(head, declarator(ctype(o->type), name));
    if (is_blank(o)) return;
    if (!moved) {
        bind_var(f, o, name, false);
        return;
    }
    if (!heap) {
        declare_var(f, o, name);
        return;
    }
    S var = new_name(f, o->name);
    bind_var(f, o, var, true);
    put(f, "%s *%s = gm_new_here(%s);", ctype(o->type), var, cdesc(o->type));
    put(f, "*%s = %s;", var, name);
}

static void print_params(FuncGen *f, Buf *head) {
    Func *fn = f->fn;
    bool first = true;
    if (fn->recv) {
        print_param(f, head, fn->recv, first);
        first = false;
    }
    for (int i = 0; i < fn->params.n; i++) {
        print_param(f, head, fn->params.v[i], first);
        first = false;
    }
    if (fn->inlined) {
        print_captures(f, head, first);
        return;
    }
    if (!fn->obj) {
        buf_printf(head, "%sconst gm_func *gm_c", first ? "" : ", ");
        first = false;
    }
    if (first) buf_puts(head, "void");
}

/* Result variables. In a function that defers they are members of one C variable whose address the
 * frame holds; named ones are volatile, for a deferred call sees what was assigned before a load
 * that faults, which C may move across assignments. */
static void declare_results(FuncGen *f) {
    ObjList *r = &f->fn->results;
    if (r->n == 0) return;
    if (f->frame) {
        f->result = "gm_result";
        put(f, "%s%s = %s;", f->fn->has_named_results ? "volatile " : "",
            declarator(cresult(f->fn->sig), "gm_result"), czero_init(result_tuple(f->fn->sig)));
    }
    for (int i = 0; i < r->n; i++) {
        Obj *o = r->v[i];
        if (!is_blank(o) && var_on_heap(o)) {
            declare_var(f, o, NULL);
        } else if (f->frame) {
            bind_var(f, o, r->n == 1 ? "gm_result" : xprintf("gm_result.r%d", i), false);
        } else if (f->fn->has_named_results) {
            declare_var(f, o, NULL);
        }
    }
}

static bool results_on_heap(FuncGen *f) {
    ObjList *r = &f->fn->results;
    for (int i = 0; i < r->n; i++)
        if (!is_blank(r->v[i]) && var_on_heap(r->v[i])) return true;
    return false;
}

/* The text of the function's result variables as its return value. */
static S result_value(FuncGen *f) {
    ObjList *r = &f->fn->results;
    if (f->frame && !results_on_heap(f)) return "gm_result";
    if (r->n == 1) return var_text(f, r->v[0]);
    Buf b = {0};
    for (int i = 0; i < r->n; i++) buf_printf(&b, "%s%s", i ? ", " : "", var_text(f, r->v[i]));
    return xprintf("(%s){%s}", cresult(f->fn->sig), buf_str(&b));
}

static bool needs_frame(Func *fn) {
    return fn->has_defer;
}

static void enter_frame(FuncGen *f) {
    put(f, "gm_frame gm_fr;");
    put(f, "if (gm_frame_enter(&gm_fr, %s)) goto done;", f->result ? "(void *)&gm_result" : "NULL");
}

/* `return` without operands, and the jump of the others once the results are set. */
void return_end(FuncGen *f) {
    if (f->frame)
        put(f, "goto done;");
    else if (f->fn && f->fn->results.n)
        put(f, "return %s;", result_value(f));
    else
        put(f, "return;");
}

/* The return that the body ends in, or NULL. */
static Node *last_return(Node *body) {
    if (body->block.stmts.n == 0) return NULL;
    Node *last = body->block.stmts.v[body->block.stmts.n - 1];
    return last->kind == N_RETURN ? last : NULL;
}

static void print_end(FuncGen *f, Node *body) {
    Func *fn = f->fn;
    Node *ret = last_return(body);
    /* The C compiler gives what leaves the function the line of the closing brace; Go gives it that of the return. */
    set_pos(f, ret && !f->frame ? ret->pos : body->block.rbrace);
    if (f->frame) {
        put(f, "done:;");
        put(f, "gm_frame_leave(&gm_fr);");
        if (fn->results.n) put(f, "return %s;", result_value(f));
    } else if (fn->results.n && !ret) {
        put(f, "gm_unreachable();");
    }
}

static void finish(FuncGen *f, S head) {
    ShownPos start = f->fn ? pos_shown(f->fn->decl->pos) : (ShownPos){0};
    buf_putc(&gen.code, '\n');
    if (f->fn)
        buf_printf(&gen.code, "#line %u %s\n", start.line,
                   cquote((Str){start.file, strlen(start.file)}));
    /* Other packages may have it too. */
    bool shared = f->fn && f->fn->obj && f->fn->targs.n && !*cfunc_linkage(f->fn);
    if (f->fn && f->fn->inlined)
        buf_printf(&gen.code, "GM_INLINED %s {\n", head);
    else
        buf_printf(&gen.code, "GM_GO(%s) %s%s {\n", f->cname, shared ? "GM_SHARED " : "", head);
    buf_put(&gen.code, f->top.p, f->top.n);
    f->indent = 0;
    put(f, "}");
    buf_put(&gen.code, f->body.p, f->body.n);
    if (shared) buf_printf(&gen.code, "GM_SHARE(%s);\n", f->cname);
}

static FuncGen *print_func(Func *fn, S cname) {
    FuncGen *f = new_funcgen(fn, cname);
    f->frame = needs_frame(fn);
    set_pos(f, fn->decl->pos);
    Buf head = {0};
    buf_printf(&head, "%s%s(", fn->inlined ? "" : cfunc_linkage(fn),
               declarator(cresult(fn->sig), f->cname));
    if (!fn->obj && !fn->inlined) load_captures(f);
    print_params(f, &head);
    if (fn->calls_recover_directly)
        put(f, "bool gm_may = %s;",
            fn->home ? "false" : xprintf("gm_recover_entry(%s)", cfunc_code(fn)));
    declare_results(f);
    if (f->frame) enter_frame(f);
    if (fn->frame_var) declare_var(f, fn->frame_var, "(uintptr_t)&gm_fr");
    block(f, fn->body);
    print_end(f, fn->body);
    print_many_defers(f);
    if (fn->inlined) print_slots(f, &head);
    buf_putc(&head, ')');
    finish(f, buf_str(&head));
    return f;
}

void emit_func(Func *fn) {
    if (fn->body) print_func(fn, cfunc_of(fn));
}

SlotList emit_inlined(Func *fn, S cname) {
    return print_func(fn, cname)->slots;
}

/* --- package initialisers --- */

FuncGen *init_begin(const char *cname) {
    return new_funcgen(NULL, cname);
}

void init_item(FuncGen *f, InitItem *it) {
    set_pos(f, it->pos);
    NodeList rhs = {0};
    push(&rhs, it->rhs);
    define_vars(f, &it->lhs, &rhs);
}

void init_stmt(FuncGen *f, const char *c_statement) {
    put(f, "%s", c_statement);
}

void init_end(FuncGen *f) {
    finish(f, xprintf("static void %s(void)", f->cname));
}
