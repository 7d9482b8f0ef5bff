/* callback.c - roots that the program shows itself: callbacks in the stop at the beginning of a collection.
 *
 * Records are chained for good, and used again; fn NULL: free. Only attached threads change them, so nobody does during
 * a stop. What a callback shows is followed there and then, like stacks of C: so plain stores into it do, because what is
 * overwritten later was seen.
 */
#include "gc/gc.h"
#include "gc/layout.h"
#include "gc/roots.h"
#include "os/inside.h"
#include "os/fatal.h"
#include "upcall.h"

typedef struct callback {
    gm_roots_fn *fn;
    void *arg;
    struct callback *next;
} callback;
static callback *callbacks;
static gm_mutex callback_lock;

static callback *find_callback(gm_roots_fn *fn, void *arg) {
    callback *c = callbacks;
    while (c && (c->fn != fn || (fn && c->arg != arg))) c = c->next;
    return c;
}

void gm_add_roots_callback(gm_roots_fn *fn, void *arg) {
    gm_need_thread("gm_add_roots_callback");
    GM_INSIDE();
    gm_mutex_lock(&callback_lock);
    callback *c = find_callback(NULL, NULL);
    if (!c) {
        c = gm_persistent_alloc(sizeof *c, 8);
        c->next = callbacks;
        callbacks = c;
    }
    *c = (callback){fn, arg, c->next};
    gm_mutex_unlock(&callback_lock);
}

void gm_remove_roots_callback(gm_roots_fn *fn, void *arg) {
    gm_need_thread("gm_remove_roots_callback");
    GM_INSIDE();
    gm_mutex_lock(&callback_lock);
    callback *c = find_callback(fn, arg);
    if (c) c->fn = NULL;
    gm_mutex_unlock(&callback_lock);
    if (!c) gm_fatal("gm_remove_roots_callback: there is no such callback");
}

void gm_roots_call(gm_marker *m) {
    for (const callback *c = callbacks; c; c = c->next)
        if (c->fn) gm_layout_show(m, c->fn, c->arg);
}
