/* pkg_synctest.c - what package internal/synctest asks of the runtime; see bubble.h. */
#include "gc/gc.h"
#include "lang/lang.h"
#include "sched/bubble.h"
#include "sched/sched.h"
#include "sched/stack.h"

bool internal$0synctest$IsInBubble(void) {
    return gm_bubble_current() != NULL;
}

static void call(void *f) {
    ((void (*)(const gm_func *))((const gm_func *)f)->code)(f);
}

void internal$0synctest$Run(const gm_func *f) {
    if (gm_bubble_current())
        gm_panic_plain_error(GM_STR("synctest.Run called from within a synctest bubble"));
    uintptr_t pc = (uintptr_t)__builtin_return_address(0);
    gm_bubble *b = gm_noscan(sizeof *b);
    switch (gm_bubble_run(b, call, (void *)f, pc)) {
    case GM_BUBBLE_OK: break;
    case GM_BUBBLE_BLOCKED:
        gm_panic_plain_error(GM_STR("deadlock: all goroutines in bubble are blocked"));
    case GM_BUBBLE_LEFT:
        gm_panic_plain_error(
            GM_STR("deadlock: main bubble goroutine has exited but blocked goroutines remain"));
    }
}

void internal$0synctest$Wait(void) {
    if (!gm_bubble_current()) gm_panic_plain_error(GM_STR("goroutine is not in a bubble"));
    if (!gm_bubble_wait()) gm_panic_plain_error(GM_STR("wait already in progress"));
}

/* --- the bubble as a value --- */

static const gm_type bubble_type = {.size = sizeof(void *),
                                    .ptrdata = sizeof(void *),
                                    .align = 8,
                                    .field_align = 8,
                                    .kind = GM_UNSAFE_POINTER,
                                    .gcdata = "\1"};

gm_eface internal$0synctest$acquire(void) {
    gm_bubble *b = gm_bubble_current();
    if (!b) return (gm_eface){NULL, NULL};
    gm_bubble_hold(b);
    return (gm_eface){&bubble_type, b};
}

void internal$0synctest$release(gm_eface bubble) {
    gm_bubble_release(bubble.data);
}

void internal$0synctest$inBubble(gm_eface bubble, const gm_func *f) {
    gm_g *g = gm_getg();
    if (g->bubble) gm_panic_plain_error(GM_STR("goroutine is already bubbled"));
    g->bubble = bubble.data;
    call((void *)f);
    gm_getg()->bubble = NULL;
}

/* --- objects of a bubble --- */

enum { UNBUBBLED, CURRENT, OTHER }; /* internal/synctest.Association */

typedef struct request {
    void *obj;
    uint64_t id; /* of a bubble; 0: none */
    bool set;
} request;

static void tag(void *arg) {
    request *r = arg;
    r->id = gm_object_tag(r->obj, r->id, r->set);
}

static gm_int association(void *obj, bool set) {
    uint64_t ours = gm_getg()->bubble->id;
    request r = {obj, ours, set};
    gm_systemstack(tag, &r);
    if (!r.id) return UNBUBBLED;
    return r.id == ours ? CURRENT : OTHER;
}

gm_int internal$0synctest$associate(void *p) {
    return association(p, true);
}
void internal$0synctest$disassociate(void *p) {
    request r = {p, 0, true};
    gm_systemstack(tag, &r);
}
bool internal$0synctest$isAssociated(void *p) {
    return association(p, false) == CURRENT;
}
