/* action.c - which packages need not be looked at again.
 *
 * A package's action is all that its object follows from: its files, the settings, the command itself, the C compiler, and the
 * actions of its imports. The cache knows for an action the name of the object. A package whose object is there is not emitted
 * and not compiled. Of those that somebody needs who is compiled, an outline is loaded (outline.c); the others are not even
 * parsed.
 *
 * A package that embeds files is always looked at: which files those are is known only then. So is one whose
 * diagnostics or assembly are wanted (-m, -S).
 */
#include "golem.h"

#include <stdlib.h>

static const char *command_stamp(void) {
    static const char *stamp;
    if (!stamp) stamp = file_stamp("/proc/self/exe");
    return stamp;
}

static bool imports_embed(const PkgNode *n) {
    for (int i = 0; i < n->imports.n; i++)
        if (strcmp(n->imports.v[i]->path, "embed") == 0) return true;
    return false;
}

static void settings(Buf *b, const Build *build, const PkgNode *n) {
    const BuildContext *bc = &build->ctx;
    LowerOptions lo = inline_options(build, n);
    buf_printf(b, "%s\n%s %s %d %d %d %d %d %d %d\n", command_stamp(), n->path, n->link_path,
               n->language, bc->release, n->standard, n->folder.has_asm, lo.no_inline, lo.budget,
               n->cover);
    for (int i = 0; i < bc->settings.n; i++)
        if (strcmp(bc->settings.v[i].package, n->link_path) == 0)
            buf_printf(b, "%s=%s\n", bc->settings.v[i].name, bc->settings.v[i].value);
}

/* The name of the action: NULL if the package must be looked at. The imports' are known. */
static const char *action_of(const Build *build, const PkgNode *n) {
    if (imports_embed(n)) return NULL;
    Buf b = {0};
    settings(&b, build, n);
    const PkgNode *runtime = build->graph.runtime;
    if (runtime && runtime->action) buf_printf(&b, "%s\n", runtime->action);
    for (int i = 0; i < n->imports.n; i++) {
        if (!n->imports.v[i]->action) return NULL;
        buf_printf(&b, "%s\n", n->imports.v[i]->action);
    }
    for (int i = 0; i < n->files.n; i++) {
        const SrcFile *s = n->files.v[i];
        buf_printf(&b, "%s %s %d\n", file_shown_as(&build->ctx, n, s), cache_key(NULL, s->src),
                   s->overlay);
    }
    return cache_key(&build->tools, (Str){b.p, b.n});
}

char *action_file(const char *action, const char *kind) {
    const char *dir = action ? cache_dir() : NULL;
    return dir ? xprintf("%s/%s.%s", dir, action, kind) : NULL;
}

/* The object that the cache has for the package's action, or NULL. */
static char *known_object(const PkgNode *n) {
    char *file = action_file(n->action, "act");
    Str text;
    if (!file || !read_file(file, &text) || text.n != 32) return NULL;
    char *object = xprintf("%s/%.32s.o", cache_dir(), text.p);
    return cache_holds(object) ? object : NULL;
}

void action_done(const PkgNode *n, const Object *o) {
    char *file = action_file(n->action, "act");
    if (!file || !o->cached) return;
    const char *name = strrchr(o->cached, '/') + 1;
    replace_file(file, (Str){name, 32}, 0666);
}

/* Marks what n imports, directly or not, as to be parsed and checked, but for what is loaded at need. */
static void wanted_below(Map *seen, PkgNode *n) {
    for (int i = 0; i < n->imports.n; i++) {
        PkgNode *im = n->imports.v[i];
        if (map_get(seen, im)) continue;
        map_put(seen, im, im);
        im->to_load |= !im->outline;
        wanted_below(seen, im);
    }
}

/* What the runtime imports may stand in the list twice, and is asked for the runtime's action only before that is known. */
static void find_known(const Build *b, PkgNode *n) {
    if (n->action || n->pkg || object_of(n)) return;
    n->action = action_of(b, n);
    n->object = b->opt->a ? NULL : known_object(n);
    if (n->object && !n->wanted && outlines_serve(b)) n->outline = outline_find(n);
}

void actions_find(const Build *b, const PkgNodes *all) {
    for (int i = 0; i < all->n; i++) find_known(b, all->v[i]);
    bool any = false;
    Map seen = {0};
    for (int i = 0; i < all->n; i++) {
        PkgNode *n = all->v[i];
        if ((n->object || object_of(n)) && !n->wanted) continue;
        any = n->to_load = true;
        wanted_below(&seen, n);
    }
    if (any && b->graph.runtime) { /* printed C refers to it, imported or not */
        b->graph.runtime->to_load = true;
        wanted_below(&seen, b->graph.runtime);
    }
}
