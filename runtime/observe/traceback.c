/* traceback.c - the calls of a goroutine, as Go shows them.
 *
 * The unwinder of the C compiler's own library walks the stack by the tables that describe every
 * function; it needs more stack than a goroutine may have, so it runs on the system stack, whose
 * entry is described such that the walk leads on into the goroutine. Only compiled Go is shown: its
 * symbols are those with a '$' (see emit.h). Functions of the runtime are left out, those of
 * package runtime that Go programs call by name excepted.
 */
#include "observe/traceback.h"

#include <unwind.h>

#include "observe/dump.h"
#include "observe/output.h"
#include "sched/ancestors.h"
#include "sched/bubble.h"
#include "sched/sched.h"

enum { max_frames = 100 };

void gm_call_above(uintptr_t saved, void (*fn)(void *), void *arg);
void gm_call_above_registers(const uint64_t *regs, void (*fn)(void *), void *arg);

/* --- names --- */

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0;
}

static void put_byte(gm_text *out, char c) {
    gm_text_str(out, (gm_string){(const uint8_t *)&c, 1});
}

bool gm_is_go_symbol(const char *symbol) {
    return symbol && strchr(symbol, '$') && !strstr(symbol, "$$");
}

bool gm_is_called_symbol(const char *symbol) {
    static const char method_value[] = "$2fm"; /* x.m as a value: a wrapper around the method */
    size_t n = symbol ? strlen(symbol) : 0, k = sizeof method_value - 1;
    return gm_is_go_symbol(symbol) && (n < k || strcmp(symbol + n - k, method_value) != 0);
}

bool gm_go_name(const char *symbol, gm_text *out) {
    if (!gm_is_go_symbol(symbol)) return false;
    bool in_path = true, in_pointer = false;
    for (const char *s = symbol; *s; s++) {
        if (*s != '$') {
            put_byte(out, *s);
            continue;
        }
        if (s[1] == '5') { /* before the parenthesis that ends a pointer's name */
            gm_text_c(out, "[...]");
            s++;
            continue;
        }
        if (in_pointer) gm_text_c(out, ")");
        in_pointer = false;
        switch (s[1]) {
        case '0': put_byte(out, '/'), s++; break;
        case '1': /* in the path's last part it is escaped, as in Go's names */
            gm_text_c(out, in_path && !strstr(s, "$0") ? "%2e" : ".");
            s++;
            break;
        case '2': put_byte(out, '-'), s++; break;
        case '3':
            if (!s[2] || !s[3]) return true;
            put_byte(out, (char)(hex_digit(s[2]) << 4 | hex_digit(s[3])));
            s += 3;
            break;
        case '4':
            gm_text_c(out, ".(*");
            in_path = false;
            in_pointer = true;
            s++;
            break;
        case '6': return true; /* which instance of a generic function it is */
        default: in_path = false; put_byte(out, '.');
        }
    }
    if (in_pointer) gm_text_c(out, ")");
    return true;
}

/* The frame of a panic whose deferred calls are being made. */
bool gm_is_panic_frame(const char *name) {
    return name && strcmp(name, "gm_panic") == 0;
}

/* Is this a function to show? */
static bool is_shown(const char *name) {
    static const char own[] = "runtime$";
    if (!gm_is_called_symbol(name)) return false;
    if (strncmp(name, own, sizeof own - 1) != 0) return true;
    char c = name[sizeof own - 1];
    return c >= 'A' && c <= 'Z';
}

/* --- walking --- */

typedef struct walk {
    bool (*fn)(void *arg, uintptr_t pc, bool exact); /* exact: pc itself, not a return address */
    void *arg;
    bool after_switch; /* the last frame was a change of stacks, which hides its caller */
} walk;

static _Unwind_Reason_Code on_frame(struct _Unwind_Context *ctx, void *arg) {
    walk *w = arg;
    int exact = 0;
    uintptr_t pc = _Unwind_GetIPInfo(ctx, &exact);
    if (pc == 0) return _URC_END_OF_STACK;
    if (gm_pc_is_morestack(pc)) {
        w->after_switch = true;
        return _URC_NO_REASON;
    }
    if (w->after_switch) {
        w->after_switch = false;
        return _URC_NO_REASON;
    }
    return w->fn(w->arg, pc, exact) ? _URC_NO_REASON : _URC_END_OF_STACK;
}

static void walk_here(void *arg) {
    _Unwind_Backtrace(on_frame, arg);
}

void gm_walk_self(bool (*fn)(void *arg, uintptr_t pc, bool exact), void *arg) {
    walk w = {.fn = fn, .arg = arg};
    gm_systemstack(walk_here, &w);
}

/* g NULL: the calling thread. */
bool gm_walk_goroutine(gm_g *g, bool (*fn)(void *arg, uintptr_t pc, bool exact), void *arg) {
    walk w = {.fn = fn, .arg = arg};
    uint64_t regs[GM_REGISTERS];
    if (g && gm_g_registers(g, regs)) {
        gm_call_above_registers(regs, walk_here, &w);
    } else if (g == gm_getg()) {
        walk_here(&w);
    } else if (g->status == GM_G_RUNNING && !gm_g_stands(g)) {
        return false;
    } else if (g->sp) {
        gm_call_above(g->sp, walk_here, &w);
    }
    return true;
}

/* --- showing --- */

typedef struct trace {
    gm_text *out; /* NULL: standard error */
    gm_g *g;
    int level; /* 2: what belongs to the runtime, too */
    int frames;
    bool elided;
} trace;

static void put(trace *t, gm_string s) {
    if (t->out)
        gm_text_str(t->out, s);
    else
        gm_print_string(s);
}

static void put_c(trace *t, const char *s) {
    put(t, gm_cstr(s));
}

static void put_int(trace *t, int64_t v, bool hex) {
    char mem[24];
    gm_text text = {mem, 0, sizeof mem};
    if (hex)
        gm_text_hex(&text, (uint64_t)v);
    else
        gm_text_int(&text, v);
    put(t, (gm_string){(const uint8_t *)mem, (gm_int)text.n});
}

static void put_name(trace *t, const char *symbol) {
    char mem[512];
    gm_text text = {mem, 0, sizeof mem};
    if (!gm_go_name(symbol, &text)) gm_text_c(&text, symbol);
    put(t, (gm_string){(const uint8_t *)mem, (gm_int)text.n});
}

static void put_place(trace *t, const gm_place *p) {
    put_c(t, "\n\t");
    put_c(t, p->file ? p->file : "?");
    put_c(t, ":");
    put_int(t, p->line, false);
    if (!p->inlined && p->entry) {
        put_c(t, " +");
        put_int(t, (int64_t)(p->pc + 1 - p->entry), true);
    }
    put_c(t, "\n");
}

/* The name of what stands at a place: debug information knows inlined functions, the linker knows
 * the clones that the C compiler made (f.part.0). */
static const char *place_name(const gm_place *p) {
    return p->function ? p->function : p->symbol;
}

/* Arguments are not known; main has none. */
static void put_call(trace *t, const char *name) {
    if (gm_is_panic_frame(name))
        put_c(t, "panic");
    else
        put_name(t, name);
    put_c(t, strcmp(name, "main$main") == 0 ? "()" : "(...)");
}

static bool show_place(void *arg, const gm_place *p) {
    trace *t = arg;
    const char *name = place_name(p);
    /* At the top stands the panic that ends the program, which Go leaves out. */
    bool panic = gm_is_panic_frame(name) && t->frames > 0;
    if (!panic && !(t->level > 1 && name) && !is_shown(name)) return true;
    if (t->frames++ >= max_frames) {
        t->elided = true;
        return false;
    }
    put_call(t, name);
    put_place(t, p);
    return true;
}

static bool show_creator(void *arg, const gm_place *p) {
    trace *t = arg;
    if (!is_shown(place_name(p))) return true;
    put_c(t, "created by ");
    put_name(t, place_name(p));
    put_c(t, " in goroutine ");
    put_int(t, (int64_t)t->g->parent, false);
    put_place(t, p);
    return false;
}

static bool show_frame(void *arg, uintptr_t pc, bool exact) {
    return gm_symbolize(exact ? pc : pc - 1, show_place, arg);
}

static int64_t minutes_waiting(const gm_g *g) {
    uint32_t status = __atomic_load_n(&g->status, __ATOMIC_ACQUIRE);
    if ((status != GM_G_WAITING && status != GM_G_BLOCKED) || !g->wait_since) return 0;
    return (gm_nanotime() - g->wait_since) / 60000000000;
}

/* Could the wait be one that a bubble has no part in? */
static bool says_durable(unsigned reason) {
    return reason == GM_WAIT_CHAN_RECV || reason == GM_WAIT_CHAN_SEND || reason == GM_WAIT_SELECT ||
           reason == GM_WAIT_GROUP;
}

static void show_header(trace *t) {
    gm_g *g = t->g;
    bool self = g == gm_getg();
    put_c(t, "goroutine ");
    put_int(t, g ? (int64_t)g->id : 0, false);
    put_c(t, " [");
    put_c(t, g ? gm_g_state_text(g) : "running");
    if (g && g->durably) put_c(t, says_durable(g->wait_reason) ? " (durable)" : "");
    if (g && (g->flags & GM_GF_LEAKED)) put_c(t, " (leaked)");
    int64_t minutes = g && !self ? minutes_waiting(g) : 0;
    if (minutes > 0) {
        put_c(t, ", ");
        put_int(t, minutes, false);
        put_c(t, " minutes");
    }
    if (g && g->lock_count) put_c(t, ", locked to thread");
    if (g && g->bubble) {
        put_c(t, ", synctest bubble ");
        put_int(t, (int64_t)g->bubble->id, false);
    }
    put_c(t, "]:\n");
}

/* The function that a goroutine begins with; of a go statement with arguments the C function that unpacks them, f$$go1. */
static bool show_entry(void *arg, const gm_place *p) {
    trace *t = arg;
    if (p->inlined) return true;
    const char *name = place_name(p), *wrapper = name ? strstr(name, "$$go") : NULL;
    if (!wrapper && !is_shown(name)) return false;
    char mem[512];
    gm_text text = {mem, 0, sizeof mem - 1};
    gm_text_str(
        &text, (gm_string){(const uint8_t *)name, wrapper ? wrapper - name : (gm_int)strlen(name)});
    if (wrapper) {
        gm_text_c(&text, "$gowrap");
        gm_text_c(&text, wrapper + strlen("$$go"));
    }
    mem[text.n] = 0;
    put_call(t, mem);
    gm_place at = *p;
    at.entry = 0; /* nothing of it has run */
    put_place(t, &at);
    return false;
}

static void show_calls(trace *t) {
    if (!gm_walk_goroutine(t->g, show_frame, t))
        put_c(t, "\tgoroutine running on other thread; stack unavailable\n");
    else if (t->frames == 0 && t->g && t->g->fn)
        gm_symbolize((uintptr_t)t->g->fn, show_entry, t);
    if (t->elided) put_c(t, "...additional frames elided...\n");
}

/* As the ancestors of goroutines are shown: nothing is known of arguments, main's neither. */
static bool show_ancestor_place(void *arg, const gm_place *p) {
    trace *t = arg;
    if (!is_shown(place_name(p))) return true;
    put_name(t, place_name(p));
    put_c(t, "(...)");
    put_place(t, p);
    return true;
}

static bool show_ancestor_creator(void *arg, const gm_place *p) {
    trace *t = arg;
    if (!is_shown(place_name(p))) return true;
    put_c(t, "created by ");
    put_name(t, place_name(p));
    put_place(t, p);
    return false;
}

static void show_ancestors(trace *t) {
    const gm_ancestor *list;
    int n = gm_ancestors_of(t->g, &list);
    for (int i = 0; i < n; i++) {
        put_c(t, "[originating from goroutine ");
        put_int(t, (int64_t)list[i].id, false);
        put_c(t, "]:\n");
        for (int k = 0; k < list[i].n; k++)
            gm_symbolize(list[i].pcs[k] - 1, show_ancestor_place, t);
        if (list[i].n == GM_ANCESTOR_CALLS) put_c(t, "...additional frames elided...\n");
        if (list[i].go_pc && list[i].id != 1)
            gm_symbolize(list[i].go_pc - 1, show_ancestor_creator, t);
    }
}

static void show(void *arg) {
    trace *t = arg;
    gm_g *g = t->g;
    show_header(t);
    show_calls(t);
    if (g && g->go_pc && !(g->flags & GM_GF_MAIN)) gm_symbolize(g->go_pc - 1, show_creator, t);
    if (g) show_ancestors(t);
}

void gm_traceback_g(gm_g *g) {
    trace t = {.g = g, .level = gm_traceback_level()};
    gm_print_seize();
    gm_print_c("\n");
    gm_systemstack(show, &t);
    gm_print_unlock();
}

typedef struct stack_text {
    gm_text text;
    gm_g *self;
    bool all;
} stack_text;

static void show_other(void *arg, gm_g *g) {
    stack_text *s = arg;
    if (g == s->self || (g->flags & (GM_GF_SYSTEM | GM_GF_THREAD))) return;
    trace t = {.out = &s->text, .g = g};
    gm_text_c(&s->text, "\n");
    show(&t);
}

/* On the system stack. All goroutines can be shown only while they stand still. */
static void show_stacks(void *arg) {
    stack_text *s = arg;
    trace t = {.out = &s->text, .g = s->self};
    if (s->all) gm_world_stop("stack trace");
    show(&t);
    if (!s->all) return;
    gm_each_g(show_other, s);
    gm_world_start();
}

size_t gm_stack_text(char *buf, size_t cap, bool all) {
    stack_text s = {{buf, 0, cap}, gm_getg(), all};
    gm_systemstack(show_stacks, &s);
    return s.text.n;
}
