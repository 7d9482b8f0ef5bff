/* ahead.c - the parts of a statement that are computed before the rest, each into a temporary.
 *
 * Which they are is marked on the tree (lower/order.c). Here they are printed, operands before what uses
 * them; from then on their text is the temporary's name.
 */
#include "emit/body.h"
#include "lower/order.h"

S early_name(FuncGen *f, Node *n) {
    return n->early ? map_get(&f->early, n) : NULL;
}

void ahead_inside(FuncGen *f, Node *n) {
    if (!n || n->cval || !n->early_inside) return;
    NodeList xs = {0};
    order_operands(n, &xs);
    for (int i = 0; i < xs.n; i++) ahead(f, xs.v[i]);
}

void ahead(FuncGen *f, Node *n) {
    if (!n || n->cval || !(n->early || n->early_inside)) return;
    ahead_inside(f, n);
    if (!n->early || early_name(f, n)) return;
    S name = expr_temp(f, n);
    map_put(&f->early, n, (void *)name);
}

void ahead_list(FuncGen *f, NodeList *l) {
    for (int i = 0; i < l->n; i++) ahead(f, l->v[i]);
}
