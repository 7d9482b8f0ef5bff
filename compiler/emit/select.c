/* select.c - select.
 *
 * Channels and the values to be sent are evaluated in source order, into an array that has the
 * sends first. The runtime chooses; a C switch enters the clause. With one case no array is needed.
 */
#include "emit/body.h"

typedef struct Comm {
    Node *clause;
    Node *chan;
    Node *sent;   /* send: the value */
    Node *assign; /* receive: N_ASSIGN, or NULL */
    Type *elem;
    S c, elem_name; /* elem_name NULL: the value received is not wanted */
    int index;      /* in the array */
} Comm;

static Comm read_comm(Node *clause) {
    Comm m = {.clause = clause};
    Node *s = clause->comm.comm;
    if (s->kind == N_SEND) {
        m.chan = s->binary.x;
        m.sent = s->binary.y;
    } else {
        Node *r = s->kind == N_ASSIGN ? s->assign.rhs.v[0] : s->unary.x;
        m.chan = unparen(r)->unary.x;
        if (s->kind == N_ASSIGN) m.assign = s;
    }
    m.elem = underlying(m.chan->type)->chan.elem;
    return m;
}

static void evaluate(FuncGen *f, Comm *m) {
    set_pos(f, m->clause->pos);
    ahead_inside(f, unparen(m->chan));
    m->c = temp(f, m->chan->type, expr_root(f, m->chan, m->chan->type));
    if (m->sent) {
        ahead_inside(f, unparen(m->sent));
        m->elem_name = temp(f, m->elem, expr_root(f, m->sent, m->elem));
    } else if (m->assign) {
        m->elem_name = new_temp(f);
        put(f, "%s;", declarator(ctype(m->elem), m->elem_name));
    }
}

static S elem_address(Comm *m) {
    return m->elem_name ? xprintf("&%s", m->elem_name) : "NULL";
}

static void set_variable(FuncGen *f, Node *assign, int i, S value, Type *t) {
    if (i >= assign->assign.lhs.n) return;
    Node *l = unparen(assign->assign.lhs.v[i]);
    bool is_new = assign->assign.define && l->kind == N_IDENT && l->ident.obj &&
                  pos_cmp(l->ident.obj->pos, l->pos) == 0;
    if (is_new)
        declare_var(f, l->ident.obj, convert(f, value, t, l->ident.obj->type, l));
    else
        assign_to(f, l, value, t);
}

static void clause_body(FuncGen *f, Comm *m, S ok) {
    if (m->assign) {
        set_pos(f, m->assign->pos);
        set_variable(f, m->assign, 0, m->elem_name, m->elem);
        set_variable(f, m->assign, 1, ok, types_basic[T_BOOL]);
    }
    if (m->elem_name) forget(f, m->elem_name, m->elem);
    stmts(f, &m->clause->comm.body);
}

static void select_none(FuncGen *f, Node *n, Node *dflt) {
    if (!dflt) {
        put(f, "gm_block();");
        return;
    }
    push_jump(f, n, false, false, false);
    open_block(f, "");
    stmts(f, &dflt->comm.body);
    close_block(f, "");
    pop_jump(f);
}

static void select_one(FuncGen *f, Node *n, Comm *m, Node *dflt) {
    evaluate(f, m);
    set_pos(f, n->pos);
    S ok = new_temp(f);
    push_jump(f, n, false, false, false);
    if (!m->sent) put(f, "bool %s;", ok);
    if (!dflt) {
        put(f, m->sent ? "%2$sgm_go_chan_send(%1$s, %3$s);" : "%2$s = gm_chan_recv(%1$s, %3$s);",
            m->c, m->sent ? "" : ok, elem_address(m));
        open_block(f, "");
    } else if (m->sent) {
        open_block(f, xprintf("if (gm_go_chan_try_send(%s, %s)) ", m->c, elem_address(m)));
    } else {
        open_block(f, xprintf("if (gm_go_chan_try_recv(%s, %s, &%s)) ", m->c, elem_address(m), ok));
    }
    clause_body(f, m, ok);
    if (dflt) {
        f->indent--;
        put(f, "} else {");
        f->indent++;
        stmts(f, &dflt->comm.body);
    }
    close_block(f, "");
    pop_jump(f);
}

static void select_many(FuncGen *f, Node *n, Comm *ms, int count, Node *dflt) {
    int sends = 0, recvs = 0;
    for (int i = 0; i < count; i++) {
        evaluate(f, &ms[i]);
        if (ms[i].sent) ms[i].index = sends++;
    }
    for (int i = 0; i < count; i++)
        if (!ms[i].sent) ms[i].index = sends + recvs++;
    set_pos(f, n->pos);
    S array = new_temp(f), ok = new_temp(f);
    Buf b = {0};
    for (int i = 0; i < count; i++)
        buf_printf(&b, "%s[%d] = {%s, %s}", i ? ", " : "", ms[i].index, ms[i].c,
                   elem_address(&ms[i]));
    put(f, "gm_scase %s[] = {%s};", array, buf_str(&b));
    put(f, "bool %s;", ok);
    open_block(f, xprintf("switch (gm_go_select(%s, %d, %d, %s, &%s)) ", array, sends, recvs,
                          dflt ? "false" : "true", ok));
    f->indent--;
    push_jump(f, n, true, false, false);
    for (int i = 0; i < count; i++) {
        set_pos(f, ms[i].clause->pos);
        open_block(f, xprintf("case %d: ", ms[i].index));
        clause_body(f, &ms[i], ok);
        put(f, "break;");
        close_block(f, "");
    }
    if (dflt) {
        open_block(f, "default: ");
        stmts(f, &dflt->comm.body);
        put(f, "break;");
        close_block(f, "");
    }
    f->indent++;
    close_block(f, "");
    pop_jump(f);
}

void select_stmt(FuncGen *f, Node *n) {
    NodeList *cases = &n->select.cases;
    Comm *ms = alloc(sizeof(Comm) * (size_t)(cases->n + 1));
    Node *dflt = NULL;
    int count = 0;
    for (int i = 0; i < cases->n; i++) {
        if (cases->v[i]->comm.comm)
            ms[count++] = read_comm(cases->v[i]);
        else
            dflt = cases->v[i];
    }
    open_block(f, "");
    if (count == 0)
        select_none(f, n, dflt);
    else if (count == 1)
        select_one(f, n, ms, dflt);
    else
        select_many(f, n, ms, count, dflt);
    close_block(f, "");
}
