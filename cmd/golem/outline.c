/* outline.c - what is kept of a compiled package for those that import it.
 *
 * Importers read a package's declarations, and of its functions what they inline or instantiate; of the others they need to
 * know no more than how parameters escape. So the cache holds, beside the object and under the same action, where the bodies
 * stand that are of no use to others, the tags of all functions, and which instances of generic functions the package emits.
 * With that the source is read again, but those bodies are passed over, and what only they import is not loaded at all.
 *
 * What is printed for an importer is the same whether its imports are loaded whole or as outlines: the numbers of local types,
 * and who emits an instance, count what is left out. Bodies with directives in them stay, since these act on what follows.
 *
 * The file: a head of four counts; a record for each body left out; the tags; the names of the instances, each ended by NUL.
 */
#define _GNU_SOURCE /* memmem */
#include "golem.h"

#include "escape/escape.h"
#include "lower/cost.h"
#include "lower/instance.h"

#include <stdlib.h>

typedef struct Head {
    uint32_t files, bodies, tags, instances;
} Head;

typedef struct Body {
    uint32_t file;
    LeftOut left_out;
} Body;

bool outlines_serve(const Build *b) {
    const BuildOptions *opt = b->opt;
    return !opt->m && !opt->S && !opt->l && !opt->inline_budget && !opt->a && !opt->lang;
}

/* Counters of coverage are numbered through the whole package. */
static bool has_outline(const PkgNode *n) {
    return !n->for_test && !n->cover;
}

/* --- writing --- */

static bool mentions(Str text, const char *word) {
    return memmem(text.p, text.n, word, strlen(word)) != NULL;
}

static bool has_directives(Str body) {
    return mentions(body, "//go:") || mentions(body, "//line ") || mentions(body, "/*line ");
}

/* Loops over functions take iterators apart, and functions that return them, whatever they cost. */
static bool may_be_looped_over(const Func *f) {
    const ObjList *params = &f->params, *results = &f->results;
    if (results->n == 1) return underlying(results->v[0]->type)->kind == T_FUNC;
    return results->n == 0 && params->n == 1 && underlying(params->v[0]->type)->kind == T_FUNC;
}

static bool is_left_out(Func *f, const Node *body, Str src) {
    Str text = {src.p + body->block.from, body->block.to - body->block.from};
    return f && !f->tparams.n && inline_cost(f, NULL) < 0 && !may_be_looped_over(f) &&
           strcmp(f->name, "_") != 0 && body->block.rbrace.col < UINT16_MAX &&
           !has_directives(text);
}

static void put_bodies(Buf *b, const PkgNode *n, Head *h) {
    for (int i = 0; i < n->parsed.n; i++) {
        const NodeList *decls = &n->parsed.v[i]->decls;
        for (int k = 0; k < decls->n; k++) {
            const Node *d = decls->v[k], *body = d->kind == N_FUNC ? d->func.body : NULL;
            if (!body || !is_left_out(d->func.func, body, n->files.v[i]->src)) continue;
            const Func *f = d->func.func;
            Body r = {(uint32_t)i,
                      {body->block.from, body->block.to, body->block.rbrace.line,
                       body->block.rbrace.col, (uint32_t)body->block.types,
                       f->calls_recover_directly}};
            buf_put(b, (char *)&r, sizeof r);
            h->bodies++;
        }
    }
}

static void put_name(const char *name, void *ctx) {
    buf_put(ctx, name, strlen(name) + 1);
}

void outline_keep(const Build *b, PkgNode *n) {
    char *file = outlines_serve(b) && has_outline(n) ? action_file(n->action, "out") : NULL;
    if (!file) return;
    Head h = {.files = (uint32_t)n->parsed.n};
    Buf bodies = {0}, tags = {0}, names = {0}, all = {0};
    put_bodies(&bodies, n, &h);
    for (int i = 0; i < n->pkg->funcs.n; i++) {
        Str t = escape_tags(n->pkg->funcs.v[i]);
        if (t.n && !t.p) return;
        buf_put(&tags, t.p, t.n);
    }
    instance_names(n->pkg, put_name, &names);
    h.tags = (uint32_t)tags.n;
    h.instances = (uint32_t)names.n;
    buf_put(&all, (char *)&h, sizeof h);
    buf_put(&all, bodies.p, bodies.n);
    buf_put(&all, tags.p, tags.n);
    buf_put(&all, names.p, names.n);
    cache_put(file, (Str){all.p, all.n});
}

/* --- reading --- */

Outline *outline_find(PkgNode *n) {
    char *file = has_outline(n) ? action_file(n->action, "out") : NULL;
    Str text;
    Head h;
    if (!file || !cache_get(file, &text) || text.n < sizeof h) return NULL;
    memcpy(&h, text.p, sizeof h);
    if (h.files != (uint32_t)n->files.n ||
        text.n != sizeof h + sizeof(Body) * h.bodies + h.tags + h.instances)
        return NULL;
    Outline *o = new_(Outline);
    o->left_out = alloc(sizeof *o->left_out * (h.files + 1));
    const char *p = text.p + sizeof h;
    for (uint32_t i = 0; i < h.bodies; i++, p += sizeof(Body)) {
        Body r;
        memcpy(&r, p, sizeof r);
        push(&o->left_out[r.file], r.left_out);
    }
    o->tags = (Str){p, h.tags};
    p += h.tags;
    for (const char *end = p + h.instances; p < end; p += strlen(p) + 1)
        instance_elsewhere(p, node_package(n));
    return o;
}

void outline_give_tags(const PkgNode *n) {
    const char *p = n->outline->tags.p;
    for (int i = 0; i < n->pkg->funcs.n; i++) {
        escape_set_tags(n->pkg->funcs.v[i], p);
        p += escape_tags_size(n->pkg->funcs.v[i]);
    }
}
