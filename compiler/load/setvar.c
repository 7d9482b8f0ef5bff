/* setvar.c - -ldflags "-X package.name=value": string variables whose initial value the command line gives.
 *
 * The value takes the place of the initialiser in the tree, before the package is checked. Only variables of type string
 * that are not initialised, or by a constant written there, can be set; others are left as they are, as by Go's linker.
 */
#include "load/load.h"

static bool constant_text(const Node *n) {
    n = unparen((Node *)n);
    if (n->kind == N_BINARY && n->op == OP_ADD)
        return constant_text(n->binary.x) && constant_text(n->binary.y);
    return n->kind == N_BASICLIT && n->lit.litkind == LIT_STRING;
}

static Node *string_literal(Pos pos, const char *value) {
    Buf b = {0};
    buf_putc(&b, '"');
    for (; *value; value++) {
        unsigned char c = (unsigned char)*value;
        if (c < ' ' || c >= 0x7f || c == '"' || c == '\\')
            buf_printf(&b, "\\x%02x", c);
        else
            buf_putc(&b, c);
    }
    buf_putc(&b, '"');
    Node *n = new_(Node);
    n->kind = N_BASICLIT;
    n->pos = pos;
    n->lit.litkind = LIT_STRING;
    n->lit.text = (Str){b.p, b.n};
    return n;
}

static void set_in(Node *d, const StringSetting *s) {
    for (int i = 0; i < d->var.names.n; i++) {
        if (strcmp(d->var.names.v[i]->ident.name, s->name) != 0) continue;
        const Node *t = d->var.typ;
        if (t && !(t->kind == N_IDENT && strcmp(t->ident.name, "string") == 0)) return;
        Node *lit = string_literal(d->var.names.v[i]->pos, s->value);
        if (d->var.values.n == d->var.names.n) {
            if (constant_text(d->var.values.v[i])) d->var.values.v[i] = lit;
        } else if (!d->var.values.n && d->var.names.n == 1) {
            push(&d->var.values, lit);
        }
        return;
    }
}

void set_strings(const BuildContext *bc, const char *package, File *f) {
    for (int k = 0; k < bc->settings.n; k++) {
        const StringSetting *s = &bc->settings.v[k];
        if (strcmp(s->package, package) != 0) continue;
        for (int i = 0; i < f->decls.n; i++)
            if (f->decls.v[i]->kind == N_VAR) set_in(f->decls.v[i], s);
    }
}
