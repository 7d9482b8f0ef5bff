/* pkg_iter.c - the coroutines of package iter. */
#include "lang/lang.h"
#include "sched/sched.h"
#include "sched/stack.h"

static const gm_type coro_type = {.size = GM_CORO_SIZE,
                                  .ptrdata = GM_CORO_ARG + sizeof(void *),
                                  .align = 8,
                                  .field_align = 8,
                                  .kind = GM_STRUCT,
                                  .gcdata = (const uint8_t[]){1 << GM_CORO_ARG / 8}};

/* What the coroutine runs: f, which takes the coroutine itself. */
typedef struct body {
    const gm_func *f;
    gm_coro *c;
} body;

static const gm_type body_type = {.size = sizeof(body),
                                  .ptrdata = sizeof(body),
                                  .align = 8,
                                  .field_align = 8,
                                  .kind = GM_STRUCT,
                                  .gcdata = "\3"};

static void run(void *arg) {
    const body *b = arg;
    ((void (*)(gm_coro *, const gm_func *))b->f->code)(b->c, b->f);
}

gm_coro *runtime$newcoro(const gm_func *f) {
    gm_coro *c = gm_new(&coro_type);
    body *b = gm_new(&body_type);
    gm_store_ptr(&b->f, f);
    gm_store_ptr(&b->c, c);
    gm_coro_init(c, run, b, 0);
    return c;
}

void runtime$coroswitch(gm_coro *c) {
    gm_coro_switch(c);
}
