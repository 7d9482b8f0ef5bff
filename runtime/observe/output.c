/* output.c - what print, panics and traces write to standard error.
 *
 * The texts of one statement gather in one buffer, which goes out by write(2) when it is full and
 * when the statement ends. The lock belongs to a goroutine (or a thread) and nests. Its holder may
 * be made to yield, so those who wait for it yield too, rather than sleep.
 */
#include "observe/output.h"

#include "os/os.h"
#include "os/sync.h"
#include "sched/sched.h"

static struct {
    gm_mutex lock;
    const void *owner; /* atomic: a G, or a thread's limit word */
    int depth;
    gm_text text;
    char mem[1024];
} out = {.text = {out.mem, 0, sizeof out.mem}};

static const void *self(void) {
    gm_g *g = gm_getg();
    return g ? (const void *)g : (const void *)gm_limit_word();
}

static void wait_turn(void) {
    gm_m *m = gm_getm();
    if (gm_getg() && m && !m->on_system)
        gm_yield();
    else
        gm_os_yield();
}

static void flush(void) {
    gm_os_write_err(out.mem, out.text.n);
    out.text.n = 0;
}

void gm_print_lock(void) {
    const void *me = self();
    if (__atomic_load_n(&out.owner, __ATOMIC_RELAXED) != me) {
        while (!gm_mutex_trylock(&out.lock)) wait_turn();
        __atomic_store_n(&out.owner, me, __ATOMIC_RELAXED);
    }
    out.depth++;
}

void gm_print_unlock(void) {
    if (--out.depth > 0) return;
    flush();
    __atomic_store_n(&out.owner, NULL, __ATOMIC_RELAXED);
    gm_mutex_unlock(&out.lock);
}

void gm_print_seize(void) {
    const void *me = self();
    for (int i = 0; i < 1000; i++) {
        if (__atomic_load_n(&out.owner, __ATOMIC_RELAXED) == me || gm_mutex_trylock(&out.lock))
            break;
        gm_os_yield();
    }
    __atomic_store_n(&out.owner, me, __ATOMIC_RELAXED);
    out.depth = 1;
    flush();
}

void gm_print_string(gm_string s) {
    bool alone = __atomic_load_n(&out.owner, __ATOMIC_RELAXED) != self();
    if (alone) gm_print_lock();
    while (s.n > 0) {
        if (out.text.n == out.text.cap) flush();
        gm_int room = (gm_int)(out.text.cap - out.text.n);
        gm_int k = s.n < room ? s.n : room;
        gm_text_str(&out.text, (gm_string){s.p, k});
        s.p += k;
        s.n -= k;
    }
    if (alone) gm_print_unlock();
}

void gm_print_c(const char *s) {
    gm_print_string(gm_cstr(s));
}

static void print_text(const gm_text *t) {
    gm_print_string((gm_string){(const uint8_t *)t->p, (gm_int)t->n});
}

void gm_print_int(int64_t i) {
    char mem[24];
    gm_text t = {mem, 0, sizeof mem};
    gm_text_int(&t, i);
    print_text(&t);
}

void gm_print_uint(uint64_t u) {
    char mem[24];
    gm_text t = {mem, 0, sizeof mem};
    gm_text_uint(&t, u);
    print_text(&t);
}

void gm_print_hex(uint64_t u) {
    char mem[24];
    gm_text t = {mem, 0, sizeof mem};
    gm_text_hex(&t, u);
    print_text(&t);
}
