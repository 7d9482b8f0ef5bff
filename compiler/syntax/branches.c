/* branches.c - labels and branches of one function body: every break, continue, goto and
 * fallthrough gets its target; what has none is reported, and labels that are defined twice or
 * never used.
 *
 * A walk over the statements with a chain of blocks. A goto to a label that has not been seen yet
 * stays open and rises from block to block until the label is declared in a block around it; then
 * it may not have passed the declaration of a variable in that block. What is open at the end jumps
 * into a block or nowhere.
 *
 * The parser calls it for every body it has found no error in.
 */
#include "syntax/ast.h"

typedef struct Block {
    struct Block *parent;
    Pos start;
    Node *labelled; /* the N_LABELED whose statement this block belongs to, or NULL */
} Block;

typedef struct Label {
    Block *parent; /* block that declares it */
    Node *stmt;    /* N_LABELED */
    bool used;
} Label;

/* A goto that looks for its label further on. */
typedef struct Forward {
    Node *branch;
    bool over_var; /* a variable has been declared since, in the block in hand */
} Forward;

typedef VEC(Forward) ForwardList;

/* What break and continue mean at a place. */
typedef struct Targets {
    Node *breaks, *continues;
    NodeList cases; /* of the switch directly around */
    int index;      /* which of them; -1: not directly in a case */
} Targets;

typedef struct Walk {
    Map labels; /* name -> Label */
} Walk;

/* A statement list in progress. */
typedef struct Body {
    Walk *w;
    Block *block;
    ForwardList forwards;
    Pos var_pos; /* last variable declaration seen in this block */
    const char *var_name;
} Body;

static ForwardList walk_block(Walk *w, Block *parent, Targets t, Node *labelled, Pos start,
                              NodeList stmts);

static Label *declare_label(Body *b, Node *s) {
    Node *id = s->labeled.label;
    Label *old = map_get(&b->w->labels, id->ident.name);
    if (old) {
        errorf(id->pos, "label %s already defined at %s", id->ident.name,
               pos_str(old->stmt->labeled.label->pos));
        return old;
    }
    Label *l = new_(Label);
    *l = (Label){b->block, s, false};
    map_put(&b->w->labels, id->ident.name, l);
    return l;
}

static void resolve_forwards(Body *b, Label *l, Node *s) {
    int kept = 0;
    for (int i = 0; i < b->forwards.n; i++) {
        Forward f = b->forwards.v[i];
        Node *id = f.branch->branch.label;
        if (id->ident.name != s->labeled.label->ident.name) {
            b->forwards.v[kept++] = f;
            continue;
        }
        f.branch->branch.target = s;
        l->used = true;
        if (f.over_var)
            errorf(id->pos, "goto %s jumps over declaration of %s at %s", id->ident.name,
                   b->var_name, pos_str(b->var_pos));
    }
    b->forwards.n = kept;
}

static void note_var(Body *b, Pos pos, const char *name) {
    b->var_pos = pos;
    b->var_name = name;
    for (int i = 0; i < b->forwards.n; i++) b->forwards.v[i].over_var = true;
}

static void inner_block(Body *b, Targets t, Node *labelled, Pos start, NodeList stmts) {
    ForwardList open = walk_block(b->w, b->block, t, labelled, start, stmts);
    for (int i = 0; i < open.n; i++) {
        Forward f = {open.v[i].branch, false};
        push(&b->forwards, f);
    }
}

/* --- branches --- */

static void check_fallthrough(Targets *t, Node *s, bool last) {
    const char *msg = "fallthrough statement out of place";
    if (t->breaks && t->breaks->kind == N_TYPESWITCH) {
        msg = "cannot fallthrough in type switch";
    } else if (t->breaks && t->breaks->kind == N_SWITCH && t->index >= 0 && last) {
        if (t->index + 1 < t->cases.n) {
            s->branch.target = t->cases.v[t->index + 1];
            return;
        }
        msg = "cannot fallthrough final case in switch";
    }
    errorf(s->pos, "%s", msg);
}

static void check_plain_branch(Targets *t, Node *s, bool last) {
    switch (s->branch.br) {
    case BR_BREAK:
        s->branch.target = t->breaks;
        if (!t->breaks) errorf(s->pos, "break is not in a loop, switch, or select");
        break;
    case BR_CONTINUE:
        s->branch.target = t->continues;
        if (!t->continues) errorf(s->pos, "continue is not in a loop");
        break;
    case BR_FALLTHROUGH: check_fallthrough(t, s, last); break;
    default: break;
    }
}

static bool is_loop(const Node *s) {
    return s && (s->kind == N_FOR || s->kind == N_RANGE);
}

static bool is_breakable(const Node *s) {
    return is_loop(s) ||
           (s && (s->kind == N_SWITCH || s->kind == N_TYPESWITCH || s->kind == N_SELECT));
}

/* break L and continue L: L must label a statement around the place. */
static void check_labelled_exit(Body *b, Node *s, bool is_continue) {
    const char *what = is_continue ? "continue" : "break";
    Node *id = s->branch.label;
    Label *l = map_get(&b->w->labels, id->ident.name);
    if (!l) {
        errorf(id->pos, "%s label not defined: %s", what, id->ident.name);
        return;
    }
    l->used = true;
    for (Block *k = b->block; k; k = k->parent) {
        if (k->labelled != l->stmt) continue;
        Node *target = l->stmt->labeled.stmt;
        if (is_continue ? !is_loop(target) : !is_breakable(target)) break;
        s->branch.target = target;
        return;
    }
    errorf(id->pos, "invalid %s label %s", what, id->ident.name);
}

static void check_goto(Body *b, Node *s) {
    Label *l = map_get(&b->w->labels, s->branch.label->ident.name);
    if (l) {
        l->used = true;
        for (Block *k = b->block; k; k = k->parent) {
            if (k != l->parent) continue;
            s->branch.target = l->stmt;
            return;
        }
    }
    Forward f = {s, false};
    push(&b->forwards, f);
}

static void check_branch(Body *b, Targets *t, Node *s, bool last) {
    if (!s->branch.label)
        check_plain_branch(t, s, last);
    else if (s->branch.br == BR_GOTO)
        check_goto(b, s);
    else
        check_labelled_exit(b, s, s->branch.br == BR_CONTINUE);
}

/* --- statements --- */

static void walk_cases(Body *b, Targets t, Node *labelled, Node *s, NodeList cases) {
    t.breaks = s;
    t.cases = cases;
    for (int i = 0; i < cases.n; i++) {
        Node *k = cases.v[i];
        t.index = s->kind == N_SELECT ? -1 : i;
        inner_block(b, t, labelled, k->pos, k->kind == N_COMM ? k->comm.body : k->case_.body);
    }
}

static void walk_loop(Body *b, Node *labelled, Node *s, Node *body) {
    Targets t = {.breaks = s, .continues = s, .index = -1};
    if (body) inner_block(b, t, labelled, body->pos, body->block.stmts);
}

static void walk_if(Body *b, Targets t, Node *labelled, Node *s) {
    t.index = -1;
    if (s->if_.then) inner_block(b, t, labelled, s->if_.then->pos, s->if_.then->block.stmts);
    if (!s->if_.els) return;
    NodeList els = {&s->if_.els, 1, 1};
    inner_block(b, t, labelled, s->if_.els->pos, els);
}

static void note_var_decls(Body *b, Node *s) {
    for (int i = 0; i < s->declstmt.decls.n; i++) {
        Node *d = s->declstmt.decls.v[i];
        if (d->kind != N_VAR || d->var.names.n == 0) continue;
        note_var(b, d->pos, d->var.names.v[0]->ident.name);
        return;
    }
}

static void walk_stmt(Body *b, Targets t, Node *s, bool last) {
    Node *labelled = NULL;
    while (s && s->kind == N_LABELED) {
        if (strcmp(s->labeled.label->ident.name, "_") != 0) {
            resolve_forwards(b, declare_label(b, s), s);
            labelled = s;
        }
        s = s->labeled.stmt;
    }
    if (!s) return;
    switch (s->kind) {
    case N_DECLSTMT: note_var_decls(b, s); break;
    case N_ASSIGN:
        if (s->assign.define) note_var(b, s->pos, exprs_str(&s->assign.lhs));
        break;
    case N_BRANCH: check_branch(b, &t, s, last); break;
    case N_BLOCK:
        t.index = -1;
        inner_block(b, t, labelled, s->pos, s->block.stmts);
        break;
    case N_IF: walk_if(b, t, labelled, s); break;
    case N_FOR: walk_loop(b, labelled, s, s->for_.body); break;
    case N_RANGE: walk_loop(b, labelled, s, s->range.body); break;
    case N_SWITCH: walk_cases(b, t, labelled, s, s->switch_.cases); break;
    case N_TYPESWITCH: walk_cases(b, t, labelled, s, s->typeswitch.cases); break;
    case N_SELECT: walk_cases(b, t, labelled, s, s->select.cases); break;
    default: break;
    }
}

/* Returns the gotos that have not found their label in this list. */
static ForwardList walk_block(Walk *w, Block *parent, Targets t, Node *labelled, Pos start,
                              NodeList stmts) {
    Block *block = new_(Block); /* labels keep it */
    *block = (Block){parent, start, labelled};
    Body b = {.w = w, .block = block};
    while (stmts.n > 0 && stmts.v[stmts.n - 1]->kind == N_EMPTY) stmts.n--;
    for (int i = 0; i < stmts.n; i++) walk_stmt(&b, t, stmts.v[i], i + 1 == stmts.n);
    return b.forwards;
}

void check_branches(Node *body) {
    Walk w = {0};
    Targets none = {.index = -1};
    ForwardList open = walk_block(&w, NULL, none, NULL, body->pos, body->block.stmts);
    for (int i = 0; i < open.n; i++) {
        Node *id = open.v[i].branch->branch.label;
        Label *l = map_get(&w.labels, id->ident.name);
        if (!l) {
            errorf(id->pos, "label %s not defined", id->ident.name);
            continue;
        }
        l->used = true;
        errorf(id->pos, "goto %s jumps into block starting at %s", id->ident.name,
               pos_str(l->parent->start));
    }
    for (int i = 0; i < w.labels.n; i++) {
        Label *l = w.labels.vals[i];
        l->stmt->labeled.used = l->used;
        if (!l->used)
            errorf(l->stmt->labeled.label->pos, "label %s defined and not used",
                   l->stmt->labeled.label->ident.name);
    }
}
