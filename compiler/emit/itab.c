/* itab.c - the methods of an interface in their order, and static itabs.
 *
 * An itab for a type and an interface known at compile time is printed in every package that needs
 * it, weakly, under a symbol made from the two types' keys; each package lists those it uses so
 * that the table at run time knows them. Methods stand in the order of Go's descriptors: exported
 * names first, then by name, then by package path.
 */
#include "emit/pkg.h"

#include <stdlib.h>

typedef struct Itab {
    Type *iface, *concrete;
    const char *sym;
} Itab;

static Map known; /* key -> symbol expression */
static VEC(Itab) pending;
NameList itabs_listed;

void itab_begin(void) {
    known = (Map){0};
    pending.n = 0;
    itabs_listed.n = 0;
}

ObjList *iface_methods(Type *iface) {
    Type *u = underlying(iface);
    complete_interface(u);
    return &u->iface.all_methods;
}

static bool same_method(const Obj *a, const Obj *b) {
    if (a == b) return true;
    if (strcmp(a->name, b->name) != 0) return false;
    return is_exported(a->name) || a->pkg == b->pkg;
}

int iface_method_index(Type *iface, Obj *method) {
    ObjList *list = iface_methods(iface);
    for (int i = 0; i < list->n; i++)
        if (same_method(list->v[i], method)) return i;
    ice(method->pos, "interface without its method %s", method->name);
}

MethodEntry *find_method_entry(Type *recv, const Obj *like) {
    MethodSet *set = method_set(recv);
    for (int i = 0; i < set->n; i++)
        if (same_method(set->v[i].method, like)) return &set->v[i];
    ice(like->pos, "%s lacks method %s", type_str(recv, NULL), like->name);
}

const char *citab(Type *iface, Type *concrete) {
    const char *key = intern(xprintf("%s|%s", type_rec(iface)->key, type_rec(concrete)->key));
    const char *expr = map_get(&known, key);
    if (expr) return expr;
    Itab it = {iface, concrete, xprintf("itab$$%016llx", (unsigned long long)text_hash(key))};
    buf_printf(&gen.decls, "extern const gm_itab %s;\n", it.sym);
    push(&pending, it);
    expr = xprintf("&%s", it.sym);
    push(&itabs_listed, expr);
    map_put(&known, key, (void *)expr);
    return expr;
}

static void print_itab(const Itab *it) {
    Buf b = {0};
    ObjList *methods = iface_methods(it->iface);
    uint64_t h = type_rec(it->concrete)->hash;
    buf_printf(&b, "\nconst gm_itab %s __attribute__((weak)) = { /* %s, %s */\n", it->sym,
               type_reflect_str(it->iface), type_reflect_str(it->concrete));
    buf_printf(&b, "    %s, %s, 0x%08xu, 0,\n    {", cdesc_kind(it->iface), cdesc(it->concrete),
               (uint32_t)(h ^ h >> 32));
    for (int i = 0; i < methods->n; i++) {
        MethodEntry *e = find_method_entry(it->concrete, methods->v[i]);
        buf_printf(&b, "(void *)%s, ", method_by_word(it->concrete, e));
    }
    buf_puts(&b, "}};\n");
    buf_put(&gen.data, b.p, b.n);
}

bool itab_flush(void) {
    if (pending.n == 0) return false;
    for (int i = 0; i < pending.n; i++) print_itab(&pending.v[i]);
    pending.n = 0;
    return true;
}
