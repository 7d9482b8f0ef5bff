/* panic.c - defer, panic, recover, Goexit, and the last words of a process.
 *
 * Every active call of a function that defers has a gm_frame on its stack; the goroutine lists
 * them, newest first (g->defers). A panic is a record on the stack of gm_panic; the goroutine lists
 * those too (g->panics). gm_panic goes through the frames from the newest on and makes their
 * deferred calls on top of the panicking stack. A frame stays listed while its calls are made, so
 * that the list says at any moment where each panic stands:
 *
 *   - a panic that meets the frame at which an older panic stands has gone past it. The older one
 * is aborted: its deferred call will never return to it. It stays listed, for the message, until
 *     the newer one is recovered.
 *   - when a deferred call has recovered the panic, control jumps into the frame that deferred it;
 *     everything below is dead.
 *   - Goexit is a panic that nobody can recover. If a panic that aborted a Goexit is recovered, it
 *     takes over the Goexit's work instead of jumping.
 *
 * Who may recover: g->deferring holds the address of the function that the panic is about to enter.
 * Only that function, at its entry, finds its own address there; see go.h.
 *
 * Locks: none; all of this belongs to the goroutine.
 */
#include "lang/print.h"

#include <stdlib.h>

#include "sched/sched.h"
#include "observe/dump.h"
#include "upcall.h"

_Static_assert(offsetof(gm_frame, defers) == 64, "frame_amd64.S");
_Static_assert(offsetof(gm_frame, link) == 72, "frame_amd64.S");
_Static_assert(offsetof(gm_frame, results) == 80, "frame_amd64.S");
_Static_assert(offsetof(gm_g, defers) == 64, "frame_amd64.S");

enum { stack_pointer = 6 }; /* its place in gm_frame.regs */

typedef struct panic {
    gm_eface value;
    struct panic *link;
    gm_frame *frame; /* whose deferred calls it makes */
    gm_string text;  /* what the value says of itself, once it is clear that it will be printed */
    gm_signal_note signal; /* the fault that it began as; signo 0: none */
    bool has_text, recovered, aborted, goexit;
} panic;

void gm_frame_resume(gm_frame *f) __attribute__((noreturn));

/* --- leaving a frame in the ordinary way --- */

void gm_frame_leave(gm_frame *f) {
    gm_defer *d;
    while ((d = f->defers)) {
        f->defers = d->link;
        d->run(d, false);
    }
    gm_getg()->defers = f->link;
}

/* --- the right to recover --- */

void gm_defer_callee(void *code) {
    gm_getg()->deferring = code;
}

bool gm_recover_entry(void *code) {
    gm_g *g = gm_getg();
    if (g->deferring != code) return false;
    g->deferring = NULL;
    return true;
}

void gm_recover_wrapper(void *wrapper, void *wrapped) {
    gm_g *g = gm_getg();
    if (g->deferring == wrapper) g->deferring = wrapped;
}

gm_eface gm_recover(bool may) {
    panic *p = gm_getg()->panics;
    if (!may || !p || p->goexit || p->recovered) return (gm_eface){NULL, NULL};
    p->recovered = true;
    return p->value;
}

/* --- the last words --- */

void gm_exit(int code) {
    gm_os_exit(code);
}

static bool print_number(const gm_type *t, const void *p) {
    switch (t->kind) {
    case GM_BOOL: gm_print_bool(*(const bool *)p); return true;
    case GM_INT:
    case GM_INT64: gm_print_int(*(const int64_t *)p); return true;
    case GM_INT8: gm_print_int(*(const int8_t *)p); return true;
    case GM_INT16: gm_print_int(*(const int16_t *)p); return true;
    case GM_INT32: gm_print_int(*(const int32_t *)p); return true;
    case GM_UINT:
    case GM_UINTPTR:
    case GM_UINT64: gm_print_uint(*(const uint64_t *)p); return true;
    case GM_UINT8: gm_print_uint(*(const uint8_t *)p); return true;
    case GM_UINT16: gm_print_uint(*(const uint16_t *)p); return true;
    case GM_UINT32: gm_print_uint(*(const uint32_t *)p); return true;
    case GM_FLOAT32: gm_print_float32(*(const float *)p); return true;
    case GM_FLOAT64: gm_print_float64(*(const double *)p); return true;
    default: return false;
    }
}

static bool print_complex(const gm_type *t, const void *p) {
    switch (t->kind) {
    case GM_COMPLEX64: gm_print_complex64(*(const float _Complex *)p); return true;
    case GM_COMPLEX128: gm_print_complex128(*(const double _Complex *)p); return true;
    default: return false;
    }
}

/* Values of predeclared types print bare; of other types of those kinds as T(v), without more
 * parentheses around complex numbers; the rest by their address. */
void gm_print_panic_value(gm_eface v) {
    const gm_type *t = v.type;
    if (!t) {
        gm_print_c("nil");
        return;
    }
    gm_string name = gm_type_string(t);
    bool plain = !memchr(name.p, '.', (size_t)name.n);
    if (t->kind == GM_STRING) {
        if (!plain) gm_print_string(name), gm_print_c("(\"");
        gm_print_string(*(const gm_string *)v.data);
        if (!plain) gm_print_c("\")");
        return;
    }
    const void *p = t->tflag & GM_TFLAG_DIRECT_IFACE ? (const void *)&v.data : v.data;
    if (t->tflag & GM_TFLAG_DIRECT_IFACE || t->kind > GM_COMPLEX128) {
        gm_print_c("(");
        gm_print_string(name);
        gm_print_c(") ");
        gm_print_pointer(v.data);
        return;
    }
    if (!plain) gm_print_string(name);
    if (print_complex(t, p)) return;
    if (!plain) gm_print_c("(");
    print_number(t, p);
    if (!plain) gm_print_c(")");
}

static void print_panics(const panic *p) {
    if (p->link) {
        print_panics(p->link);
        if (!p->link->goexit) gm_print_c("\t");
    }
    if (p->goexit) return;
    gm_print_c("panic: ");
    if (p->has_text)
        gm_print_string(p->text);
    else
        gm_print_panic_value(p->value);
    if (p->recovered) gm_print_c(" [recovered]");
    gm_print_c("\n");
}

static void print_signal(const gm_signal_note *s) {
    gm_print_c("[signal ");
    gm_print_c(gm_signal_name(s->signo));
    gm_print_c(" code=");
    gm_print_hex((unsigned)s->code);
    gm_print_c(" addr=");
    gm_print_hex(s->addr);
    gm_print_c(" pc=");
    gm_print_hex(s->pc);
    gm_print_c("]\n");
}

/* The newest fault among the goroutine's panics that are not over. */
static const gm_signal_note *signal_of(const gm_g *g) {
    for (const panic *p = g ? g->panics : NULL; p; p = p->link)
        if (p->signal.signo) return &p->signal;
    return NULL;
}

static void die_alone(void) {
    if (gm_die_alone()) return;
    gm_print_seize();
    gm_exit(4);
}

/* A method Error or String that panics is not asked again. */
typedef struct guard {
    gm_defer d;
    gm_eface value; /* what the method panicked with */
} guard;

static void run_guard(gm_defer *d, bool panicking) {
    if (panicking) ((guard *)d)->value = gm_recover(true);
}

static void throw_text_panic(gm_eface v) {
    char mem[256];
    gm_text t = {mem, 0, sizeof mem - 1};
    gm_text_c(&t, "panic while printing panic value: ");
    if (v.type && v.type->kind == GM_STRING) {
        gm_text_str(&t, *(const gm_string *)v.data);
    } else if (v.type) {
        gm_text_c(&t, "type ");
        gm_text_str(&t, gm_type_string(v.type));
    }
    mem[t.n] = 0;
    gm_throw(mem);
}

static void ask_value(panic *p) {
    gm_frame f;
    guard g = {.d = {NULL, run_guard}};
    if (gm_frame_enter(&f, &g)) throw_text_panic(g.value);
    gm_defer_push(&f, &g.d);
    p->has_text = gm_value_text(p->value, &p->text);
    gm_frame_leave(&f);
}

static void die_here(void *scope) {
    gm_dump(gm_getg(), *(enum gm_dump_scope *)scope);
    gm_die(2);
}

/* What is printed last has been said, but for the traces. */
GM_NORETURN static void die(enum gm_dump_scope scope) {
    gm_print_unlock();
    gm_systemstack(die_here, &scope);
    __builtin_unreachable();
}

GM_NORETURN static void fatal_panic(gm_g *g) {
    panic *top = g->panics;
    for (panic *p = top; p; p = p->link)
        if (!p->goexit) ask_value(p);
    die_alone();
    gm_print_seize();
    print_panics(top);
    if (signal_of(g)) print_signal(signal_of(g));
    die(GM_DUMP_USER);
}

GM_NORETURN static void last_words(const char *msg, const gm_signal_note *f,
                                   enum gm_dump_scope scope) {
    die_alone();
    gm_print_seize();
    gm_print_c("fatal error: ");
    gm_print_c(msg);
    gm_print_c("\n");
    if (f) print_signal(f);
    die(scope);
}

void gm_throw_signal(const char *msg, const gm_signal_note *f) {
    last_words(msg, f, GM_DUMP_RUNTIME);
}

void gm_throw_user(const char *msg) {
    last_words(msg, signal_of(gm_getg()), GM_DUMP_USER);
}

void gm_throw(const char *msg) {
    gm_throw_signal(msg, signal_of(gm_getg()));
}

/* --- unwinding --- */

/* p has come to f: whatever older panic stood there is out of the race. */
static void abort_older(panic *p, const gm_frame *f) {
    for (panic *q = p->link; q; q = q->link)
        if (q->frame == f) q->aborted = true;
}

/* p was recovered by a call that f deferred. Goes on in f, or comes back if p has to go on as the
 * Goexit that it had aborted. */
static void resume_frame(gm_g *g, panic *p, gm_frame *f) {
    panic *older = p->link;
    if (older && older->goexit && older->aborted) {
        p->goexit = true;
        p->recovered = false;
        p->link = older->link;
        return;
    }
    while (older && older->aborted) older = older->link;
    g->panics = older;
    gm_stack_reset(g, (uintptr_t)f->regs[stack_pointer]);
    gm_frame_resume(f);
}

/* Makes all deferred calls of the goroutine; returns when none is left. */
static void run_defers(gm_g *g, panic *p) {
    gm_frame *f;
    while ((f = g->defers)) {
        gm_defer *d = f->defers;
        abort_older(p, f);
        if (!d) {
            g->defers = f->link;
            continue;
        }
        f->defers = d->link;
        p->frame = f;
        g->deferring = NULL;
        d->run(d, !p->goexit);
        g->deferring = NULL;
        if (p->recovered) resume_frame(g, p, f);
    }
}

/* panic(nil) raises a *runtime.PanicNilError, unless GODEBUG asks for how it was before. */
gm_eface runtime$nilPanicValue(void) __attribute__((weak));

void gm_panic(gm_eface v) {
    gm_g *g = gm_getg();
    gm_m *m = gm_getm();
    if (!v.type && runtime$nilPanicValue) v = runtime$nilPanicValue();
    if (!g) gm_throw("panic on a thread that is not a goroutine");
    if (m && m->on_system && !(g->flags & GM_GF_THREAD)) gm_throw("panic on system stack");
    panic p = {.value = v, .link = g->panics};
    if (g->fault) p.signal = *(const gm_signal_note *)g->fault;
    g->fault = NULL;
    g->panics = &p;
    run_defers(g, &p);
    if (p.goexit) gm_goroutine_exit();
    fatal_panic(g);
}

void gm_goexit(void) {
    gm_g *g = gm_getg();
    panic p = {.goexit = true, .link = g->panics};
    g->panics = &p;
    run_defers(g, &p);
    gm_goroutine_exit();
}
