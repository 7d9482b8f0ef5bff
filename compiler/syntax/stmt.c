/* stmt.c - statements.
 *
 * The headers of if, for and switch share one function (header), since what stands first in them
 * - a statement, a condition, a range clause - is known only by what follows it.
 */
#include "syntax/parse.h"

static Node *stmt_or_null(Parser *p);
static Node *block(Parser *p, const char *context);
static NodeList stmt_list(Parser *p);

static uint32_t offset(const Parser *p) {
    return (uint32_t)(p->s.start - p->src);
}

Node *func_body(Parser *p) {
    int errors = p->s.errors;
    p->fnest++;
    Node *b = block(p, NULL);
    p->fnest--;
    if (p->s.errors == errors) check_branches(b); /* the tree is whole */
    return b;
}

static const LeftOut *left_out_here(Parser *p) {
    const LeftOutList *l = p->left_out;
    if (!l || p->next_left_out == l->n || l->v[p->next_left_out].from != offset(p)) return NULL;
    return &l->v[p->next_left_out++];
}

Node *declared_body(Parser *p) {
    uint32_t from = offset(p);
    int before = p->file->local_types;
    const LeftOut *l = left_out_here(p);
    Node *b;
    if (l) {
        b = node_here(p, N_BLOCK);
        b->block.left_out = l;
        scan_move(&p->s, p->src + l->to, l->line, l->col);
        b->block.rbrace = tok_pos(p);
        b->block.to = l->to;
        p->file->local_types += (int)l->types;
        want(p, T_RBRACE);
    } else {
        b = func_body(p);
    }
    b->block.from = from;
    b->block.types = p->file->local_types - before;
    return b;
}

/* --- simple statements --- */

static Node *expr_stmt(Node *x) {
    Node *s = node_at(N_EXPRSTMT, x->pos);
    s->unary.x = x;
    return s;
}

/* At `range`. for_stmt() moves it to its `for`. */
static Node *range_clause(Parser *p, NodeList lhs, bool define) {
    Node *s = node_here(p, N_RANGE);
    next(p);
    if (lhs.n > 0) s->range.key = lhs.v[0];
    if (lhs.n > 1) s->range.val = lhs.v[1];
    if (lhs.n > 2) s->range.extra = lhs.v[2];
    s->range.define = define;
    s->range.x = expr(p);
    return s;
}

/* Behind a list of expressions, at = or :=. */
static Node *assignment(Parser *p, NodeList lhs, Tok keyword) {
    Pos pos = tok_pos(p);
    bool define = at(p, T_DEFINE);
    next(p);
    if (keyword == T_FOR && at(p, T_RANGE)) return range_clause(p, lhs, define);
    NodeList rhs = expr_list(p);
    if (keyword == T_SWITCH && define && lhs.n == 1 && lhs.v[0]->kind == N_IDENT && rhs.n == 1 &&
        is_type_switch_guard(rhs.v[0])) {
        Node *s = node_at(N_TYPESWITCH, rhs.v[0]->pos); /* header() takes it over */
        s->typeswitch.bind = lhs.v[0];
        s->typeswitch.x = rhs.v[0];
        return s;
    }
    Node *s = node_at(N_ASSIGN, pos);
    s->assign.lhs = lhs;
    s->assign.rhs = rhs;
    s->assign.define = define;
    return s;
}

/* lhs: expressions that have been read, or none. keyword: whose header this stands in; with T_FOR a
 * range clause is allowed, with T_SWITCH a type switch's guard. */
static Node *simple_stmt(Parser *p, NodeList lhs, Tok keyword) {
    if (keyword == T_FOR && at(p, T_RANGE)) return range_clause(p, lhs, false);
    if (lhs.n == 0) lhs = expr_list(p);
    if (at(p, T_ASSIGN) || at(p, T_DEFINE)) return assignment(p, lhs, keyword);
    if (lhs.n > 1) {
        syntax_error(p, "expected := or = or comma");
        advance(p, SET(T_SEMI) | SET(T_RBRACE));
        return expr_stmt(lhs.v[0]);
    }
    Node *x = lhs.v[0], *s;
    switch (p->s.tok) {
    case T_ASSIGNOP:
        s = node_here(p, N_ASSIGN);
        s->op = p->s.op;
        next(p);
        s->assign.lhs = lhs;
        push(&s->assign.rhs, expr(p));
        return s;
    case T_INCOP:
        s = node_here(p, N_INCDEC);
        s->op = p->s.op;
        s->unary.x = x;
        next(p);
        return s;
    case T_ARROW:
        s = node_here(p, N_SEND);
        next(p);
        s->binary.x = x;
        s->binary.y = expr(p);
        return s;
    default: return expr_stmt(x);
    }
}

/* --- headers --- */

typedef struct Header {
    Node *init, *cond,
        *post; /* init: also an N_RANGE, alone; cond of a switch: also an N_TYPESWITCH */
} Header;

static const NodeList no_exprs;

/* The expression that statement s is, as the condition or tag of keyword's header. */
static Node *as_cond(Parser *p, Node *s, Tok keyword) {
    if (s->kind == N_TYPESWITCH) {
        s->typeswitch.x = s->typeswitch.x->assert_.x;
        return s;
    }
    if (s->kind == N_EXPRSTMT) {
        Node *x = s->unary.x;
        if (keyword != T_SWITCH || !is_type_switch_guard(x)) return x;
        Node *t = node_at(N_TYPESWITCH, x->pos);
        t->typeswitch.x = x->assert_.x;
        return t;
    }
    /* Mostly = for ==: the parentheses make it stand out. */
    const char *text = expr_str(s);
    if (s->kind == N_ASSIGN && s->op == OP_NONE && !s->assign.define) {
        text =
            xprintf("assignment (%s) = (%s)", exprs_str(&s->assign.lhs), exprs_str(&s->assign.rhs));
    }
    syntax_error_at(p, s->pos, xprintf("cannot use %s as value", text));
    return NULL;
}

/* The second and third part of a for header, behind the first semicolon. */
static Node *for_clauses(Parser *p, Header *h) {
    Node *cond = NULL;
    if (!at(p, T_SEMI)) {
        if (at(p, T_LBRACE)) {
            syntax_error(p, "expected for loop condition");
            return NULL;
        }
        cond = simple_stmt(p, no_exprs, T_NONE);
    }
    want(p, T_SEMI);
    if (at(p, T_LBRACE)) return cond;
    h->post = simple_stmt(p, no_exprs, T_NONE);
    if (h->post->kind == N_ASSIGN && h->post->assign.define) {
        syntax_error_at(p, h->post->pos, "cannot declare in post statement of for loop");
    }
    return cond;
}

/* What an if header lacks a condition for: its semicolon, and how that was written. */
static Node *missing_condition(Parser *p, Pos semi, const char *text) {
    if (strcmp(text, "semicolon") == 0) {
        syntax_error_at(p, semi, "missing condition in if statement");
    } else {
        syntax_error_at(p, semi, xprintf("unexpected %s, expected { after if clause", text));
    }
    return node_at(N_BADEXPR, semi);
}

/* Behind the keyword, not at `{`. */
static void header_parts(Parser *p, Tok keyword, Header *h) {
    if (!at(p, T_SEMI)) {
        if (got(p, T_VAR)) {
            syntax_error(
                p, xprintf("var declaration not allowed in %s initializer", tok_str(keyword)));
        }
        h->init = simple_stmt(p, no_exprs, keyword);
        if (h->init->kind == N_RANGE) return;
    }
    if (at(p, T_LBRACE)) { /* what came first was the condition */
        if (h->init) h->cond = as_cond(p, h->init, keyword);
        h->init = NULL;
        return;
    }
    Pos semi = {0};
    const char *semi_text = NULL;
    if (at(p, T_SEMI)) {
        semi = tok_pos(p);
        semi_text = p->s.text;
        next(p);
    } else {
        want(p, T_LBRACE); /* a better guess than a semicolon */
        if (!at(p, T_LBRACE)) advance(p, SET(T_LBRACE) | SET(T_RBRACE));
    }
    Node *cond = NULL;
    if (keyword == T_FOR) {
        cond = for_clauses(p, h);
    } else if (!at(p, T_LBRACE)) {
        cond = simple_stmt(p, no_exprs, keyword);
    }
    if (cond) {
        h->cond = as_cond(p, cond, keyword);
    } else if (keyword == T_IF && semi_text) {
        h->cond = missing_condition(p, semi, semi_text);
    }
}

static Header header(Parser *p, Tok keyword) {
    Header h = {0};
    want(p, keyword);
    if (at(p, T_LBRACE)) {
        if (keyword == T_IF) {
            syntax_error(p, "missing condition in if statement");
            h.cond = bad_expr(p);
        }
        return h;
    }
    int outer = p->xnest;
    p->xnest = -1;
    header_parts(p, keyword, &h);
    p->xnest = outer;
    if (h.init && h.init->kind == N_TYPESWITCH) h.init = expr_stmt(h.init->typeswitch.x);
    return h;
}

/* --- compound statements --- */

/* context: what the block belongs to, or NULL at `{`. */
static Node *block(Parser *p, const char *context) {
    Node *s = node_here(p, N_BLOCK);
    if (!got(p, T_LBRACE)) {
        syntax_error(p, xprintf("expected { after %s", context ? context : "function"));
        advance(p, SET(T_NAME) | SET(T_RBRACE));
        s->block.rbrace = tok_pos(p);
        if (got(p, T_RBRACE)) return s;
    }
    s->block.stmts = stmt_list(p);
    s->block.rbrace = tok_pos(p);
    s->block.to = offset(p);
    want(p, T_RBRACE);
    return s;
}

static Node *for_stmt(Parser *p) {
    Pos pos = tok_pos(p);
    Header h = header(p, T_FOR);
    Node *body = block(p, "for clause");
    if (h.init && h.init->kind == N_RANGE) {
        h.init->pos = pos;
        h.init->range.body = body;
        return h.init;
    }
    Node *s = node_at(N_FOR, pos);
    s->for_.init = h.init;
    s->for_.cond = h.cond;
    s->for_.post = h.post;
    s->for_.body = body;
    return s;
}

static Node *if_stmt(Parser *p) {
    Node *s = node_here(p, N_IF);
    Nest n;
    if (!nest_enter(p, &n)) return s;
    Header h = header(p, T_IF);
    s->if_.init = h.init;
    s->if_.cond = h.cond ? h.cond : bad_expr(p);
    s->if_.then = block(p, "if clause");
    if (got(p, T_ELSE)) {
        if (at(p, T_IF)) {
            s->if_.els = if_stmt(p);
        } else if (at(p, T_LBRACE)) {
            s->if_.els = block(p, NULL);
        } else {
            syntax_error(p, "else must be followed by if or statement block");
            advance(p, SET(T_NAME) | SET(T_RBRACE));
        }
    }
    nest_leave(p, n);
    return s;
}

static Node *case_clause(Parser *p) {
    Node *c = node_here(p, N_CASE);
    if (got(p, T_CASE)) {
        c->case_.exprs = expr_list(p);
    } else if (got(p, T_DEFAULT)) {
        c->case_.is_default = true;
    } else {
        syntax_error(p, "expected case or default or }");
        advance(p, SET(T_COLON) | SET(T_CASE) | SET(T_DEFAULT) | SET(T_RBRACE));
    }
    c->case_.colon = tok_pos(p);
    want(p, T_COLON);
    c->case_.body = stmt_list(p);
    return c;
}

/* Which statements may stand in a case is for the checker to say. */
static Node *comm_clause(Parser *p) {
    Node *c = node_here(p, N_COMM);
    if (got(p, T_CASE)) {
        c->comm.comm = simple_stmt(p, no_exprs, T_NONE);
    } else if (!got(p, T_DEFAULT)) {
        syntax_error(p, "expected case or default or }");
        advance(p, SET(T_COLON) | SET(T_CASE) | SET(T_DEFAULT) | SET(T_RBRACE));
    }
    c->comm.colon = tok_pos(p);
    want(p, T_COLON);
    c->comm.body = stmt_list(p);
    return c;
}

/* "{" clauses "}" . Returns the position of the closing brace. */
static Pos clauses(Parser *p, const char *missing, Node *(*clause)(Parser *p), NodeList *to) {
    if (!got(p, T_LBRACE)) {
        syntax_error(p, missing);
        advance(p, SET(T_CASE) | SET(T_DEFAULT) | SET(T_RBRACE));
    }
    while (!at(p, T_EOF) && !at(p, T_RBRACE)) push(to, clause(p));
    Pos end = tok_pos(p);
    want(p, T_RBRACE);
    return end;
}

static Node *switch_stmt(Parser *p) {
    Pos pos = tok_pos(p);
    Header h = header(p, T_SWITCH);
    NodeList cases = {0};
    Pos rbrace = clauses(p, "missing { after switch clause", case_clause, &cases);
    if (h.cond && h.cond->kind == N_TYPESWITCH) {
        Node *s = h.cond;
        s->pos = pos;
        s->typeswitch.init = h.init;
        s->typeswitch.cases = cases;
        s->typeswitch.rbrace = rbrace;
        return s;
    }
    Node *s = node_at(N_SWITCH, pos);
    s->switch_.init = h.init;
    s->switch_.tag = h.cond;
    s->switch_.cases = cases;
    s->switch_.rbrace = rbrace;
    return s;
}

static Node *select_stmt(Parser *p) {
    Node *s = node_here(p, N_SELECT);
    want(p, T_SELECT);
    s->select.rbrace = clauses(p, "missing { after select clause", comm_clause, &s->select.cases);
    return s;
}

/* --- other statements --- */

/* Behind the label, at the colon. */
static Node *labeled_stmt_or_null(Parser *p, Node *label) {
    Node *s = node_here(p, N_LABELED);
    s->labeled.label = label;
    want(p, T_COLON);
    if (at(p, T_RBRACE)) { /* `L: }` labels an empty statement */
        s->labeled.stmt = node_here(p, N_EMPTY);
        return s;
    }
    s->labeled.stmt = stmt_or_null(p);
    if (s->labeled.stmt) return s;
    syntax_error_at(p, s->pos, "missing statement after label");
    return NULL;
}

static Node *decl_stmt(Parser *p, DeclFn *f) {
    Node *s = node_here(p, N_DECLSTMT);
    next(p);
    decl_group(p, &s->declstmt.decls, f);
    return s;
}

/* go or defer */
static Node *call_stmt(Parser *p, NodeKind kind) {
    Node *s = node_here(p, kind);
    const char *keyword = tok_str(p->s.tok);
    next(p);
    Node *x = primary_expr(p, NULL);
    Node *inner = unparen(x);
    if (inner != x) {
        scan_error(&p->s, x->pos, "expression in %s must not be parenthesized", keyword);
        x = inner;
    }
    s->unary.x = x;
    return s;
}

static Node *branch_stmt(Parser *p, BranchKind kind) {
    Node *s = node_here(p, N_BRANCH);
    s->branch.br = kind;
    next(p);
    bool may = kind == BR_BREAK || kind == BR_CONTINUE;
    if (kind == BR_GOTO || (may && at(p, T_NAME))) s->branch.label = name(p);
    return s;
}

static Node *return_stmt(Parser *p) {
    Node *s = node_here(p, N_RETURN);
    next(p);
    if (!at(p, T_SEMI) && !at(p, T_RBRACE)) s->ret.results = expr_list(p);
    return s;
}

static bool is_unary_op(Op op) {
    return op == OP_ADD || op == OP_SUB || op == OP_MUL || op == OP_AND || op == OP_XOR ||
           op == OP_NOT;
}

static Node *stmt_at_token(Parser *p) {
    switch (p->s.tok) {
    case T_VAR: return decl_stmt(p, var_decl);
    case T_CONST: return decl_stmt(p, const_decl);
    case T_TYPE: return decl_stmt(p, type_decl);
    default: clear_pragmas(p);
    }
    switch (p->s.tok) {
    case T_NAME: {
        NodeList lhs = expr_list(p);
        if (lhs.n == 1 && lhs.v[0]->kind == N_IDENT && at(p, T_COLON)) {
            return labeled_stmt_or_null(p, lhs.v[0]);
        }
        return simple_stmt(p, lhs, T_NONE);
    }
    case T_OPERATOR:
    case T_STAR: return is_unary_op(p->s.op) ? simple_stmt(p, no_exprs, T_NONE) : NULL;
    case T_LITERAL:
    case T_FUNC:
    case T_LPAREN:
    case T_LBRACK:
    case T_STRUCT:
    case T_MAP:
    case T_CHAN:
    case T_INTERFACE:
    case T_ARROW: return simple_stmt(p, no_exprs, T_NONE);
    case T_LBRACE: return block(p, NULL);
    case T_FOR: return for_stmt(p);
    case T_SWITCH: return switch_stmt(p);
    case T_SELECT: return select_stmt(p);
    case T_IF: return if_stmt(p);
    case T_FALLTHROUGH: return branch_stmt(p, BR_FALLTHROUGH);
    case T_BREAK: return branch_stmt(p, BR_BREAK);
    case T_CONTINUE: return branch_stmt(p, BR_CONTINUE);
    case T_GOTO: return branch_stmt(p, BR_GOTO);
    case T_GO: return call_stmt(p, N_GO);
    case T_DEFER: return call_stmt(p, N_DEFER);
    case T_RETURN: return return_stmt(p);
    case T_SEMI: return node_here(p, N_EMPTY);
    default: return NULL;
    }
}

static Node *stmt_or_null(Parser *p) {
    Nest n;
    if (!nest_enter(p, &n)) return NULL;
    Node *s = stmt_at_token(p);
    nest_leave(p, n);
    return s;
}

static NodeList stmt_list(Parser *p) {
    NodeList l = {0};
    while (!at(p, T_EOF) && !at(p, T_RBRACE) && !at(p, T_CASE) && !at(p, T_DEFAULT)) {
        Node *s = stmt_or_null(p);
        clear_pragmas(p);
        if (!s) break;
        push(&l, s);
        if (got(p, T_SEMI) || at(p, T_RBRACE)) continue;
        syntax_error(p, "at end of statement");
        advance(p, SET(T_SEMI) | SET(T_RBRACE) | SET(T_CASE) | SET(T_DEFAULT));
        got(p, T_SEMI); /* or it would be an empty statement */
    }
    return l;
}
