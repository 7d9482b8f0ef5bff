/* names.c - C names for what Go declares, both ways.
 *
 * There: PATH$NAME. In PATH, / is $0, . is $1, - is $2, any other byte that C does not allow in a
 * name is $3 and two hex digits. In NAME, which is the function's name as Go's own symbol table has
 * it, "(*T).m" is 4T$m, a dot is $, or $1 where no letter follows it, and - is $2.
 *
 * Back: after the path, a $ before a letter is a dot; $0 $1 $2 are / . -; $3HH is a byte; $4T$ is
 * .(*T). ; $5 is [...], and text after $6 tells instances, and inlined copies, apart; text after $$ was made by the compiler and has no Go name.
 *
 * So main.(*T).m.func1.2 is main$4T$m$func1$12, glob..func1 is glob$1$func1.
 *
 * //go:linkname gives a function or variable the symbol of another, or (with the one argument) says
 * that it is called from elsewhere, or reaches for another package's private function. Functions of
 * package main are static, so that the C compiler may take them apart, but for methods, what is
 * exported and what has such a line.
 */
#include "emit/pkg.h"

#include <ctype.h>
#include <stdlib.h>

static Map declared; /* Obj* or Func* -> its C name */
static Map links;    /* Package* -> Map of interned name -> C symbol */

static const char link_self[] = "";

void names_reset_package(void) {
    declared = (Map){0};
    links = (Map){0};
}

static bool name_byte(int c) {
    return isalnum(c) || c == '_' || c >= 0x80;
}

static void put_path_byte(Buf *b, unsigned char c, bool first) {
    if (c == '/')
        buf_puts(b, "$0");
    else if (c == '.')
        buf_puts(b, "$1");
    else if (c == '-')
        buf_puts(b, "$2");
    else if (!name_byte(c) || (first && isdigit(c)))
        buf_printf(b, "$3%02x", c);
    else
        buf_putc(b, c);
}

char *package_path(const char *path) {
    Buf b = {0};
    for (const char *p = path; *p; p++) put_path_byte(&b, (unsigned char)*p, p == path);
    return buf_str(&b);
}

char *mangled(const char *s) {
    Buf b = {0};
    for (; *s; s++) {
        unsigned char next = (unsigned char)s[1];
        if (strncmp(s, "[...]", 5) == 0) {
            buf_puts(&b, "$5");
            s += 4;
        } else if (s[0] == '(' && next == '*') {
            buf_putc(&b, '4');
            s++;
        } else if (*s == '.') {
            buf_puts(&b, name_byte(next) && !isdigit(next) ? "$" : "$1");
        } else if (*s == '-') {
            buf_puts(&b, "$2");
        } else if (*s != ')') {
            buf_putc(&b, *s);
        }
    }
    return buf_str(&b);
}

/* --- linkname --- */

/* The symbol for "path/to/pkg.Name". */
static const char *target_symbol(const char *target) {
    const char *slash = strrchr(target, '/');
    const char *dot = strchr(slash ? slash : target, '.');
    if (!dot) return package_path(target);
    char *path = xstrdup(target);
    path[dot - target] = 0;
    return xprintf("%s$%s", package_path(path), mangled(dot + 1));
}

static Map *package_links(Package *pkg) {
    Map *m = map_get(&links, pkg);
    if (m) return m;
    m = new_(Map);
    for (int i = 0; i < pkg->files.n; i++) {
        File *f = pkg->files.v[i];
        for (int j = 0; j < f->linknames.n; j++) {
            Linkname *l = &f->linknames.v[j];
            const char *to = l->target ? target_symbol(l->target) : link_self;
            map_put(m, intern(l->local), (void *)to);
        }
    }
    map_put(&links, pkg, m);
    return m;
}

/* NULL: no such line; "": under its own name, but visible. */
static const char *link_of(Package *pkg, const char *name) {
    return pkg ? map_get(package_links(pkg), intern(name)) : NULL;
}

/* --- type arguments --- */

/* Something to read, of bounded length, and a number that tells all lists apart. */
static char *targs_symbol(const TypeList *targs) {
    enum { READABLE = 40 };
    Buf text = {0}, key = {0}, b = {0};
    for (int i = 0; i < targs->n; i++) {
        buf_printf(&text, "%s%s", i ? "_" : "", type_reflect_str(targs->v[i]));
        buf_printf(&key, "%s|", type_key(targs->v[i]));
    }
    for (const char *p = buf_str(&text); *p && b.n < READABLE; p++)
        buf_putc(&b, isalnum((unsigned char)*p) ? *p : '_');
    buf_printf(&b, "_%016llx", (unsigned long long)text_hash(buf_str(&key)));
    return buf_str(&b);
}

/* --- functions --- */

Obj *method_recv(Obj *method) {
    return method->func ? method->func->recv : NULL;
}

bool ptr_receiver(Obj *method) {
    Obj *r = method_recv(method);
    return r && r->type->kind == T_POINTER;
}

/* Whether the instance is emitted here. */
static bool in_package(const Func *fn) {
    for (int i = 0; i < gen.pkg->instances.n; i++)
        if (gen.pkg->instances.v[i] == fn) return fn->foreign != gen.pkg;
    return false;
}

static bool is_static_func(Func *fn) {
    if (!fn->obj) return true; /* literals */
    if (fn->targs.n) return strcmp(gen.pkg->path, "main") == 0 && in_package(fn);
    if (!fn->body || fn->recv || is_exported(fn->obj->name)) return false;
    if (strcmp(fn->pkg->path, "main") != 0 || strcmp(fn->name, "main") == 0) return false;
    return !link_of(fn->pkg, fn->obj->name);
}

static const char *func_symbol(Func *fn) {
    if (fn->obj && !fn->recv) {
        const char *to = link_of(fn->pkg, fn->obj->name);
        if (to && *to) return to;
    }
    char *s = xprintf("%s$%s", package_path(fn->pkg->path), mangled(fn->name));
    return fn->targs.n ? xprintf("%s$6%s", s, targs_symbol(&fn->targs)) : s;
}

const char *cfunc_linkage(Func *fn) {
    return is_static_func(fn) ? "static " : "";
}

static void param_text(Buf *b, int *n, const char *type, const char *name) {
    if ((*n)++) buf_puts(b, ", ");
    buf_puts(b, type);
    if (!name) return;
    if (b->p[b->n - 1] != '*') buf_putc(b, ' ');
    buf_puts(b, name);
}

char *prototype(Type *sig, const char *name, const char *first, const char *last, bool params) {
    Buf b = {0};
    int n = 0;
    buf_printf(&b, "%s %s(", cresult(sig), name);
    if (first) param_text(&b, &n, first, params ? "recv" : NULL);
    for (int i = 0; i < sig->func.params.n; i++)
        param_text(&b, &n, ctype(sig->func.params.v[i]->type), params ? xprintf("p%d", i) : NULL);
    if (last) param_text(&b, &n, last, params ? "ctx" : NULL);
    buf_puts(&b, n ? ")" : "void)");
    return buf_str(&b);
}

typedef struct SelfCall {
    const Func *fn;
    bool found;
} SelfCall;

static void find_self_call(Node *n, void *ctx) {
    SelfCall *self = ctx;
    if (self->found) return;
    if (n->kind == N_CALL) {
        Node *fun = unparen(n->call.fun);
        Obj *o = fun->kind == N_IDENT ? fun->ident.obj : NULL;
        if (fun->kind == N_SELECTOR && fun->selector.sel) o = fun->selector.sel->obj;
        self->found = o && o->kind == OBJ_FUNC && o->func == self->fn;
    }
    walk_children(n, find_self_call, ctx);
}

static bool handles_pointers(const Func *fn) {
    if (fn->recv && has_pointers(fn->recv->type)) return true;
    for (int i = 0; i < fn->params.n; i++)
        if (has_pointers(fn->params.v[i]->type)) return true;
    return false;
}

/* The C compiler copies a small recursive function into its callers, several levels deep. What the
 * copies have looked at stays in the caller's frame; stacks are scanned conservatively, so a loop in
 * main that walks one tree after another would keep most of the last one alive. */
static bool keeps_stale_pointers(const Func *fn) {
    if ((fn->pkg != gen.pkg && !fn->targs.n) || !fn->body || !fn->obj || !handles_pointers(fn))
        return false;
    SelfCall self = {fn, false};
    walk_children(fn->body, find_self_call, &self);
    return self.found;
}

static bool no_inline(Func *fn) {
    bool asked = fn->decl && fn->decl->kind == N_FUNC && (fn->decl->func.pragmas & PRAGMA_NOINLINE);
    return asked || keeps_stale_pointers(fn);
}

const char *cfunc_of(Func *fn) {
    const char *name = map_get(&declared, fn);
    if (name) return name;
    name = func_symbol(fn);
    map_put(&declared, fn, (void *)name);
    if (is_intrinsic(fn)) { /* declared by the header, or here */
        if (fn->sig->func.results.n > 1) buf_puts(&gen.decls, cwide(fn, name));
        return name;
    }
    const char *recv = fn->recv ? ctype(fn->recv->type) : NULL;
    const char *last = fn->obj ? NULL : "const gm_func *";
    buf_printf(&gen.decls, "%s%s%s;\n", cfunc_linkage(fn),
               no_inline(fn) ? "__attribute__((noinline)) " : "",
               prototype(fn->sig, name, recv, last, false));
    return name;
}

const char *cinlined_name(Func *fn) {
    while (fn->inlined) fn = fn->inlined;
    return xprintf("%s$6i%d", func_symbol(fn), gen.serial++);
}

const char *cfunc(Obj *o) {
    if (!o->func) ice(o->pos, "%s has no function", o->name);
    return cfunc_of(o->func);
}

const char *cfunc_code(Func *fn) {
    return xprintf("(void *)%s", cfunc_of(fn));
}

/* --- variables --- */

bool is_linked_elsewhere(Obj *o) {
    const char *to = link_of(o->pkg, o->name);
    return to && *to;
}

bool is_visible_var(Obj *o) {
    return o->pkg != gen.pkg || o->shared || is_exported(o->name) || link_of(o->pkg, o->name);
}

bool is_empty_global(Obj *o) {
    return type_size(o->type) == 0 && !is_linked_elsewhere(o);
}

const char *cglobal(Obj *o) {
    const char *name = map_get(&declared, o);
    if (name) return name;
    const char *to = link_of(o->pkg, o->name);
    name = to && *to            ? to
           : is_empty_global(o) ? xprintf("(*(%s *)&gm_zerobase)", ctype(o->type))
                                : xprintf("%s$%s", package_path(o->pkg->path), o->name);
    map_put(&declared, o, (void *)name);
    if (is_empty_global(o)) return name;
    buf_printf(&gen.decls, "%s%s %s;\n", is_visible_var(o) ? "extern " : "static ", ctype(o->type),
               name);
    return name;
}

/* --- types --- */

bool is_local_type(Type *named) {
    return named->named.local_id > 0;
}

char *type_symbol(Type *named) {
    Obj *o = named->named.obj;
    char *s = o->pkg ? xprintf("%s$%s", package_path(o->pkg->path), o->name) : xstrdup(o->name);
    if (is_local_type(named)) s = xprintf("%s$$%d", s, named->named.local_id);
    return named->named.orig ? xprintf("%s$$%s", s, targs_symbol(&named->named.targs)) : s;
}

Package *type_owner(Type *t) {
    if (t->kind == T_POINTER) t = t->pointer.elem;
    if (t->kind != T_NAMED || is_local_type(t) || t->named.orig) return NULL;
    return t->named.obj->pkg;
}

/* --- words that C or its headers have taken --- */

static const char *const reserved[] = {
    "alignas",  "alignof",  "asm",           "auto",   "bool",         "break",
    "case",     "char",     "complex",       "const",  "constexpr",    "continue",
    "default",  "do",       "double",        "else",   "enum",         "extern",
    "false",    "float",    "for",           "goto",   "i386",         "if",
    "inline",   "int",      "linux",         "long",   "main",         "nullptr",
    "offsetof", "register", "restrict",      "return", "short",        "signed",
    "sizeof",   "static",   "struct",        "switch", "thread_local", "true",
    "typedef",  "typeof",   "typeof_unqual", "union",  "unix",         "unsigned",
    "void",     "volatile", "wchar_t",       "while",  "NULL",
};

static int compare_words(const void *a, const void *b) {
    return strcmp(a, *(const char *const *)b);
}

static bool ends_with(const char *s, const char *tail) {
    size_t n = strlen(s), k = strlen(tail);
    return n >= k && strcmp(s + n - k, tail) == 0;
}

/* Names that the included headers define, or might: uint8_t, INT64_MAX, INT8_C, gm_new, __x. */
static bool header_name(const char *s) {
    return strncmp(s, "gm_", 3) == 0 || strncmp(s, "GM_", 3) == 0 || strncmp(s, "__", 2) == 0 ||
           ends_with(s, "_t") || ends_with(s, "_MAX") || ends_with(s, "_MIN") ||
           ends_with(s, "_WIDTH") || ends_with(s, "_C") ||
           (s[0] == '_' && isupper((unsigned char)s[1]));
}

const char *csafe(const char *s) {
    static const char *sorted[sizeof reserved / sizeof *reserved];
    enum { N = sizeof reserved / sizeof *reserved };
    if (!sorted[0]) {
        memcpy(sorted, reserved, sizeof reserved);
        for (int i = 1; i < N; i++) /* upper case sorts first */
            for (int j = i; j > 0 && strcmp(sorted[j - 1], sorted[j]) > 0; j--) {
                const char *w = sorted[j];
                sorted[j] = sorted[j - 1];
                sorted[j - 1] = w;
            }
    }
    bool taken = header_name(s) || bsearch(s, sorted, N, sizeof *sorted, compare_words);
    return taken ? xprintf("%s$", s) : s;
}
