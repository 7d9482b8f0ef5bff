/* resolve.c - the objects of a package: what its files declare, import, and leave unused.
 *
 * Every file has a scope of its own for its imports, a child of the package's scope; declarations
 * are checked in the scope of their file. A dot import puts the other package's exported objects
 * themselves into the file's scope.
 */
#include "check/decls.h"
#include "syntax/unicode.h"

/* --- imports --- */

static bool valid_import_path(Checker *c, Node *lit, Str path) {
    if (path.n == 0) {
        err_node(c, lit, "invalid import path (empty string)");
        return false;
    }
    for (size_t i = 0; i < path.n;) {
        uint32_t r;
        int n = utf8_decode(path.p + i, path.n - i, &r);
        bool bad = r == UNI_BAD || r <= ' ' || !uni_is_print(r) ||
                   (r < 0x80 && strchr("!\"#$%&'()*,:;<=>?[\\]^{|}`", (int)r));
        if (bad) {
            bool shown = uni_is_print(r);
            char *text = shown ? xprintf(" '%.*s'", n, path.p + i) : "";
            err_node(c, lit, "invalid import path (invalid character U+%04X%s)", r, text);
            return false;
        }
        i += (size_t)n;
    }
    return true;
}

/* Stands for a package that could not be imported: no error follows from what it lacks. */
static Package *fake_package(const char *path) {
    Package *p = new_(Package);
    const char *slash = strrchr(path, '/');
    p->path = path;
    p->name = intern(slash && slash[1] ? slash + 1 : path);
    p->scope = new_scope(universe, NULL);
    p->fake = p->complete = true;
    return p;
}

/* The path without empty, "." and ".." elements, as a compiler that opens files would want it. */
static char *clean_path(const char *path) {
    VEC(char *) parts = {0};
    char *copy = xstrdup(path), *rest = copy, *part;
    while ((part = strsep(&rest, "/"))) {
        if (!*part || strcmp(part, ".") == 0) continue;
        bool up = strcmp(part, "..") == 0;
        if (up && parts.n > 0 && strcmp(parts.v[parts.n - 1], "..") != 0)
            parts.n--;
        else
            push(&parts, part);
    }
    Buf b = {0};
    for (int i = 0; i < parts.n; i++) buf_printf(&b, i ? "/%s" : "%s", parts.v[i]);
    return b.n ? buf_str(&b) : xstrdup(".");
}

/* What is wrong with a path that names no package on any system; NULL if nothing. */
static char *path_problem(const char *path) {
    if (strcmp(path, "main") == 0) return "cannot import \"main\"";
    if (path[0] == '/') return "import path cannot be absolute path";
    if (path[0] == '.') return NULL; /* relative to the directory: the importer's business */
    char *clean = clean_path(path);
    if (strcmp(clean, path) == 0) return NULL;
    return xprintf("non-canonical import path \"%s\" (should be \"%s\")", path, clean);
}

static Package *import_package(Checker *c, Node *lit, const char *path) {
    Package *p = map_get(&c->imported, path);
    if (p) return p;
    char *problem = path_problem(path);
    if (problem) {
        err_node(c, lit, "could not import %s (%s)", path, problem);
    } else if (strcmp(path, "unsafe") == 0) {
        p = pkg_unsafe;
    } else if (c->opt.importer) {
        p = c->opt.importer(c->opt.importer_ctx, lit->pos, path);
        if (!p) c->first_error = true;
    } else {
        err_node(c, lit, "could not import %s (no importer)", path);
    }
    if (!p) p = fake_package(path);
    map_put(&c->imported, path, p);
    return p;
}

static void add_import(Package *pkg, Package *imp) {
    for (int i = 0; i < pkg->imports.n; i++)
        if (pkg->imports.v[i] == imp) return;
    push(&pkg->imports, imp);
}

static void dot_import(Checker *c, Scope *file_scope, Node *name, Obj *pkg_name) {
    Map *brought = map_get(&c->dot_imports, file_scope);
    if (!brought) {
        brought = new_(Map);
        map_put(&c->dot_imports, file_scope, brought);
    }
    const Map *names = &pkg_name->imported->scope->names;
    for (int i = 0; i < names->n; i++) {
        Obj *o = names->vals[i];
        if (!is_exported(o->name)) continue;
        Obj *other = scope_lookup(file_scope, o->name);
        if (other) {
            report_redeclared(c, name->pos, xprintf("%s redeclared in this block", o->name), other);
            continue;
        }
        map_put(&file_scope->names, o->name, o); /* the object keeps its own parent */
        map_put(brought, o->name, pkg_name);
    }
}

static void collect_import(Checker *c, Scope *file_scope, Node *d) {
    if (!d->import.path || d->import.path->kind != N_BASICLIT || d->import.path->lit.bad) return;
    Const *v = const_from_literal(LIT_STRING, d->import.path->lit.text);
    Str s = const_string_val(v);
    if (!v || !valid_import_path(c, d->import.path, s)) return;
    Package *imp = import_package(c, d->import.path, intern_n(s.p, s.n));
    Node *local = d->import.name;
    const char *name = local ? local->ident.name : imp->name;
    if (strcmp(name, "init") == 0) {
        err_node(c, d, "cannot import package as init - init must be a func");
        return;
    }
    add_import(c->pkg, imp);
    Obj *o = new_obj(c, OBJ_PKG, local ? local->pos : d->pos, name, types_basic[T_INVALID]);
    o->imported = imp;
    o->used = imp->fake;
    o->decl = d;
    if (local) local->ident.obj = o;
    push(&c->imports, o);
    if (strcmp(name, ".") == 0)
        dot_import(c, file_scope, local, o);
    else
        declare(c, file_scope, NULL, o);
}

/* --- declarations --- */

static Obj *new_global(Checker *c, ObjKind kind, Node *name, Node *decl, DeclInfo *info) {
    Obj *o = new_obj(c, kind, name->pos, name->ident.name, NULL);
    o->is_global = true;
    o->decl = decl;
    o->decl_info = info;
    o->parent = c->pkg->scope;
    return o;
}

static void list_object(Checker *c, Obj *o) {
    o->order = ++c->norder;
    push(&c->objects, o);
}

static void declare_global(Checker *c, Node *name, Obj *o) {
    bool is_main = strcmp(o->name, "main") == 0 && strcmp(c->pkg->name, "main") == 0;
    if (is_main || strcmp(o->name, "init") == 0) {
        err_node(c, name, "cannot declare %s - must be func", o->name);
        return;
    }
    declare(c, c->pkg->scope, name, o);
    if (!name->ident.obj) name->ident.obj = o;
    list_object(c, o);
}

static DeclInfo *new_info(Checker *c, Scope *file_scope, Node *decl) {
    DeclInfo *d = new_(DeclInfo);
    d->version = c->env.version;
    d->file_scope = file_scope;
    d->decl = decl;
    return d;
}

static void collect_const(Checker *c, Scope *file_scope, Node *d) {
    for (int i = 0; i < d->var.names.n; i++) {
        DeclInfo *info = new_info(c, file_scope, d);
        info->typ = d->var.typ;
        info->init = i < d->var.values.n ? d->var.values.v[i] : NULL;
        info->iota = d->var.iota;
        info->inherited = d->var.inherited;
        declare_global(c, d->var.names.v[i], new_global(c, OBJ_CONST, d->var.names.v[i], d, info));
    }
    check_arity(c, d->pos, d->var.names, d->var.values, true, d->var.inherited);
}

static void collect_var(Checker *c, Scope *file_scope, Node *d) {
    NodeList names = d->var.names, values = d->var.values;
    DeclInfo *shared = NULL; /* one initialiser for all */
    if (values.n == 1) {
        shared = new_info(c, file_scope, d);
        shared->typ = d->var.typ;
        shared->init = values.v[0];
    }
    for (int i = 0; i < names.n; i++) {
        DeclInfo *info = shared ? shared : new_info(c, file_scope, d);
        info->typ = d->var.typ;
        if (!shared) info->init = i < values.n ? values.v[i] : NULL;
        Obj *o = new_global(c, OBJ_VAR, names.v[i], d, info);
        if (shared) push(&shared->lhs, o);
        push(&c->pkg->vars, o);
        declare_global(c, names.v[i], o);
    }
    if (!d->var.typ || values.n) check_arity(c, d->pos, names, values, false, false);
}

static void collect_type(Checker *c, Scope *file_scope, Node *d) {
    Obj *o = new_global(c, OBJ_TYPE, d->typedecl.name, d, new_info(c, file_scope, d));
    o->is_alias = d->typedecl.alias;
    declare_global(c, d->typedecl.name, o);
}

/* A method whose base type is looked for when all objects are there. */
typedef struct Method {
    Obj *obj;
    Node *recv; /* receiver type without pointers and parentheses */
    bool ptr;
} Method;
typedef VEC(Method) MethodList;

static void collect_method(Node *d, Obj *o, MethodList *methods) {
    Node *t = d->func.recv->field.typ;
    bool ptr = false;
    while (t && (t->kind == N_PAREN || t->kind == N_STAR)) {
        if (t->kind == N_STAR) ptr = true;
        t = t->unary.x;
    }
    if (t && t->kind == N_INDEX) t = t->index.x;
    d->func.name->ident.obj = o;
    o->is_global = false;
    o->parent = NULL;
    if (!t || t->kind != N_IDENT || strcmp(o->name, "_") == 0) return;
    Method m = {o, t, ptr};
    push(methods, m);
}

static bool has_linkname(const File *f, const char *name) {
    for (int i = 0; i < f->linknames.n; i++)
        if (strcmp(f->linknames.v[i].local, name) == 0) return true;
    return false;
}

static void collect_plain_func(Checker *c, const File *f, Node *d, Obj *o) {
    bool is_init = strcmp(o->name, "init") == 0;
    bool is_main = strcmp(o->name, "main") == 0 && strcmp(c->pkg->name, "main") == 0;
    Node *t = d->func.typ;
    if ((is_init || is_main) && t) {
        if (t->functype.tparams.n)
            err_node(c, t->functype.tparams.v[0], "func %s must have no type parameters", o->name);
        if (t->functype.params.n || t->functype.results.n)
            err_at(c, o->pos, "func %s must have no arguments and no return values", o->name);
    }
    if (!is_init) {
        declare(c, c->pkg->scope, d->func.name, o);
        if (!d->func.name->ident.obj) d->func.name->ident.obj = o;
        return;
    }
    d->func.name->ident.obj = o;
    if (!d->func.body && !has_linkname(f, o->name)) err_at(c, o->pos, "func init must have a body");
}

static void collect_func(Checker *c, const File *f, Scope *file_scope, Node *d,
                         MethodList *methods) {
    if (!d->func.name) return;
    Obj *o = new_global(c, OBJ_FUNC, d->func.name, d, new_info(c, file_scope, d));
    if (d->func.recv)
        collect_method(d, o, methods);
    else
        collect_plain_func(c, f, d, o);
    if (d->func.typ && d->func.typ->functype.tparams.n) {
        Pos at = d->func.typ->functype.tparams.v[0]->pos;
        bool is_init = !d->func.recv && strcmp(o->name, "init") == 0;
        if (d->func.recv)
            verify_version(c, at, 27, "generic method");
        else if (!is_init)
            verify_version(c, at, 18, "type parameter");
    }
    list_object(c, o);
}

static void collect_file(Checker *c, File *f, Scope *file_scope, MethodList *methods) {
    c->env.version = file_version(c, f);
    for (int i = 0; i < f->decls.n; i++) {
        Node *d = f->decls.v[i];
        switch (d->kind) {
        case N_IMPORT: collect_import(c, file_scope, d); break;
        case N_CONST: collect_const(c, file_scope, d); break;
        case N_VAR: collect_var(c, file_scope, d); break;
        case N_TYPE: collect_type(c, file_scope, d); break;
        case N_FUNC: collect_func(c, f, file_scope, d, methods); break;
        default: break;
        }
    }
}

/* A name may not be declared both by the package and by an import of one of its files. */
static void check_file_scope(Checker *c, const Scope *file_scope) {
    for (int i = 0; i < file_scope->names.n; i++) {
        const Obj *o = file_scope->names.vals[i];
        const char *name = file_scope->names.keys[i];
        Obj *other = scope_lookup(c->pkg->scope, name);
        if (!other) continue;
        if (o->kind == OBJ_PKG)
            report_redeclared(c, other->pos,
                              xprintf("%s already declared through import of package %s (\"%s\")",
                                      other->name, o->imported->name, o->imported->path),
                              o);
        else
            report_redeclared(
                c, other->pos,
                xprintf("%s already declared through dot-import of package %s (\"%s\")",
                        other->name, o->pkg->name, o->pkg->path),
                o);
    }
}

/* --- methods --- */

/* Follows aliases from a receiver's name to the type name that is defined in this package; NULL if
 * there is none or more than one pointer stands on the way. */
static Obj *base_type_name(Checker *c, Node *t, bool *ptr) {
    VEC(Obj *) seen = {0};
    for (;;) {
        t = unparen(t);
        if (t && t->kind == N_STAR) {
            if (*ptr) return NULL;
            *ptr = true;
            t = unparen(t->unary.x);
        }
        if (!t || t->kind != N_IDENT) return NULL;
        Obj *o = scope_lookup(c->pkg->scope, t->ident.name);
        if (!o || o->kind != OBJ_TYPE) return NULL;
        for (int i = 0; i < seen.n; i++)
            if (seen.v[i] == o) return NULL;
        if (!o->decl->typedecl.alias) return o;
        if (o->decl->typedecl.tparams.n) return NULL;
        push(&seen, o);
        t = o->decl->typedecl.typ;
    }
}

static void associate_methods(Checker *c, const MethodList *methods) {
    for (int i = 0; i < methods->n; i++) {
        Method *m = &methods->v[i];
        bool ptr = m->ptr;
        Obj *base = base_type_name(c, m->recv, &ptr);
        if (!base) continue;
        m->obj->ptr_recv = ptr;
        ObjList *list = map_get(&c->methods, base);
        if (!list) {
            list = new_(ObjList);
            map_put(&c->methods, base, list);
        }
        push(list, m->obj);
    }
}

void collect_objects(Checker *c) {
    MethodList methods = {0};
    VEC(Scope *) scopes = {0};
    for (int i = 0; i < c->nfiles; i++) {
        Scope *s = new_scope(c->pkg->scope, NULL);
        c->files[i]->scope_imports = &s->names;
        push(&scopes, s);
        collect_file(c, c->files[i], s, &methods);
    }
    c->env.version = c->opt.language;
    for (int i = 0; i < scopes.n; i++) check_file_scope(c, scopes.v[i]);
    associate_methods(c, &methods);
}

/* --- all package-level objects --- */

static void list_funcs(Checker *c) {
    for (int i = 0; i < c->objects.n; i++) {
        Obj *o = c->objects.v[i];
        if (o->kind != OBJ_FUNC || !o->func) continue;
        if (o->func->tparams.n) {
            push(&c->pkg->generic_funcs, o->func);
            continue;
        }
        push(&c->pkg->funcs, o->func);
        bool is_init = !o->func->recv && strcmp(o->name, "init") == 0;
        if (is_init) push(&c->pkg->inits, o->func);
    }
}

/* Types before aliases before all else: so the target of an alias is mostly known when it is
 * needed. */
void check_package_objects(Checker *c) {
    for (int phase = 0; phase < 3; phase++)
        for (int i = 0; i < c->objects.n; i++) {
            Obj *o = c->objects.v[i];
            int wanted = o->kind != OBJ_TYPE ? 2 : o->is_alias ? 1 : 0;
            if (wanted == phase) check_obj(c, o, NULL);
        }
    list_funcs(c);
}

/* --- after checking --- */

static char *quoted(const char *path) {
    return xprintf("\"%s\"", path);
}

void check_unused_imports(Checker *c) {
    if (c->nfiles && c->files[0]->library) return; /* an overlay may have taken the uses away */
    for (int i = 0; i < c->imports.n; i++) {
        Obj *o = c->imports.v[i];
        if (o->used || strcmp(o->name, "_") == 0) continue;
        const char *path = o->imported->path, *slash = strrchr(path, '/');
        const char *last = slash ? slash + 1 : path;
        if (strcmp(o->name, ".") == 0 || strcmp(o->name, last) == 0)
            err_at(c, o->pos, "%s imported and not used", quoted(path));
        else
            err_at(c, o->pos, "%s imported as %s and not used", quoted(path), o->name);
    }
}

static bool linknamed(const Checker *c, const char *name) {
    for (int i = 0; i < c->nfiles; i++)
        if (has_linkname(c->files[i], name)) return true;
    return false;
}

static void check_body(Checker *c, const Func *f, bool may_lack) {
    if (f->body && (f->decl->func.pragmas & PRAGMA_NOESCAPE))
        err_node(c, f->decl, "can only use //go:noescape with external func implementations");
    if (f->body || may_lack || linknamed(c, f->obj->name)) return;
    if (!pos_known(f->decl->pos) || strcmp(f->obj->name, "init") == 0) return;
    err_node(c, f->decl, "missing function body");
}

void check_bodies(Checker *c) {
    bool may_lack = c->opt.allow_missing_bodies || (c->nfiles && c->files[0]->has_asm);
    for (int i = 0; i < c->pkg->funcs.n; i++) check_body(c, c->pkg->funcs.v[i], may_lack);
}

static bool imports_unsafe(const File *f) {
    for (int i = 0; i < f->decls.n && f->decls.v[i]->kind == N_IMPORT; i++) {
        const Node *path = f->decls.v[i]->import.path;
        if (path->kind == N_BASICLIT && path->lit.text.n == 8 &&
            memcmp(path->lit.text.p + 1, "unsafe", 6) == 0)
            return true;
    }
    return false;
}

static void check_linkname(Checker *c, const Linkname *l, bool has_unsafe, Map *seen) {
    const char *directive = l->std ? "go:linknamestd" : "go:linkname";
    Obj *o = scope_lookup(c->pkg->scope, l->local);
    if (!has_unsafe) {
        err_at(c, l->pos, "//%s only allowed in Go files that import \"unsafe\"", directive);
    } else if (l->target && strchr(l->target, '[') && strchr(l->target, ']')) {
        err_at(c, l->pos, "//%s reference of an instantiation is not allowed", directive);
    } else if (!o || (o->kind != OBJ_FUNC && o->kind != OBJ_VAR)) {
        if (allow_version(c, 18))
            err_at(c, l->pos, "//%s must refer to declared function or variable", directive);
    } else {
        if (map_get(seen, o)) err_at(c, l->pos, "duplicate //%s for %s", directive, l->local);
        map_put(seen, o, o);
    }
}

/* A linkname must name a function or variable of the package, once. */
void check_linknames(Checker *c) {
    Map seen = {0};
    for (int i = 0; i < c->nfiles; i++) {
        const File *f = c->files[i];
        bool has_unsafe = f->linknames.n && (f->library || imports_unsafe(f));
        c->env.version = file_version(c, f);
        for (int j = 0; j < f->linknames.n; j++)
            check_linkname(c, &f->linknames.v[j], has_unsafe, &seen);
    }
}

static bool name_clash(const Package *p, const Package *pkg, Map *seen) {
    if (map_get(seen, p)) return false;
    map_put(seen, p, (void *)p);
    if (p != pkg && strcmp(p->name, pkg->name) == 0) return true;
    for (int i = 0; i < p->imports.n; i++)
        if (name_clash(p->imports.v[i], pkg, seen)) return true;
    return false;
}

bool ambiguous_package_name(Checker *c, const Package *pkg) {
    Map seen = {0};
    return name_clash(c->pkg, pkg, &seen);
}
