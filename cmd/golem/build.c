/* build.c - the steps of a build: find packages, and for each, imports first: check, escape analysis, C, object; link.
 *
 * Diagnostics are printed package by package, under "# import/path", ten for each. A package with errors stops those
 * that import it and nothing else.
 */
#include "golem.h"

#include "emit/emit.h"
#include "escape/escape.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

static const char *cwd;

/* A file in a message: "./x.go" in the current directory, as go has it. */
static const char *shown_name(const char *name) {
    const char *s = short_path(cwd, untrimmed_name(name));
    return *s != '/' && strncmp(s, "../", 3) != 0 && !strchr(s, '/') ? xprintf("./%s", s) : s;
}

/* The name of a file that the command line names, as it does: for golem tool compile. */
static const char *named_as_given(const char *name) {
    size_t n = strlen(cwd);
    return strncmp(name, cwd, n) == 0 && name[n] == '/' ? name + n + 1 : name;
}

/* --- the beginning --- */

static void split_list(const char *list, const char *separators, NameVec *out) {
    for (char *w = strtok(xstrdup(list), separators); w; w = strtok(NULL, separators))
        push(out, intern(w));
}

static void find_gopath(BuildContext *bc) {
    const char *path = getenv("GOPATH"), *home = getenv("HOME");
    if (path && *path)
        split_list(path, ":", &bc->gopath);
    else if (home && *home)
        push(&bc->gopath, intern(xprintf("%s/go", home)));
}

bool build_begin(Build *b, const BuildOptions *opt) {
    *b = (Build){.opt = opt};
    char dir[PATH_MAX];
    if (opt->chdir && chdir(opt->chdir) != 0) {
        fprintf(stderr, "golem: chdir %s: %s\n", opt->chdir, strerror(errno));
        return false;
    }
    cwd = intern(getcwd(dir, sizeof dir) ? dir : ".");
    diag_name = opt->bare ? named_as_given : shown_name;
    toolchain_find(&b->tools);
    universe_init();
    const Toolchain *t = &b->tools;
    BuildContext *bc = &b->ctx;
    *bc = (BuildContext){.lib = t->lib,
                         .goroot = t->goroot,
                         .goroot_fault = t->goroot_fault,
                         .release = t->go_release,
                         .cwd = cwd};
    bc->trimpath = opt->trimpath;
    for (int i = 0; i < opt->settings.n; i++) push(&bc->settings, opt->settings.v[i]);
    if (!bc->release) bc->release = GO_RELEASE;
    if (opt->tags) split_list(opt->tags, ", ", &bc->tags);
    find_gopath(bc);
    const char *mode = getenv("GO111MODULE");
    bc->gopath_mode = mode && strcmp(mode, "off") == 0;
    if (!bc->gopath_mode) {
        ModOptions mo = {cwd, opt->mod, opt->modfile};
        bc->mods = modules_load(&mo);
        if (bc->mods && bc->mods->fault) {
            fprintf(stderr, "golem: %s\n", bc->mods->fault);
            return false;
        }
    }
    graph_begin(&b->graph, bc);
    return true;
}

bool build_load(Build *b, bool tests) {
    const ArgList *p = &b->opt->patterns;
    static char *here[] = {"."};
    if (p->n && is_go_file(p->v[0]) && !is_dir(p->v[0]))
        graph_files(&b->graph, p->v, p->n);
    else
        graph_add_patterns(&b->graph, p->n ? p->v : here, p->n ? p->n : 1, tests);
    for (int i = 0; i < b->graph.warnings.n; i++)
        fprintf(stderr, "golem: warning: %s\n", b->graph.warnings.v[i]);
    for (int i = 0; i < b->graph.errors.n; i++) fprintf(stderr, "%s\n", b->graph.errors.v[i]);
    for (int i = 0; b->opt->lang && i < b->graph.roots.n; i++)
        b->graph.roots.v[i]->language = b->opt->lang;
    return !b->graph.errors.n;
}

/* --- packages --- */

static Map objects; /* node -> Object * */

Object *object_of(const PkgNode *n) {
    return map_get(&objects, n);
}

bool is_root(const Build *b, const PkgNode *n) {
    for (int i = 0; i < b->graph.roots.n; i++)
        if (b->graph.roots.v[i] == n || (n->for_test && b->graph.roots.v[i]->path == n->for_test))
            return true;
    return false;
}

static const char *shown_path(const PkgNode *n) {
    return n->for_test ? xprintf("%s [%s.test]", n->path, n->for_test) : n->path;
}

static void show_diagnostics(const Build *b, const PkgNode *n) {
    if (!diag_pending()) return;
    fflush(stdout);
    char *text = NULL;
    size_t size = 0;
    FILE *out = b->opt->json ? open_memstream(&text, &size) : stderr;
    if (!b->opt->bare) fprintf(out, "# %s\n", shown_path(n));
    diag_flush(out, b->opt->all_errors);
    if (out == stderr) return;
    fclose(out);
    test_json_build_output(shown_path(n), (Str){text, size});
    free(text);
}

LowerOptions inline_options(const Build *b, const PkgNode *n) {
    bool root = is_root(b, n);
    if (!root && !b->opt->gcflags_all) return (LowerOptions){0};
    return (LowerOptions){root && b->opt->m, b->opt->l, b->opt->inline_budget};
}

static void analyse(Build *b, PkgNode *n) {
    EscapeOptions eo = {is_root(b, n) ? b->opt->m : 0};
    LowerOptions lo = inline_options(b, n);
    int before = error_count();
    lower_package(n->pkg, &lo);
    if (n->outline) outline_give_tags(n);
    escape_package(n->pkg, &eo);
    n->failed = error_count() > before;
    if (!n->outline && !n->failed) outline_keep(b, n);
}

/* Parses, checks and analyses n, and before that what it needs of packages that have not been looked at; those were compiled
 * before, so there is nothing to be said of them. */
static void go_through(Build *b, PkgNode *n) {
    int syntax = syntax_error_count();
    parse_node(&b->ctx, n);
    if (syntax_error_count() > syntax || !n->files.n)
        return; /* after other errors, checking types tells more */
    PkgNodes needs = node_needs(n);
    for (int i = 0; i < needs.n; i++)
        if (!needs.v[i]->pkg && needs.v[i]->files.n && !needs.v[i]->failed)
            go_through(b, needs.v[i]);
    load_node(&b->ctx, n);
    if (!n->failed) analyse(b, n);
}

/* false: it has errors, or what it imports has. */
static bool front_end(Build *b, PkgNode *n) {
    for (int i = 0; i < n->imports.n; i++)
        if (n->imports.v[i]->failed) n->failed = true;
    if (!n->failed) {
        go_through(b, n);
        show_diagnostics(b, n);
    }
    b->failed |= n->failed;
    return !n->failed;
}

static bool lacks_main(const PkgNode *n) {
    Obj *o = map_get(&n->pkg->scope->names, intern("main"));
    return strcmp(n->link_path, "main") == 0 && !(o && o->kind == OBJ_FUNC);
}

static void compile_node(Build *b, PkgNode *n) {
    Buf text = {0};
    emit_package(n->pkg, &text);
    if (b->opt->S && is_root(b, n)) print_assembly(&b->tools, b->opt, n, (Str){text.p, text.n});
    Object *o = new_(Object);
    *o = (Object){.node = n, .name = n->path};
    object_prepare(&b->tools, b->opt, o, (Str){text.p, text.n});
    if (lacks_main(n)) n->action = NULL; /* the next build is to say so again */
    if (o->ready) action_done(n, o);
    compile_start(&b->tools, b->opt, o);
    map_put(&objects, n, o);
}

/* The object is in the cache. */
static void take_cached(PkgNode *n) {
    Object *o = new_(Object);
    *o = (Object){.node = n, .name = n->path, .o = n->object, .cached = n->object, .ready = true};
    map_put(&objects, n, o);
}

void build_packages(Build *b, PkgNode **roots, int n) {
    PkgNodes all = graph_order(roots, n);
    if (b->graph.runtime) {
        PkgNodes first = graph_order(&b->graph.runtime, 1);
        for (int i = 0; i < all.n; i++) push(&first, all.v[i]);
        all = first;
    }
    bool tells = b->opt->m || b->opt->S; /* of the packages that are named */
    for (int i = 0; tells && i < all.n; i++) all.v[i]->wanted |= is_root(b, all.v[i]);
    actions_find(b, &all);
    for (int i = 0; i < all.n; i++) {
        PkgNode *node = all.v[i];
        if (!node->files.n) continue;
        bool checked = node->pkg != NULL;
        if (node->to_load && !checked) checked = front_end(b, node);
        if (object_of(node)) continue;
        if (node->object && !node->failed && !(b->opt->S && node->wanted))
            take_cached(node);
        else if (checked && !node->failed)
            compile_node(b, node);
    }
}

bool build_finish(Build *b) {
    return compile_wait(&b->tools) && !b->failed;
}

/* --- programs --- */

char *program_name(const PkgNode *n) {
    if (n->named_files) {
        char *name = xstrdup(n->files.v[0]->name);
        name[strlen(name) - 3] = 0;
        return name;
    }
    const char *path = n->path, *slash = strrchr(path, '/');
    const char *major =
        path_major(path); /* of a module's v2 and later the name is what stands before */
    if (*major == '/') {
        path = xprintf("%.*s", (int)(major - path), path);
        slash = strrchr(path, '/');
    }
    return xstrdup(slash ? slash + 1 : path);
}

/* What Go's linker says of a main package that nobody can start. */
static bool has_main(const PkgNode *n) {
    if (!n->pkg || !lacks_main(n)) return true;
    fprintf(stderr, "# %s\nruntime.main_main·f: function main is undeclared in the main package\n",
            n->path);
    return false;
}

/* For the start of a program its path is enough. */
static Package *package_of(const PkgNode *n) {
    if (n->pkg) return n->pkg;
    Package *p = new_(Package);
    p->path = n->link_path;
    return p;
}

bool build_objects(Build *b, PkgNode *main, Objects *objects) {
    if (!has_main(main)) return false;
    PkgNode *roots[] = {b->graph.runtime, main};
    PkgNodes all = graph_order(roots, 2), order = init_order(&all, b->graph.runtime);
    VEC(Package *) pkgs = {0};
    for (int i = 0; i < order.n; i++) {
        if (!object_of(order.v[i])) continue;
        push(&pkgs, package_of(order.v[i]));
        push(objects, object_of(order.v[i]));
    }
    Buf text = {0};
    StartInfo info = {xprintf("go1.%d", b->ctx.release), build_info(b, main),
                      godebug_defaults(b, main)};
    emit_start(pkgs.v, pkgs.n, &info, &text);
    Object *start = new_(Object);
    *start = (Object){.name = "start"};
    object_prepare(&b->tools, b->opt, start, (Str){text.p, text.n});
    compile_start(&b->tools, b->opt, start);
    push(objects, start);
    compile_wait(&b->tools);
    for (int i = 0; i < objects->n; i++)
        if (objects->v[i]->failed) return false;
    return true;
}

bool build_program(Build *b, PkgNode *main, const char *out) {
    const BuildOptions *opt = b->opt;
    Objects objects = {0};
    if (!build_objects(b, main, &objects)) return false;
    const char *key = opt->n || opt->x ? NULL : link_key(&b->tools, opt, &objects);
    if (key && !opt->a && program_take(main, key, out)) return true;
    if (!link_program(&b->tools, opt, &objects, out)) return false;
    if (key) program_keep(main, key, out);
    return true;
}

/* Into a file it is for a C compiler, which is told the lines; else for a reader. */
static int print_c(Build *b, const PkgNode *n) {
    const BuildOptions *opt = b->opt;
    Buf printed = {0}, listed = {0}, text;
    emit_package(n->pkg, &printed);
    if (!opt->out) list_c((Str){printed.p, printed.n}, &listed);
    text = opt->out ? printed : listed;
    Str c = {text.p, text.n};
    if (write_file(opt->out ? opt->out : "/dev/stdout", c, 0666)) return 0;
    fprintf(stderr, "golem: cannot write %s: %s\n", opt->out ? opt->out : "the C", strerror(errno));
    return 1;
}

/* -c: the front end alone, for the one package that is named. */
static int build_c(Build *b) {
    PkgNode *n = b->graph.roots.v[0];
    PkgNodes all = graph_order(&n, 1);
    if (b->graph.runtime) { /* what is emitted refers to it, imported or not */
        PkgNodes first = graph_order(&b->graph.runtime, 1);
        for (int i = 0; i < first.n; i++) front_end(b, first.v[i]);
    }
    b->ctx.allow_missing_bodies = true; /* whoever takes the C may supply them */
    for (int i = 0; i < all.n; i++)
        if (!all.v[i]->pkg) front_end(b, all.v[i]);
    return n->failed || !n->pkg ? 1 : print_c(b, n);
}

void no_compiler(void) {
    const char *cc = getenv("CC");
    if (cc && *cc) fatalf("C compiler %s not found", cc);
    fatalf("no C compiler found on the path: install gcc or clang, or set CC");
}

static bool is_program(const PkgNode *n) {
    return n->name && strcmp(n->name, "main") == 0;
}

/* Where the program of n goes; NULL: nowhere. */
static const char *output_for(const Build *b, const PkgNode *n) {
    const BuildOptions *opt = b->opt;
    if (!is_program(n)) return NULL;
    size_t len = opt->out ? strlen(opt->out) : 0;
    bool folder = len && (opt->out[len - 1] == '/' || (is_dir(opt->out) && !opt->print_c));
    if (folder)
        return xprintf("%s%s%s", opt->out, opt->out[len - 1] == '/' ? "" : "/", program_name(n));
    if (b->graph.roots.n > 1) return NULL; /* several packages are compiled, and that is all */
    return opt->out ? opt->out : program_name(n);
}

/* Compiles what the command line names; roots that are programs and have a place go there. */
static int build_roots(Build *b, const char *only_to) {
    const BuildOptions *opt = b->opt;
    PkgNodes *roots = &b->graph.roots;
    if (!b->tools.cc) no_compiler();
    VEC(const char *) outs = {0};
    for (int i = 0; i < roots->n; i++) {
        const char *out = only_to ? only_to : output_for(b, roots->v[i]);
        size_t n = opt->out ? strlen(opt->out) : 0;
        if (n && opt->out[n - 1] == '/') make_dirs(xprintf("%.*s", (int)n - 1, opt->out));
        if (out && !opt->n && !output_writable(out)) return 1;
        push(&outs, out);
    }
    build_packages(b, roots->v, roots->n);
    bool ok = build_finish(b);
    for (int i = 0; i < roots->n && ok; i++)
        if (outs.v[i]) ok = build_program(b, roots->v[i], outs.v[i]);
    if (opt->work) work_dir_keep();
    cache_trim(false);
    return ok ? 0 : 1;
}

int build(const BuildOptions *opt) {
    Build b;
    if (!build_begin(&b, opt) || !build_load(&b, false)) return 1;
    if (!b.graph.roots.n) return 0;
    return opt->print_c ? build_c(&b) : build_roots(&b, NULL);
}

int build_to_run(const BuildOptions *opt, const char *out, PkgNode **main) {
    Build b;
    if (!build_begin(&b, opt) || !build_load(&b, false)) return 1;
    *main = b.graph.roots.n ? b.graph.roots.v[0] : NULL;
    if (b.graph.roots.n == 1 && is_program(*main)) return build_roots(&b, out);
    if (*main && b.graph.roots.n == 1)
        fprintf(stderr, "package %s is not a main package\n", (*main)->path);
    else
        fprintf(stderr, "golem: pattern %s matches %s\n", opt->patterns.v[0],
                *main ? "multiple packages" : "no packages");
    return 1;
}
