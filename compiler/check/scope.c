/* scope.c - scopes and the objects in them. */
#include "check/decls.h"

Scope *new_scope(Scope *parent, Func *func) {
    Scope *s = new_(Scope);
    s->parent = parent;
    s->func = func;
    return s;
}

Scope *open_scope(Checker *c) {
    c->env.scope = new_scope(c->env.scope, c->env.func);
    return c->env.scope;
}

void close_scope(Checker *c) {
    c->env.scope = c->env.scope->parent;
}

Obj *scope_lookup_parent(Scope *s, const char *name, Scope **where) {
    for (; s; s = s->parent) {
        Obj *o = map_get(&s->names, name);
        if (!o) continue;
        if (where) *where = s;
        return o;
    }
    if (where) *where = NULL;
    return NULL;
}

static bool is_blank(const char *name) {
    return name[0] == '_' && name[1] == 0;
}

Obj *scope_insert(Scope *s, Obj *o) {
    if (is_blank(o->name)) return NULL;
    Obj *other = map_get(&s->names, o->name);
    if (other) return other;
    map_put(&s->names, o->name, o);
    if (!o->parent) o->parent = s;
    return NULL;
}

Obj *new_obj(Checker *c, ObjKind kind, Pos pos, const char *name, Type *type) {
    Obj *o = new_(Obj);
    o->kind = (uint8_t)kind;
    o->pos = pos;
    o->name = name;
    o->type = type;
    o->color = type ? BLACK : WHITE;
    o->pkg = c->pkg;
    return o;
}

Obj *new_local_var(Checker *c, Pos pos, const char *name, Type *type) {
    Obj *o = new_obj(c, OBJ_VAR, pos, name, type);
    o->func = c->env.func;
    if (o->func) push(&o->func->locals, o);
    return o;
}

void declare(Checker *c, Scope *s, Node *ident, Obj *o) {
    Obj *other = scope_insert(s, o);
    if (other) {
        report_redeclared(c, o->pos, xprintf("%s redeclared in this block", o->name), other);
        return;
    }
    if (ident) ident->ident.obj = o;
}

void report_redeclared(Checker *c, Pos at, const char *text, const Obj *other) {
    if (pos_known(other->pos))
        err_at(c, at, "%s\n\t%s: other declaration of %s", text, pos_str(other->pos), other->name);
    else
        err_at(c, at, "%s", text);
}
