/* return.c - whether a statement list ends in a terminating statement, as the language defines it:
 * what decides about "missing return". Purely a question about the syntax, but for calls of the
 * predeclared panic, which the checker has marked.
 */
#include "check/exprs.h"

static bool has_break_list(NodeList list, const char *label, bool implicit);

/* Whether s contains a break that refers to the statement labelled `label` (or "": none) or, if
 * implicit is set, an unlabelled one that refers to the innermost statement outside s. */
static bool has_break(Node *s, const char *label, bool implicit) {
    NodeList cases = {0};
    if (!s) return false;
    switch (s->kind) {
    case N_LABELED: return has_break(s->labeled.stmt, label, implicit);
    case N_BRANCH:
        if (s->branch.br != BR_BREAK) return false;
        if (!s->branch.label) return implicit;
        return strcmp(s->branch.label->ident.name, label) == 0;
    case N_BLOCK: return has_break_list(s->block.stmts, label, implicit);
    case N_IF:
        return has_break(s->if_.then, label, implicit) || has_break(s->if_.els, label, implicit);
    case N_SWITCH: cases = s->switch_.cases; break;
    case N_TYPESWITCH: cases = s->typeswitch.cases; break;
    case N_SELECT: cases = s->select.cases; break;
    case N_FOR: return *label && has_break(s->for_.body, label, false);
    case N_RANGE: return *label && has_break(s->range.body, label, false);
    default: return false;
    }
    for (int i = 0; *label && i < cases.n; i++) {
        Node *k = cases.v[i];
        if (has_break_list(k->kind == N_COMM ? k->comm.body : k->case_.body, label, false))
            return true;
    }
    return false;
}

static bool has_break_list(NodeList list, const char *label, bool implicit) {
    for (int i = 0; i < list.n; i++)
        if (has_break(list.v[i], label, implicit)) return true;
    return false;
}

static bool is_terminating_list(NodeList list) {
    int n = list.n;
    while (n > 0 && list.v[n - 1]->kind == N_EMPTY) n--;
    return n > 0 && is_terminating(list.v[n - 1], "");
}

static bool is_terminating_switch(NodeList cases, const char *label) {
    bool has_default = false;
    for (int i = 0; i < cases.n; i++) {
        Node *k = cases.v[i];
        if (k->case_.is_default) has_default = true;
        if (!is_terminating_list(k->case_.body) || has_break_list(k->case_.body, label, true))
            return false;
    }
    return has_default;
}

static bool is_terminating_select(NodeList cases, const char *label) {
    for (int i = 0; i < cases.n; i++) {
        NodeList body = cases.v[i]->comm.body;
        if (!is_terminating_list(body) || has_break_list(body, label, true)) return false;
    }
    return true;
}

/* label: that of s, or "". */
bool is_terminating(Node *s, const char *label) {
    if (!s) return false;
    switch (s->kind) {
    case N_LABELED: return is_terminating(s->labeled.stmt, s->labeled.label->ident.name);
    case N_EXPRSTMT: {
        Node *call = unparen(s->unary.x);
        return call->kind == N_CALL && call->call.builtin == B_PANIC + 1;
    }
    case N_RETURN: return true;
    case N_BRANCH: return s->branch.br == BR_GOTO || s->branch.br == BR_FALLTHROUGH;
    case N_BLOCK: return is_terminating_list(s->block.stmts);
    case N_IF:
        return s->if_.els && is_terminating(s->if_.then, "") && is_terminating(s->if_.els, "");
    case N_SWITCH: return is_terminating_switch(s->switch_.cases, label);
    case N_TYPESWITCH: return is_terminating_switch(s->typeswitch.cases, label);
    case N_SELECT: return is_terminating_select(s->select.cases, label);
    case N_FOR: return !s->for_.cond && !has_break(s->for_.body, label, true);
    default: return false;
    }
}
