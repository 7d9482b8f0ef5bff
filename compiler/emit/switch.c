/* switch.c - expression and type switches.
 *
 * A switch over an integer whose cases are all constants is a C switch; so is one over a string with many of them, by
 * its place in a sorted table. Every other is a chain of
 * if and else; there break and fallthrough are jumps to labels.
 */
#include "emit/body.h"

#include <stdlib.h>

/* --- the chain --- */

typedef struct Chain {
    Node *stmt;
    NodeList *cases;
    int *label; /* of each clause's body, or 0: nothing falls into it */
    bool open;  /* an if has been printed */
} Chain;

static bool falls_through(Node *c) {
    NodeList *b = &c->case_.body;
    if (b->n == 0) return false;
    Node *last = b->v[b->n - 1];
    while (last->kind == N_LABELED && last->labeled.stmt) last = last->labeled.stmt;
    return last->kind == N_BRANCH && last->branch.br == BR_FALLTHROUGH;
}

static Chain chain_begin(FuncGen *f, Node *stmt, NodeList *cases) {
    Chain ch = {stmt, cases, alloc(sizeof(int) * (size_t)(cases->n + 1)), false};
    for (int i = 0; i + 1 < cases->n; i++)
        if (falls_through(cases->v[i])) ch.label[i + 1] = ++f->nlabel;
    push_jump(f, stmt, false, false, false);
    return ch;
}

static void chain_body(FuncGen *f, Chain *ch, int i) {
    Node *c = ch->cases->v[i];
    if (ch->label[i]) put(f, "case_%d:;", ch->label[i]);
    stmts(f, &c->case_.body);
    if (falls_through(c)) put(f, "goto case_%d;", ch->label[i + 1]);
}

static void chain_if(FuncGen *f, Chain *ch, S condition) {
    if (ch->open) {
        f->indent--;
        put(f, "} else if (%s) {", condition);
        f->indent++;
    } else {
        open_block(f, xprintf("if (%s) ", condition));
    }
    ch->open = true;
}

static void chain_else(FuncGen *f, Chain *ch) {
    if (ch->open) {
        f->indent--;
        put(f, "} else {");
        f->indent++;
    } else {
        open_block(f, "");
    }
    ch->open = true;
}

static void chain_end(FuncGen *f, Chain *ch) {
    if (ch->open) close_block(f, "");
    pop_jump(f);
}

/* --- expression switches --- */

static bool c_switch(Node *n, Type *t) {
    if (!n->switch_.tag || !is_integer(t)) return false;
    int count = 0;
    for (int i = 0; i < n->switch_.cases.n; i++) {
        Node *c = n->switch_.cases.v[i];
        for (int k = 0; k < c->case_.exprs.n; k++, count++)
            if (!c->case_.exprs.v[k]->cval) return false;
    }
    return count > 1;
}

enum { TABLE_MIN = 8 }; /* so many constant strings are looked up in a table */

/* Whether n compares a string with many constants only: a sorted table finds the case. */
static bool table_switch(Node *n, Type *t) {
    if (!n->switch_.tag || !is_string(t)) return false;
    int count = 0;
    for (int i = 0; i < n->switch_.cases.n; i++) {
        Node *c = n->switch_.cases.v[i];
        for (int k = 0; k < c->case_.exprs.n; k++, count++)
            if (!c->case_.exprs.v[k]->cval) return false;
    }
    return count >= TABLE_MIN;
}

typedef struct Entry {
    Str text;
    Node *expr;
} Entry;

/* As gm_string_find orders its table: shorter ones first. */
static int by_length(const void *x, const void *y) {
    const Str *a = &((const Entry *)x)->text, *b = &((const Entry *)y)->text;
    if (a->n != b->n) return a->n < b->n ? -1 : 1;
    return a->n ? memcmp(a->p, b->p, a->n) : 0;
}

/* The table's lookup as the switch's tag; label: expression of a case -> its index, from 1. */
static S string_table(FuncGen *f, Node *n, Type *t, Map *label) {
    VEC(Entry) table = {0};
    for (int i = 0; i < n->switch_.cases.n; i++) {
        NodeList *xs = &n->switch_.cases.v[i]->case_.exprs;
        for (int k = 0; k < xs->n; k++)
            push(&table, ((Entry){const_string_val(xs->v[k]->cval), xs->v[k]}));
    }
    qsort(table.v, (size_t)table.n, sizeof *table.v, by_length);
    S name = xprintf("gm_k%d", gen.serial++);
    buf_printf(&gen.data, "static const gm_string %s[%d] = {\n", name, table.n);
    for (int i = 0; i < table.n; i++) {
        buf_printf(&gen.data, "    {(const uint8_t *)%s, %zu},\n", cquote(table.v[i].text),
                   table.v[i].text.n);
        map_put(label, table.v[i].expr, (void *)(uintptr_t)(i + 1));
    }
    buf_puts(&gen.data, "};\n");
    return xprintf("gm_string_find(%s, %d, %s)", name, table.n,
                   unwrap(expr_root(f, n->switch_.tag, t)));
}

static void print_c_switch(FuncGen *f, Node *n, Type *t) {
    NodeList *cases = &n->switch_.cases;
    Map label = {0};
    bool table = is_string(t);
    ahead_inside(f, unparen(n->switch_.tag));
    S tag = table ? string_table(f, n, t, &label) : expr_root(f, n->switch_.tag, t);
    if (!table && unparen(n->switch_.tag)->cval)
        tag = xprintf("(%s)%s", ctype(t), tag); /* in C its type may be int */
    open_block(f, xprintf("switch (%s) ", unwrap(tag)));
    f->indent--;
    push_jump(f, n, true, false, false);
    for (int i = 0; i < cases->n; i++) {
        Node *c = cases->v[i];
        set_pos(f, c->pos);
        for (int k = 0; k < c->case_.exprs.n; k++) {
            Node *x = c->case_.exprs.v[k];
            if (table)
                put(f, "case %d:", (int)(uintptr_t)map_get(&label, x));
            else
                put(f, "case %s:", unwrap(cconst(x->cval, t)));
        }
        if (c->case_.is_default) put(f, "default:");
        open_block(f, "");
        stmts(f, &c->case_.body);
        if (!falls_through(c)) put(f, "break;");
        close_block(f, "");
    }
    f->indent++;
    close_block(f, "");
    pop_jump(f);
}

static Node *tag_name(FuncGen *f, Node *n, Type *t) {
    Node *tag = unparen(n->switch_.tag);
    ahead_inside(f, tag);
    S text = expr_raw(f, tag);
    return named_value(f, tag->cval ? text : temp(f, t, text), t, tag->pos);
}

/* tag == x, or x itself in a switch without a tag */
static S case_condition(FuncGen *f, Node *tag, Node *x) {
    Capture cap;
    capture_begin(f, &cap);
    S text;
    ahead(f, x);
    if (!tag && is_interface(unparen(x)->type)) /* the tag is the bool true */
        tag = named_value(f, "true", types_basic[T_BOOL], x->pos);
    if (!tag) {
        text = expr_value(f, x);
    } else {
        Node eq = {.kind = N_BINARY,
                   .op = OP_EQ,
                   .mode = MODE_VALUE,
                   .pos = x->pos,
                   .type = types_basic[T_BOOL]};
        eq.binary.x = tag;
        eq.binary.y = x;
        text = binary(f, &eq);
    }
    S before = capture_end(f, &cap);
    return *before ? xprintf("({ %s%s; })", before, unwrap(text)) : text;
}

static void print_chain(FuncGen *f, Node *n, Type *t) {
    NodeList *cases = &n->switch_.cases;
    Node *tag = n->switch_.tag ? tag_name(f, n, t) : NULL;
    Chain ch = chain_begin(f, n, cases);
    int dflt = -1;
    for (int i = 0; i < cases->n; i++) {
        Node *c = cases->v[i];
        if (c->case_.is_default) {
            dflt = i;
            continue;
        }
        set_pos(f, c->pos);
        Buf b = {0};
        for (int k = 0; k < c->case_.exprs.n; k++)
            buf_printf(&b, "%s%s", k ? " || " : "", case_condition(f, tag, c->case_.exprs.v[k]));
        S condition = buf_str(&b);
        chain_if(f, &ch, c->case_.exprs.n == 1 ? unwrap(condition) : condition);
        chain_body(f, &ch, i);
    }
    if (dflt >= 0) {
        set_pos(f, cases->v[dflt]->pos);
        chain_else(f, &ch);
        chain_body(f, &ch, dflt);
    }
    chain_end(f, &ch);
}

void switch_stmt(FuncGen *f, Node *n) {
    Type *t = NULL;
    open_block(f, "");
    if (n->switch_.init) stmt(f, n->switch_.init);
    set_pos(f, n->pos);
    if (n->switch_.tag) {
        t = unparen(n->switch_.tag)->type;
        if (is_untyped(t)) t = default_type(t);
    }
    if (t && (c_switch(n, t) || table_switch(n, t)))
        print_c_switch(f, n, t);
    else
        print_chain(f, n, t);
    close_block(f, "");
}

/* --- type switches --- */

static bool nil_case(Node *x) {
    x = unparen(x);
    return x->mode == MODE_NIL || (x->type && x->type->kind == T_UNTYPED_NIL);
}

static S type_condition(Node *x, S dyn) {
    if (nil_case(x)) return xprintf("%s == NULL", dyn);
    Type *t = unparen(x)->type;
    if (!is_interface(t)) return xprintf("%s == %s", dyn, cdesc(t));
    if (underlying(t)->iface.all_methods.n == 0) return xprintf("%s != NULL", dyn);
    return xprintf("gm_assert_itab2(%s, %s) != NULL", cdesc_kind(t), dyn);
}

/* The value that the clause's variable gets. */
static S bound_value(Node *c, S x, Type *xt, S dyn) {
    if (c->case_.exprs.n != 1 || nil_case(c->case_.exprs.v[0])) return x;
    Type *t = unparen(c->case_.exprs.v[0])->type;
    if (!is_interface(t)) return from_data_word(xprintf("%s.data", x), t);
    if (underlying(t)->iface.all_methods.n == 0) return as_eface(x, xt);
    return xprintf("((gm_iface){gm_assert_itab2(%s, %s), %s.data})", cdesc_kind(t), dyn, x);
}

void typeswitch_stmt(FuncGen *f, Node *n) {
    open_block(f, "");
    if (n->typeswitch.init) stmt(f, n->typeswitch.init);
    set_pos(f, n->pos);
    Node *xn = unparen(n->typeswitch.x);
    if (xn->kind == N_TYPEASSERT) xn = xn->assert_.x;
    Type *xt = value_type(xn);
    ahead_inside(f, unparen(xn));
    S x = temp(f, xt, expr_root(f, xn, xt));
    S dyn = temp_c(f, "const gm_type *", dynamic_type(x, xt));
    NodeList *cases = &n->typeswitch.cases;
    Chain ch = chain_begin(f, n, cases);
    int dflt = -1;
    for (int i = 0; i <= cases->n; i++) {
        if (i == cases->n && dflt < 0) break;
        Node *c = cases->v[i < cases->n ? i : dflt];
        if (c->case_.is_default && i < cases->n) {
            dflt = i;
            continue;
        }
        set_pos(f, c->pos);
        if (c->case_.is_default) {
            chain_else(f, &ch);
        } else {
            Buf b = {0};
            for (int k = 0; k < c->case_.exprs.n; k++)
                buf_printf(&b, "%s%s", k ? " || " : "", type_condition(c->case_.exprs.v[k], dyn));
            chain_if(f, &ch, buf_str(&b));
        }
        Obj *o = c->case_.obj;
        if (o) declare_var(f, o, bound_value(c, x, xt, dyn));
        chain_body(f, &ch, i < cases->n ? i : dflt);
    }
    chain_end(f, &ch);
    close_block(f, "");
}
