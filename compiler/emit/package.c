/* package.c - a package's C file as a whole, and the file that starts the program.
 *
 * Order of the file: C types; declarations; data (descriptors, itabs, package variables, the record
 * of the package); wrappers; the functions of the package under their Go lines; initialisation.
 * Everything that is asked for on demand is declared at once and worked off at the end, so the
 * order of work here is: what the package must have, then the lists until they are empty.
 *
 * A package gives the program one symbol: PATH$$module, which tells the run time its initialisers, roots, itabs and types.
 */
#include "emit/pkg.h"

Gen gen;

static void begin(Package *p) {
    int epoch = gen.epoch + 1;
    gen = (Gen){.pkg = p, .epoch = epoch};
    names_reset_package();
    ctypes_begin();
    desc_begin();
    itab_begin();
    alg_begin();
    wrap_begin();
    static_begin();
}

/* Whether fn is an instance that an import emits, or inside one. */
static bool is_foreign(const Func *fn) {
    while (fn->outer) fn = fn->outer;
    return fn->foreign == gen.pkg;
}

/* Whether fn is a function named _, or inside one: checked, and of no use. */
static bool is_blank_func(Func *fn) {
    while (fn->outer) fn = fn->outer;
    return fn->obj && strcmp(fn->obj->name, "_") == 0;
}

static bool is_emitted(Func *fn) {
    return fn->body && !fn->inlined && !is_blank_func(fn) && !is_foreign(fn) && !is_intrinsic(fn);
}

/* --- package variables --- */

/* The constant initialiser of an item with one variable, or NULL. */
static const char *item_init(InitItem *it) {
    if (it->lhs.n != 1) return NULL;
    return cstatic(it->rhs, it->lhs.v[0]->type, true);
}

static void define_variable(Obj *o, const char *init) {
    if (is_linked_elsewhere(o) || is_empty_global(o)) return;
    Embed *e = map_get(&gen.pkg->embeds, o);
    if (e) init = cembed(o, e);
    const char *name = cglobal(o), *c = ctype(o->type);
    const char *sep = c[strlen(c) - 1] == '*' ? "" : " ";
    const char *linkage = is_visible_var(o) ? "" : "static ";
    buf_printf(&gen.data, "%s%s%s%s = %s;\n", linkage, c, sep, name,
               init ? init : czero_init(o->type));
    add_root(name, o->type);
}

typedef VEC(InitItem *) ItemList;

/* Defines the package's variables; the items that need code go to `rest`. */
static void emit_variables(Package *p, ItemList *rest) {
    Map inits = {0};
    for (int i = 0; i < p->init_order.n; i++) {
        InitItem *it = &p->init_order.v[i];
        const char *init = item_init(it);
        if (init)
            map_put(&inits, it->lhs.v[0], (void *)init);
        else
            push(rest, it);
    }
    for (int i = 0; i < p->vars.n; i++) {
        Obj *o = p->vars.v[i];
        if (strcmp(o->name, "_") != 0) define_variable(o, map_get(&inits, o));
    }
}

/* --- functions, types, initialisation --- */

static void emit_functions(Package *p) {
    for (int i = 0; i < p->all_funcs.n; i++)
        if (is_emitted(p->all_funcs.v[i])) cfunc_of(p->all_funcs.v[i]);
    for (int i = 0; i < p->all_funcs.n; i++)
        if (is_emitted(p->all_funcs.v[i])) emit_func(p->all_funcs.v[i]);
}

/* Other packages rely on the descriptors of declared types and of pointers to them. */
static void emit_types(Package *p) {
    for (int i = 0; i < p->named.n; i++) {
        Type *t = p->named.v[i];
        if (is_local_type(t)) continue;
        cdesc(t);
        cdesc(new_pointer(t));
    }
}

/* The name of the function, or NULL. */
static const char *emit_init(Package *p, ItemList *items) {
    if (items->n + p->inits.n == 0) return "NULL";
    const char *path = package_path(p->path), *vars = xprintf("%s$init", path);
    if (items->n) {
        FuncGen *f = init_begin(vars);
        for (int i = 0; i < items->n; i++) init_item(f, items->v[i]);
        init_end(f);
    }
    Buf b = {0};
    const char *name = xprintf("%s$$init", path);
    buf_printf(&gen.decls, "static void %s(void);\n", name);
    buf_printf(&b, "\nGM_GO(%s) static void %s(void) {\n", name, name);
    if (items->n) buf_printf(&b, "    %s();\n", vars);
    for (int i = 0; i < p->inits.n; i++) buf_printf(&b, "    %s();\n", cfunc_of(p->inits.v[i]));
    buf_puts(&b, "}\n");
    if (items->n) buf_printf(&gen.decls, "static void %s(void);\n", vars);
    buf_put(&wrap_code, b.p, b.n);
    return name;
}

/* --- the record of the package --- */

static const char *print_list(Buf *b, const char *type, const char *stem, const NameList *list) {
    if (list->n == 0) return "NULL";
    buf_printf(b, "static const %s *const %s[] = {\n", type, stem);
    for (int i = 0; i < list->n; i++) buf_printf(b, "    %s,\n", list->v[i]);
    buf_puts(b, "};\n");
    return stem;
}

static void emit_module(Package *p, const char *init) {
    Buf b = {0};
    buf_putc(&b, '\n');
    const char *path = package_path(p->path);
    const char *itabs = print_list(&b, "gm_itab", "module$$itabs", &itabs_listed);
    const char *types = print_list(&b, "gm_type", "module$$types", &desc_listed);
    if (static_nroots)
        buf_printf(&b, "static const gm_root module$$roots[] = {\n%s};\n", buf_str(&static_roots));
    buf_printf(&b, "const gm_module %s$$module = {%s, %s, %s, %d, %s, %d, %s, %d};\n", path,
               cquote((Str){p->path, strlen(p->path)}), init,
               static_nroots ? "module$$roots" : "NULL", static_nroots, itabs, itabs_listed.n,
               types, desc_listed.n);
    buf_put(&gen.data, b.p, b.n);
}

static void put_buf(Buf *out, const Buf *b) {
    if (b->n) buf_put(out, b->p, b->n);
    buf_putc(out, '\n');
}

void emit_package(Package *p, Buf *out) {
    begin(p);
    ItemList items = {0};
    emit_variables(p, &items);
    emit_functions(p);
    const char *init = emit_init(p, &items);
    emit_types(p);
    emit_cover(p->cover);
    bool more = true;
    while (more) {
        more = desc_flush();
        more |= itab_flush();
    }
    emit_module(p, init);
    ctypes_flush();
    buf_printf(out, "/* Go package %s as C, printed by golem. */\n#include <golem/intrinsics.h>\n",
               p->path);
    /* Go requires fewer things to be used than C's warnings do */
    buf_puts(out, "#pragma GCC diagnostic ignored \"-Wunused\"\n\n");
    put_buf(out, &gen.types);
    put_buf(out, &gen.decls);
    put_buf(out, &gen.data);
    put_buf(out, &wrap_code);
    put_buf(out, &gen.code);
}

/* What "go version -m" looks for: a section of this name with the version and the lines that say what went into the program,
 * each with its length before it. */
static void emit_build_info(const StartInfo *info, Buf *out) {
    Buf b = {0};
    buf_put(&b, "\xff Go buildinf:\x08\x02", 16);
    while (b.n < 32) buf_putc(&b, 0);
    const char *mark = "0123456789abcdef"; /* around the lines, as Go's linker has them */
    const char *strings[] = {info->version, xprintf("%s%s%s", mark, info->lines, mark)};
    for (int i = 0; i < 2; i++) {
        size_t n = strlen(strings[i]);
        buf_put_varint(&b, n);
        buf_puts(&b, strings[i]);
    }
    buf_puts(out, "static const unsigned char build_info[] __attribute__((aligned(16), "
                  "section(\".go.buildinfo\"))) = {");
    buf_print_bytes(out, b.p, b.n);
    buf_puts(out, "};\n");
    buf_printf(out, "const char gm_build_info[] = %s;\n",
               cquote((Str){strings[1], strlen(strings[1])}));
    buf_printf(out, "const char gm_godebug_defaults[] = %s;\n",
               cquote((Str){info->godebug, strlen(info->godebug)}));
}

void emit_start(Package **pkgs, int n, const StartInfo *info, Buf *out) {
    buf_puts(out, "/* The start of a Go program, printed by golem. */\n#include <golem/go.h>\n\n");
    Buf regs = {0};
    for (int i = 0; i < n; i++) {
        if (pkgs[i]->is_unsafe) continue;
        const char *path = package_path(pkgs[i]->path);
        buf_printf(out, "extern const gm_module %s$$module;\n", path);
        buf_printf(&regs, "    gm_register_module(&%s$$module);\n", path);
    }
    emit_build_info(info, out);
    buf_puts(out, "void main$main(void);\n\nint main(int argc, char **argv, char **envp) {\n");
    put_buf(out, &regs);
    buf_puts(out, "    __asm__ volatile(\"\" : : \"r\"(build_info)); /* to be kept */\n");
    buf_puts(out, "    return gm_main(argc, argv, envp, main$main);\n}\n");
}
