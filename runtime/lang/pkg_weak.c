/* pkg_weak.c - weak pointers for packages weak and unique, cleanups and pins for package runtime. */
#include "gc/gc.h"
#include "gc/special.h"
#include "heap/heap.h"
#include "lang/lang.h"
#include "sched/sched.h"

/* --- weak --- */

/* A handle for what is never freed: it leads to the object itself. The first word of a gm_weak is the
 * complement of an address, which is never a pointer. */
typedef struct request {
    void *obj;
    void *result;
} request;

static void make_weak(void *arg) {
    request *r = arg;
    r->result = gm_weak_make(r->obj);
}

/* What lies outside the heap is its own handle. */
void *weak$runtime_registerWeakPointer(void *obj) {
    request r = {obj, NULL};
    gm_systemstack(make_weak, &r);
    return r.result ? r.result : obj;
}

static void get_weak(void *arg) {
    request *r = arg;
    r->result = gm_weak_get(r->obj);
}

void *weak$runtime_makeStrongFromWeak(void *handle) {
    if (!gm_find_object(handle, NULL)) return handle;
    request r = {handle, NULL};
    gm_systemstack(get_weak, &r);
    return r.result;
}

/* --- cleanups --- */

typedef struct pointer_in {
    void *p;
    bool ok;
} pointer_in;

pointer_in runtime$pointerIn(gm_eface v) {
    bool is = v.type && (v.type->kind == GM_POINTER || v.type->kind == GM_UNSAFE_POINTER);
    return (pointer_in){is ? v.data : NULL, is};
}

gm_string runtime$typeString(gm_eface v) {
    return gm_type_string(v.type);
}

bool runtime$sameObject(void *p, void *q) {
    size_t size;
    void *base = gm_find_object(p, &size);
    return base && base == gm_find_object(q, NULL) && size > GM_TINY_SIZE;
}

bool runtime$closesOver(void *fn, void *p) {
    size_t size;
    void **closure = gm_find_object(fn, &size), *object = gm_find_object(p, NULL);
    if (!closure || !object) return false;
    for (size_t i = 1; i < size / sizeof *closure; i++)
        if (closure[i] && gm_find_object(closure[i], NULL) == object) return true;
    return false;
}

static void call_closure(void *fn) {
    const gm_func *f = fn;
    ((void (*)(const gm_func *))f->code)(f);
}

typedef struct cleanup {
    void *obj, *fn;
    uint64_t id;
} cleanup;

static void add_cleanup(void *arg) {
    cleanup *c = arg;
    c->id = gm_add_numbered_cleanup(c->obj, call_closure, c->fn);
}

typedef struct added {
    uint64_t id;
    bool ok;
} added;

added runtime$addCleanup(void *obj, void *fn) {
    if (!gm_find_object(obj, NULL)) return (added){0, gm_is_global(obj)};
    cleanup c = {obj, fn, 0};
    gm_systemstack(add_cleanup, &c);
    return (added){c.id, true};
}

static void stop_cleanup(void *arg) {
    cleanup *c = arg;
    gm_numbered_cleanup_stop(c->obj, c->id);
}

void runtime$stopCleanup(void *obj, uint64_t id) {
    cleanup c = {obj, NULL, id};
    gm_systemstack(stop_cleanup, &c);
}

static void look_idle(void *arg) {
    gm_finalizers_kick();
    *(bool *)arg = gm_finalizers_idle();
}

/* Lets others run until all cleanups that a collection found have run, or so many nanoseconds are over. */
static bool wait_for_cleanups(int64_t timeout) {
    int64_t from = gm_os_nanotime();
    for (bool idle;; gm_yield()) {
        gm_systemstack(look_idle, &idle);
        if (idle || gm_os_nanotime() - from >= timeout) return idle;
    }
}

bool sync_test$runtime_blockUntilEmptyCleanupQueue(int64_t timeout) {
    return wait_for_cleanups(timeout);
}

bool unique$runtime_blockUntilEmptyCleanupQueue(int64_t timeout) {
    return wait_for_cleanups(timeout);
}

/* --- pins --- */

bool runtime$pinObject(void *p) {
    void *base = gm_find_object(p, NULL);
    if (!base) return false;
    gm_systemstack(gm_pin_object, base);
    return true;
}

void runtime$unpinObject(void *p) {
    gm_systemstack(gm_unpin_object, gm_find_object(p, NULL));
}
