/* overlay.c - single declarations of packages, replaced by Golem's.
 *
 * lib/overlay/PATH holds Go files of package PATH that are added to those of $GOROOT/src/PATH, or of wherever PATH, of
 * another module, lies. Whatever they declare at package level (functions, methods, types, variables, constants) is
 * removed from the package's own files first. So a package is taken as it stands but for the few places
 * where it knows the insides of another run time.
 *
 * A variable or constant that shares its declaration with others cannot be removed: replacing one
 * then ends in the checker's message that it is declared twice.
 */
#include "load/load.h"

static const char *base_type_name(const Node *recv) {
    const Node *t = recv->field.typ;
    for (;;) {
        if (t->kind == N_PAREN || t->kind == N_STAR)
            t = t->unary.x;
        else
            return t->kind == N_IDENT ? t->ident.name : "";
    }
}

/* "name" or "type.name" of a declaration, interned; NULL: of no interest. */
static const char *declared_name(const Node *d) {
    switch (d->kind) {
    case N_FUNC: {
        if (!d->func.name || d->func.name->kind != N_IDENT) return NULL;
        const char *name = d->func.name->ident.name;
        if (d->func.recv) return intern(xprintf("%s.%s", base_type_name(d->func.recv), name));
        return strcmp(name, "init") == 0 || strcmp(name, "_") == 0 ? NULL : intern(name);
    }
    case N_TYPE: return d->typedecl.name ? intern(d->typedecl.name->ident.name) : NULL;
    case N_VAR:
    case N_CONST: {
        if (d->var.names.n != 1) return NULL;
        const char *name = d->var.names.v[0]->ident.name;
        return strcmp(name, "_") == 0 ? NULL : intern(name);
    }
    default: return NULL;
    }
}

void overlay_names(const File *f, Map *names) {
    for (int i = 0; i < f->decls.n; i++) {
        const char *name = declared_name(f->decls.v[i]);
        if (name) map_put(names, name, f->decls.v[i]);
    }
}

void overlay_remove(File *f, Map *names) {
    int kept = 0;
    for (int i = 0; i < f->decls.n; i++) {
        Node *d = f->decls.v[i];
        const char *name = declared_name(d);
        if (!name || !map_get(names, name)) f->decls.v[kept++] = d;
    }
    f->decls.n = kept;
}
