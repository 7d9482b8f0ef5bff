/* pkg_runtime.c - the functions of lib/runtime that are written in C.
 *
 * Go code calls these by their symbols, on goroutine stacks; whatever is hungry for stack goes
 * through gm_systemstack.
 *
 * Program counters. Callers returns one for each function of Go, although the C compiler may have
 * put several into one: the distance from the innermost function inlined at an address stands in
 * the top byte, which no address uses. Profiles have plain return addresses, each of which stands for all functions
 * inlined there; of those that the compiler made nothing is shown.
 */
#include "lang/lang.h"

#include <stdalign.h>
#include <stdlib.h>

#include "gc/gc.h"
#include "heap/heap.h"
#include "observe/dump.h"
#include "observe/trace.h"
#include "sched/proc.h"
#include "sched/sched.h"
#include "upcall.h"

enum { depth_shift = 56, depth_max = 0x7f };

#define RETURN_ADDRESS ((uintptr_t)1 << 63)

/* --- memory --- */

static void do_stats(void *arg) {
    gm_read_mem_stats(arg);
}

void runtime$ReadMemStats(gm_mem_stats *st) {
    gm_systemstack(do_stats, st);
}

void runtime$keepAlive(gm_eface x) {
    __asm__ volatile("" : : "r"(x.data) : "memory");
}

/* --- finalizers --- */

GM_NORETURN static void bad_finalizer(const char *what, const gm_type *t, const char *why) {
    char mem[512];
    gm_text text = {mem, 0, sizeof mem - 1};
    gm_text_c(&text, "runtime.SetFinalizer: ");
    gm_text_c(&text, what);
    if (t) gm_text_str(&text, gm_type_string(t));
    gm_text_c(&text, why);
    mem[text.n] = 0;
    gm_throw(mem);
}

GM_NORETURN static void cannot_pass(const gm_type *obj, const gm_type *f, const char *why) {
    char mem[512];
    gm_text text = {mem, 0, sizeof mem - 1};
    gm_text_c(&text, "runtime.SetFinalizer: cannot pass ");
    gm_text_str(&text, gm_type_string(obj));
    gm_text_c(&text, " to finalizer ");
    gm_text_str(&text, gm_type_string(f));
    gm_text_c(&text, why);
    mem[text.n] = 0;
    gm_throw(mem);
}

/* The type of the one parameter of finalizer f, to which obj can be assigned. */
static const gm_type *finalizer_param(const gm_type *obj, const gm_type *f) {
    if (f->kind != GM_FUNC) bad_finalizer("second argument is ", f, ", not a function");
    if (gm_func_variadic(f)) cannot_pass(obj, f, " because dotdotdot");
    if (gm_func_ins(f) != 1) cannot_pass(obj, f, "");
    const gm_type *param = gm_func_param(f, 0);
    if (gm_type_same(param, obj)) return param;
    switch (param->kind) {
    case GM_POINTER: {
        bool unnamed = !gm_type_uncommon(param) || !gm_type_uncommon(obj);
        if (unnamed &&
            gm_type_same(((const gm_ptrtype *)param)->elem, ((const gm_ptrtype *)obj)->elem))
            return param;
        break;
    }
    case GM_INTERFACE:
        if (((const gm_interfacetype *)param)->nmethods == 0 ||
            gm_getitab_or_null((const gm_interfacetype *)param, obj))
            return param;
    }
    cannot_pass(obj, f, "");
}

/* weak: the linker defines it for programs, not for the shared library, where no Go code asks */
extern char __executable_start __attribute__((weak)), end;

bool gm_is_global(const void *p) {
    return (const char *)p >= &__executable_start && (const char *)p < &end;
}

/* What is registered with the collector in place of the function value. */
typedef struct finalizer_call {
    const gm_func *fn;
    size_t result; /* bytes of results that the caller provides room for; 0: none, or registers */
} finalizer_call;

static const gm_type finalizer_call_type = {.size = sizeof(finalizer_call),
                                            .ptrdata = sizeof(void *),
                                            .align = 8,
                                            .field_align = 8,
                                            .kind = GM_STRUCT,
                                            .gcdata = "\1"};

static const finalizer_call *make_finalizer_call(gm_eface f) {
    enum { in_registers = 16 };
    size_t size = 0;
    int n = gm_func_outs(f.type);
    for (int i = 0; i < n; i++) {
        const gm_type *t = gm_func_param(f.type, gm_func_ins(f.type) + i);
        size = (size + t->align - 1) & ~((size_t)t->align - 1);
        size += t->size;
    }
    finalizer_call *c = gm_new(&finalizer_call_type);
    const gm_func *fn = f.data;
    gm_store_ptr(&c->fn, fn);
    c->result = size > in_registers ? size : 0;
    return c;
}

static void call_with_word(const finalizer_call *c, void *obj) {
    const gm_func *f = c->fn;
    if (!c->result) {
        ((void (*)(void *, const gm_func *))f->code)(obj, f);
        return;
    }
    void *room = gm_alloc_conservative(c->result);
    ((void (*)(void *, void *, const gm_func *))f->code)(room, obj, f);
}

static void call_with_pair(const finalizer_call *c, gm_eface obj) {
    const gm_func *f = c->fn;
    if (!c->result) {
        ((void (*)(gm_eface, const gm_func *))f->code)(obj, f);
        return;
    }
    void *room = gm_alloc_conservative(c->result);
    ((void (*)(void *, gm_eface, const gm_func *))f->code)(room, obj, f);
}

/* Calls a finalizer; its results are dropped. An interface, with methods or without, is passed as a
 * pair of words. */
static void call_finalizer(const void *call, const gm_type *param, const gm_type *obj_type,
                           void *obj) {
    if (param->kind != GM_INTERFACE) {
        call_with_word(call, obj);
    } else if (((const gm_interfacetype *)param)->nmethods == 0) {
        call_with_pair(call, (gm_eface){obj_type, obj});
    } else {
        const gm_itab *tab = gm_getitab((const gm_interfacetype *)param, obj_type);
        call_with_pair(call, (gm_eface){(const gm_type *)tab, obj});
    }
}

typedef struct finalizer {
    gm_eface obj;
    const finalizer_call *call;
    const gm_type *param;
    bool ok;
} finalizer;

static void set_finalizer(void *arg) {
    finalizer *r = arg;
    r->ok = gm_set_go_finalizer(r->obj.data, r->obj.type, r->call, r->param, call_finalizer);
}

static void clear_finalizer(void *obj) {
    gm_clear_finalizer(obj);
}

void runtime$SetFinalizer(gm_eface obj, gm_eface f) {
    if (!obj.type) bad_finalizer("first argument is nil", NULL, "");
    if (obj.type->kind != GM_POINTER)
        bad_finalizer("first argument is ", obj.type, ", not pointer");
    if (!obj.data) bad_finalizer("first argument is nil", NULL, "");
    const gm_type *elem = ((const gm_ptrtype *)obj.type)->elem;
    void *base = gm_find_object(obj.data, NULL);
    if (!base) {
        if (obj.data == &gm_zerobase || gm_is_global(obj.data)) return;
        bad_finalizer("pointer not in heap", NULL, "");
    }
    /* Small objects without pointers may share a block. */
    if (base != obj.data && (gm_has_pointers(elem) || elem->size >= GM_TINY_SIZE))
        bad_finalizer("pointer not at beginning of allocated block", NULL, "");
    if (!f.type) {
        gm_systemstack(clear_finalizer, obj.data);
        return;
    }
    const gm_type *param = finalizer_param(obj.type, f.type);
    finalizer r = {obj, make_finalizer_call(f), param, false};
    gm_systemstack(set_finalizer, &r);
    if (!r.ok) bad_finalizer("finalizer already set", NULL, "");
}

/* --- goroutines and processors --- */

void runtime$Gosched(void) {
    gm_yield();
}
void runtime$Goexit(void) {
    gm_goexit();
}
gm_int runtime$GOMAXPROCS(gm_int n) {
    return gm_gomaxprocs(n > INT32_MAX ? INT32_MAX : n < 0 ? 0 : (int)n);
}
void runtime$SetDefaultGOMAXPROCS(void) {
    gm_gomaxprocs_default();
}
gm_int runtime$NumCPU(void) {
    return gm_num_cpu();
}
gm_int runtime$NumGoroutine(void) {
    return gm_num_goroutine();
}
void runtime$LockOSThread(void) {
    gm_lock_os_thread();
}
void runtime$UnlockOSThread(void) {
    gm_unlock_os_thread();
}

gm_string runtime$GOROOT(void) {
    const char *root = NULL;
    for (char **e = gm_envp; e && *e; e++)
        if (strncmp(*e, "GOROOT=", 7) == 0) root = *e + 7;
    return gm_cstr(root && *root ? root : "/usr/share/go-1.27");
}

void runtime$Breakpoint(void) {
    __asm__ volatile("int3");
}

/* --- the call stack --- */

typedef struct callers {
    uintptr_t *pcs;
    gm_int n, max, skip;
    uintptr_t pc; /* the address whose functions are being counted */
    unsigned depth;
} callers;

static bool count_place(void *arg, const gm_place *p) {
    callers *c = arg;
    const char *name = p->function ? p->function : p->symbol;
    unsigned depth = c->depth++;
    if (!gm_is_called_symbol(name) && !gm_is_panic_frame(name)) return true;
    if (c->skip-- > 0) return true;
    if (c->n == c->max) return false;
    c->pcs[c->n++] = c->pc | RETURN_ADDRESS | (uintptr_t)(depth & depth_max) << depth_shift;
    return true;
}

static bool count_frame(void *arg, uintptr_t pc, bool exact) {
    callers *c = arg;
    c->pc = exact ? pc + 1 : pc;
    c->depth = 0;
    return gm_symbolize(c->pc - 1, count_place, c) && c->n < c->max;
}

gm_int runtime$Callers(gm_int skip, gm_slice pcs) {
    callers c = {.pcs = pcs.p, .max = pcs.len, .skip = skip};
    if (pcs.len > 0) gm_walk_self(count_frame, &c);
    return c.n;
}

gm_int runtime$Stack(gm_slice buf, bool all) {
    return (gm_int)gm_stack_text(buf.p, (size_t)buf.len, all);
}

typedef struct lookup {
    uintptr_t pc;
    unsigned depth;
    gm_place place;
    bool found;
} lookup;

static bool pick_place(void *arg, const gm_place *p) {
    lookup *l = arg;
    const char *name = p->function ? p->function : p->symbol;
    if (!name) return true;
    l->place = *p;
    l->found = true;
    return l->depth-- > 0;
}

static void find_place(void *arg) {
    lookup *l = arg;
    gm_symbolize(l->pc, pick_place, l);
}

/* Debug information has functions that the linker dropped at addresses from zero on. */
static lookup look_up(uintptr_t pc) {
    lookup l = {.pc = pc & (((uintptr_t)1 << depth_shift) - 1),
                .depth = (unsigned)(pc >> depth_shift) & depth_max};
    if (pc & RETURN_ADDRESS) l.pc--;
    if (gm_is_global((const void *)l.pc)) gm_systemstack(find_place, &l);
    return l;
}

/* The name of what stands at a place, for Go. */
static gm_string place_name(const gm_place *p) {
    char mem[512];
    gm_text text = {mem, 0, sizeof mem};
    const char *name = p->function ? p->function : p->symbol;
    if (gm_is_panic_frame(name))
        gm_text_c(&text, "runtime.gopanic");
    else if (!gm_go_name(name, &text))
        gm_text_c(&text, name);
    return gm_text_copy(&text);
}

typedef struct func_info {
    uintptr_t entry;
    gm_string name;
    bool ok;
} func_info;

func_info runtime$funcInfo(uintptr_t pc) {
    lookup l = look_up(pc);
    if (!l.found) return (func_info){0, {NULL, 0}, false};
    return (func_info){l.place.entry, place_name(&l.place), true};
}

/* A runtime.Func: one for each function that was asked for, and for ever, since programs compare them. */
typedef struct func {
    uintptr_t entry;
    gm_string name;
    struct func *next;
} func;

enum { FUNC_LISTS = 1024 };
static gm_mutex funcs_lock;
static func
    *funcs[FUNC_LISTS]; /* by entry; of one entry there may be several: what was inlined there */

static void find_or_add(void *arg) {
    func *wanted = arg, **list = &funcs[wanted->entry / 16 % FUNC_LISTS];
    gm_mutex_lock(&funcs_lock);
    func *f = *list;
    while (f && !(f->entry == wanted->entry && gm_string_eq(f->name, wanted->name))) f = f->next;
    if (!f) {
        size_t n = (size_t)wanted->name.n;
        f = gm_persistent_alloc(sizeof *f + n, alignof(func));
        *f = (func){wanted->entry, {memcpy(f + 1, wanted->name.p, n), wanted->name.n}, *list};
        *list = f;
    }
    gm_mutex_unlock(&funcs_lock);
    wanted->next = f;
}

func *runtime$theFunc(uintptr_t entry, gm_string name) {
    func wanted = {entry, name, NULL};
    gm_systemstack(find_or_add, &wanted);
    return wanted.next;
}

typedef struct pc_line {
    gm_string file;
    gm_int line;
} pc_line;

pc_line runtime$pcLine(uintptr_t pc) {
    lookup l = look_up(pc);
    if (!l.found || !l.place.file) return (pc_line){{NULL, 0}, 0};
    return (pc_line){gm_cstr(l.place.file), l.place.line};
}

/* The functions at an address that are to be seen, one after the other; at one of Callers' own, the one it means. */
typedef struct frame_search {
    uintptr_t pc;
    bool all;   /* of a function of C: whatever has a name */
    int wanted; /* how many to pass over */
    int exact;  /* this one, counted from the innermost; -1: all that are to be seen */
    int at, seen;
    gm_place place;
    bool found, more;
} frame_search;

static bool search_place(void *arg, const gm_place *p) {
    frame_search *f = arg;
    const char *name = p->function ? p->function : p->symbol;
    int at = f->at++;
    if (f->exact >= 0 ? at != f->exact : !f->all && !gm_is_called_symbol(name)) return true;
    int nth = f->seen++;
    if (nth > f->wanted) {
        f->more = true;
        return false;
    }
    if (nth < f->wanted) return true;
    f->place = *p;
    f->found = name != NULL;
    return true;
}

static void search_frame(void *arg) {
    frame_search *f = arg;
    gm_symbolize(f->pc, search_place, f);
}

typedef struct frame_info {
    uintptr_t pc, entry;
    gm_string name, file;
    gm_int line;
    bool inlined, more; /* more: at the same address */
    bool ok;
} frame_info;

/* The n-th frame at a return address. */
frame_info runtime$frameAt(uintptr_t pc, gm_int n) {
    uintptr_t at = (pc & (((uintptr_t)1 << depth_shift) - 1)) - 1;
    frame_search f = {.pc = at, .all = !gm_pc_is_go(at), .wanted = (int)n, .exact = -1};
    if (pc & RETURN_ADDRESS) f.exact = (int)(pc >> depth_shift) & depth_max;
    gm_systemstack(search_frame, &f);
    frame_info info = {.pc = at, .ok = f.found, .more = f.more};
    if (!f.found) return info;
    info.entry = f.place.entry;
    info.name = place_name(&f.place);
    if (f.place.file) info.file = gm_cstr(f.place.file);
    info.line = f.place.line;
    info.inlined = f.place.inlined;
    return info;
}

/* --- runtime/debug --- */

int32_t runtime$0debug$setGCPercent(int32_t percent) {
    return gm_gc_set_percent(percent < 0 ? -1 : percent);
}

int64_t runtime$0debug$setMemoryLimit(int64_t limit) {
    return gm_gc_set_memory_limit(limit);
}

static void forced(void *arg) {
    (void)arg;
    gm_scavtrace_forced();
}

void runtime$0debug$freeOSMemory(void) {
    gm_free_os_memory();
    gm_systemstack(forced, NULL);
}

gm_int runtime$0debug$setMaxStack(gm_int bytes) {
    return (gm_int)gm_stack_set_max((size_t)bytes);
}

void runtime$0debug$SetTraceback(gm_string level) {
    char text[16] = "";
    if (level.n < (gm_int)sizeof text) memcpy(text, level.p, (size_t)level.n);
    gm_traceback_set(level.n < (gm_int)sizeof text ? text : "?");
}

bool runtime$0debug$setPanicOnFault(bool on) {
    return gm_set_panic_on_fault(on);
}

/* For debug.SetCrashOutput; all ones: none. */
uintptr_t runtime$setCrashFD(uintptr_t fd) {
    return (uintptr_t)(intptr_t)gm_set_crash_fd((int)fd);
}

/* --- runtime/metrics --- */

uint64_t runtime$gcPercent(void) {
    return (uint64_t)(int64_t)gm_gc_percent();
}

uint64_t runtime$memoryLimit(void) {
    return (uint64_t)gm_gc_set_memory_limit(-1);
}

/* What the build wrote into the program, if anything: build information, and the defaults of GODEBUG. */
extern const char gm_build_info[] __attribute__((weak));
extern const char gm_godebug_defaults[] __attribute__((weak));

/* The number of threads is not limited: the setting is kept for who asks. */
gm_int runtime$0debug$setMaxThreads(gm_int n) {
    static gm_int limit = 10000;
    return __atomic_exchange_n(&limit, n, __ATOMIC_RELAXED);
}

gm_string runtime$0debug$modinfo(void) {
    return gm_cstr(gm_build_info ? gm_build_info : "");
}

gm_string runtime$godebugDefaults(void) {
    return gm_cstr(gm_godebug_defaults ? gm_godebug_defaults : "");
}

gm_string runtime$getenv(gm_string key) {
    for (char **e = gm_envp; e && *e; e++)
        if (strncmp(*e, (const char *)key.p, (size_t)key.n) == 0 && (*e)[key.n] == '=')
            return gm_cstr(*e + key.n + 1);
    return (gm_string){NULL, 0};
}

void internal$0runtime$0cgroup$throw(gm_string msg) {
    gm_throw_text(msg);
}
