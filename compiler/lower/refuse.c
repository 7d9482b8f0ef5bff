/* refuse.c - what Go refuses only when it generates code, after all types have been found right.
 *
 * print and println take anything by the checker's rules, but structs and arrays cannot be printed. The pass looks at
 * instances too: a type parameter may have stood for one of them.
 */
#include "lower/passes.h"

static bool printable(const Node *x) {
    TypeKind k = underlying(x->conv ? x->conv : x->type)->kind;
    return k != T_STRUCT && k != T_ARRAY;
}

static void look(Node *n, void *ctx) {
    const Package *p = ctx;
    if (n->kind == N_FUNCLIT) return; /* its body is a function of its own */
    int b = n->kind == N_CALL ? n->call.builtin - 1 : -1;
    for (int i = 0; (b == B_PRINT || b == B_PRINTLN) && i < n->call.args.n; i++) {
        const Node *x = n->call.args.v[i];
        if (!printable(x))
            errorf(n->pos, "illegal types for operand: %s\n\t%s",
                   b == B_PRINT ? "print" : "println", type_str(x->type, p));
    }
    walk_children(n, look, ctx);
}

void refuse_package(Package *p) {
    for (int i = 0; i < p->all_funcs.n; i++)
        if (p->all_funcs.v[i]->body) look(p->all_funcs.v[i]->body, p);
    for (int i = 0; i < p->init_order.n; i++) look(p->init_order.v[i].rhs, p);
}
