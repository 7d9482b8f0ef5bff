/* list.c - golem list: what packages there are, and what is known of them without compiling. */
#include "golem.h"
#include "value.h"

#include <stdlib.h>

static Value *names_of(const SrcFiles *files) {
    Value *l = value_list();
    for (int i = 0; i < files->n; i++)
        if (!files->v[i]->overlay) push(&l->items, value_text(files->v[i]->name));
    return l;
}

static Value *texts(const NameVec *names, const char *end) {
    Value *l = value_list();
    for (int i = 0; i < names->n; i++) {
        size_t n = strlen(names->v[i]), m = strlen(end);
        if (n > m && strcmp(names->v[i] + n - m, end) == 0)
            push(&l->items, value_text(names->v[i]));
    }
    return l;
}

static int by_text(const void *x, const void *y) {
    return strcmp((*(Value *const *)x)->text, (*(Value *const *)y)->text);
}

static Value *sorted(Value *l) {
    if (l->items.n) qsort(l->items.v, (size_t)l->items.n, sizeof *l->items.v, by_text);
    return l;
}

/* The paths that files import. */
static Value *imports_of(const SrcFiles *files, const PkgNode *n) {
    Value *l = value_list();
    Map seen = {0};
    for (int i = 0; i < files->n; i++) {
        if (files->v[i]->overlay) continue;
        const Header *h = &files->v[i]->head;
        for (int j = 0; j < h->imports.n; j++) {
            const PkgNode *to = n ? map_get(&n->by_path, h->imports.v[j].path) : NULL;
            const char *path = to ? to->path : h->imports.v[j].path;
            if (map_get(&seen, path)) continue;
            map_put(&seen, path, l);
            push(&l->items, value_text(path));
        }
    }
    return sorted(l);
}

static Value *deps_of(PkgNode *n) {
    Value *l = value_list();
    PkgNodes all = graph_order(&n, 1);
    bool is_unsafe = false;
    for (int i = 0; i < all.n; i++) {
        if (all.v[i] != n) push(&l->items, value_text(all.v[i]->path));
        for (int k = 0; k < all.v[i]->files.n; k++)
            for (int j = 0; j < all.v[i]->files.v[k]->head.imports.n; j++)
                is_unsafe |= strcmp(all.v[i]->files.v[k]->head.imports.v[j].path, "unsafe") == 0;
    }
    if (is_unsafe) push(&l->items, value_text("unsafe"));
    return sorted(l);
}

static Value *module_value(Module *m) {
    if (!m) return NULL;
    Value *v = value_record();
    const ModFile *f = module_file(m);
    value_add(v, "Path", value_text(m->path));
    value_add(v, "Version", value_text(m->version));
    Value *replace = NULL;
    if (m->replace) {
        replace = value_record();
        value_add(replace, "Path", value_text(m->replace->new_path));
        value_add(replace, "Version", value_text(m->replace->new_version));
        value_add(replace, "Dir", value_text(m->dir));
    }
    value_add(v, "Replace", replace);
    value_add(v, "Main", value_bool(m->main));
    value_add(v, "Indirect", value_bool(m->indirect && !m->main));
    value_add(v, "Dir", value_text(m->dir));
    value_add(v, "GoMod", value_text(m->dir ? xprintf("%s/go.mod", m->dir) : ""));
    value_add(v, "GoVersion", value_text(m->go ? m->go : f ? f->go : ""));
    value_add(v, "String",
              value_text(xprintf("%s%s%s", m->path, *m->version ? " " : "", m->version)));
    return v;
}

static Value *package_value(const BuildContext *bc, PkgNode *n) {
    Value *v = value_record();
    folder_read_tests(bc, &n->folder);
    const Folder *f = &n->folder;
    value_add(v, "Dir", value_text(n->dir));
    value_add(v, "ImportPath", value_text(n->path));
    value_add(v, "Name", value_text(n->name));
    Value *m = module_value(n->module);
    if (m) m->fields.n--; /* String is for text alone */
    value_add(v, "Module", m);
    value_add(v, "Goroot", value_bool(n->standard));
    value_add(v, "Standard", value_bool(n->standard));
    value_add(v, "DepOnly", value_bool(n->dep_only));
    value_add(v, "Incomplete", value_bool(n->failed));
    value_add(v, "GoFiles", names_of(&f->go));
    value_add(v, "CgoFiles", value_list());
    value_add(v, "IgnoredGoFiles", texts(&f->ignored, ".go"));
    value_add(v, "SFiles", texts(&f->other, ".s"));
    value_add(v, "HFiles", texts(&f->other, ".h"));
    value_add(v, "CFiles", texts(&f->other, ".c"));
    value_add(v, "Imports", imports_of(&n->files, n));
    value_add(v, "Deps", deps_of(n));
    value_add(v, "TestGoFiles", names_of(&f->test));
    value_add(v, "TestImports", imports_of(&f->test, NULL));
    value_add(v, "XTestGoFiles", names_of(&f->xtest));
    value_add(v, "XTestImports", imports_of(&f->xtest, NULL));
    return v;
}

typedef struct Listing {
    bool json, deps, modules, tolerant, test;
    const char *format;
} Listing;

static bool show(const Listing *l, const Value *v) {
    Buf out = {0};
    const char *error = NULL;
    if (l->json)
        value_json(&out, v, 0);
    else
        error = template_run(&out, l->format, v);
    if (error) {
        fprintf(stderr, "golem: template: main:1: %s\n", error);
        return false;
    }
    if (out.n && (l->json || out.p[out.n - 1] != '\n')) buf_putc(&out, '\n');
    if (out.n) fwrite(out.p, 1, out.n, stdout);
    return true;
}

/* golem list -m: the main module, or with "all" those of the build. */
static int list_modules(Build *b, const Listing *l) {
    Modules *ms = b->ctx.mods;
    if (!ms) {
        fprintf(stderr, "golem: go.mod file not found in current directory or any parent "
                        "directory; see 'go help modules'\n");
        return 1;
    }
    bool all = b->opt->patterns.n && strcmp(b->opt->patterns.v[0], "all") == 0;
    if (all && !modules_load_graph(ms)) {
        fprintf(stderr, "golem: %s\n", ms->fault);
        return 1;
    }
    for (int i = 0; i < ms->list.n; i++) {
        Module *m = ms->list.v[i];
        bool wanted = all || (m->main && !b->opt->patterns.n);
        for (int k = 0; k < b->opt->patterns.n; k++)
            wanted |= strcmp(b->opt->patterns.v[k], m->path) == 0;
        if (wanted && !show(l, module_value(m))) return 1;
    }
    return 0;
}

int cmd_list(int argc, char **argv) {
    BuildOptions opt = {0};
    Listing l = {0};
    const Flag own[] = {{"f", FLAG_STRING, .target = &l.format},
                        {"json", FLAG_BOOL, .target = &l.json},
                        {"deps", FLAG_BOOL, .target = &l.deps},
                        {"e", FLAG_BOOL, .target = &l.tolerant},
                        {"m", FLAG_BOOL, .target = &l.modules},
                        {"find", FLAG_IGNORE, .takes_value = false},
                        {"compiled", FLAG_IGNORE, .takes_value = false},
                        {0}};
    const Flag *tables[] = {own, build_flags(&opt), NULL};
    if (!parse_goflags(tables, &opt)) return 2;
    int i = parse_flags(argc, argv, 2, tables, &opt);
    if (i < 0) return 2;
    for (; i < argc; i++) push(&opt.patterns, argv[i]);
    if (!l.format) l.format = l.modules ? "{{.String}}" : "{{.ImportPath}}";
    Build b;
    if (!build_begin(&b, &opt)) return 1;
    if (l.modules) return list_modules(&b, &l);
    if (!build_load(&b, true) && !l.tolerant) return 1;
    PkgNodes all = b.graph.roots;
    if (l.deps) {
        all = graph_order(b.graph.roots.v, b.graph.roots.n);
        for (int k = 0; k < all.n; k++) {
            all.v[k]->dep_only = true;
            for (int j = 0; j < b.graph.roots.n; j++)
                all.v[k]->dep_only &= all.v[k] != b.graph.roots.v[j];
        }
    }
    for (int k = 0; k < all.n; k++)
        if (!show(&l, package_value(&b.ctx, all.v[k]))) return 1;
    return fflush(stdout) == 0 ? 0 : 1;
}
