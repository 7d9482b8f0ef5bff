/* vm.c - a bytecode machine with NaN-boxed values, a value stack of its own, and coroutines on C stacks of their own.
 *
 * Shows: types whose words are decoded (GM_DEFINE_VALUE_TYPE), objects with a tail (gm_new_flex), stores into them
 * (gm_store_value), memory that is shown to the collector in the stop (gm_add_roots_callback), stacks of the program's own
 * (gm_stack_register, gm_stack_switch), values in C's local variables (gm_decode_stacks).
 *
 * A value is a double, or, among the bit patterns that no computation gives, a pointer to an object. The machine's stack is written
 * at every instruction. Plain stores do, because the collector looks at it while everything stands still, and because
 * what a value there led to when marking began is marked then. Objects are another matter: SET goes through the barrier.
 *
 * A coroutine is a machine on a C stack: when it yields, the interpreter's frames, with whatever objects their
 * variables hold, sleep on that stack, which the collector searches like any other.
 */
#include <golem.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

/* --- values --- */

typedef struct value {
    uint64_t bits;
} value;

#define BOX UINT64_C(0xfffc000000000000)

static inline void *decode(uint64_t bits) {
    return bits >= BOX ? (void *)(uintptr_t)(bits & ~BOX) : NULL;
}
GM_DEFINE_VALUE_TYPE(value_type, value, decode, bits);

static const value nil = {BOX};

static value number(double x) {
    value v;
    memcpy(&v, &x, sizeof v);
    return v;
}

static double as_number(value v) {
    double x;
    memcpy(&x, &v, sizeof x);
    return x;
}

typedef struct array {
    uint64_t n;
    value slot[];
} array;
GM_DEFINE_PLAIN_FLEX_TYPE(array_type, array, slot, value_type);

static array *as_array(value v) {
    return decode(v.bits);
}

static value new_array(size_t n) {
    array *a = gm_new_flex(&array_type, n);
    a->n = n;
    for (size_t i = 0; i < n; i++) a->slot[i] = nil; /* fresh: plain stores */
    return (value){(uint64_t)(uintptr_t)a | BOX};
}

/* --- machines --- */

enum { DEPTH = 64, C_STACK = 64 << 10, MOST = 8 };

typedef struct machine {
    value stack[DEPTH];
    int top;
    const int *code;
    value passed; /* to who resumes it */
    bool ended;
    gm_stack *c_stack; /* NULL: the first one, on main's */
    void *memory;
    ucontext_t here;
    struct machine *resumer;
} machine;

/* The library's malloc: the collector sees of it what show_stacks shows. */
static machine *machines[MOST];
static machine *running;

static void show_stacks(void *arg, gm_tracer *tracer) {
    (void)arg;
    for (int i = 0; i < MOST; i++) {
        if (!machines[i]) continue;
        gm_trace_values(tracer, &value_type, machines[i]->stack, (size_t)machines[i]->top);
        gm_trace_values(tracer, &value_type, &machines[i]->passed, 1);
    }
}

static machine *new_machine(int i, const int *code) {
    machine *m = calloc(1, sizeof *m);
    if (!m) abort();
    m->code = code;
    m->passed = nil;
    machines[i] = m;
    return m;
}

static void run(machine *m);

static void coroutine_body(void) {
    machine *m = running;
    run(m);
    m->ended = true;
    running = m->resumer;
    gm_stack_switch(running->c_stack);
    setcontext(&running->here);
}

static void new_coroutine(int i, const int *code) {
    machine *m = new_machine(i, code);
    m->memory = malloc(C_STACK);
    m->c_stack = m->memory ? gm_stack_register(m->memory, C_STACK) : NULL;
    if (!m->c_stack || getcontext(&m->here) != 0) abort();
    m->here.uc_stack.ss_sp = m->memory;
    m->here.uc_stack.ss_size = C_STACK;
    m->here.uc_link = NULL;
    makecontext(&m->here, coroutine_body, 0);
}

static void end_machine(int i) {
    machine *m = machines[i];
    machines[i] = NULL;
    if (m->c_stack) gm_stack_unregister(m->c_stack);
    free(m->memory);
    free(m);
}

static value resume(machine *m) {
    if (m->ended) return nil;
    m->resumer = running;
    running = m;
    gm_stack_switch(m->c_stack);
    swapcontext(&m->resumer->here, &m->here);
    value v = m->passed;
    m->passed = nil;
    return v;
}

static void yield(machine *m, value v) {
    m->passed = v;
    running = m->resumer;
    gm_stack_switch(running->c_stack);
    swapcontext(&m->here, &running->here);
}

/* --- instructions --- */

enum op {
    PUSH,
    LOAD,
    STORE,
    JUMP,
    UNLESS,
    LABEL,
    NEW,
    GET,
    SET,
    RESUME,
    ADD,
    MUL,
    LESS,
    YIELD,
    STOP
};
/* Those before ADD have an operand: a number, a variable, a label, a length, a slot, a coroutine. */

/* Where the code goes on behind LABEL n. */
static const int *label(const int *code, int n) {
    while (!(code[0] == LABEL && code[1] == n)) code += *code < ADD ? 2 : 1;
    return code + 2;
}

/* Variables are the lowest values of the stack. */
static void run(machine *m) {
    value *top = m->stack + m->top; /* the first free slot */
    for (const int *pc = m->code;; m->top = (int)(top - m->stack)) {
        int op = *pc++;
        int n = op < ADD ? *pc++ : 0;
        switch ((enum op)op) {
        case PUSH: *top++ = number(n); break;
        case LOAD: *top++ = m->stack[n]; break;
        case STORE: m->stack[n] = *--top; break;
        case JUMP: pc = label(m->code, n); break;
        case UNLESS:
            if (as_number(*--top) == 0) pc = label(m->code, n);
            break;
        case LABEL: break;
        case NEW: *top++ = new_array((size_t)n); break;
        case GET: top[-1] = as_array(top[-1])->slot[n]; break;
        case SET: /* array, new value: leaves the array */
            top--;
            gm_store_value(&as_array(top[-1])->slot[n].bits, top[0].bits, decode);
            break;
        case RESUME: *top++ = resume(machines[n]); break;
        case ADD: top--, top[-1] = number(as_number(top[-1]) + as_number(top[0])); break;
        case MUL: top--, top[-1] = number(as_number(top[-1]) * as_number(top[0])); break;
        case LESS: top--, top[-1] = number(as_number(top[-1]) < as_number(top[0])); break;
        case YIELD: yield(m, *--top); break;
        case STOP: return;
        }
    }
}

/* --- a program, and its coroutines --- */

enum { ROUNDS = 200000 };
enum { I, N = 0, SUM, PAIR, LIST }; /* variables */

/* for (i = 0; i < ROUNDS; i++) yield [i, i * i] */
static const int squares[] = {LABEL, 1, LOAD, I, PUSH, ROUNDS, LESS, UNLESS, 2, //
                              NEW,   2, LOAD, I, SET,  0,                       //
                              LOAD,  I, LOAD, I, MUL,  SET,    1,    YIELD,     //
                              LOAD,  I, PUSH, 1, ADD,  STORE,  I,    JUMP,   1, //
                              LABEL, 2, STOP};

/* for (n = 0; n < ROUNDS; n++) { pair = resume 1; sum += pair[1]; list = [pair, list]; resume 2; sum += (resume 3)[0] } */
static const int program[] = {LABEL,  1,    LOAD,   N,    PUSH, ROUNDS, LESS, UNLESS, 2,      //
                              RESUME, 1,    STORE,  PAIR,                                     //
                              LOAD,   SUM,  LOAD,   PAIR, GET,  1,      ADD,  STORE,  SUM,    //
                              NEW,    2,    LOAD,   PAIR, SET,  0,      LOAD, LIST,   SET, 1, //
                              STORE,  LIST,                                                   //
                              RESUME, 2,    STORE,  PAIR,                                     //
                              LOAD,   SUM,  RESUME, 3,    GET,  0,      ADD,  STORE,  SUM,    //
                              LOAD,   N,    PUSH,   1,    ADD,  STORE,  N,    JUMP,   1,      //
                              LABEL,  2,    STOP};

static void start(int i, const int *code, int variables) {
    if (i == 0)
        new_machine(i, code);
    else
        new_coroutine(i, code);
    for (int k = 0; k < variables; k++) machines[i]->stack[k] = k < LIST ? number(0) : nil;
    machines[i]->top = variables;
}

/* What the program has put on its list, newest first: pairs of a number and its square. */
static void check(value list) {
    double sum = 0;
    int n = 0;
    for (array *at = as_array(list); at; at = as_array(at->slot[1])) {
        const array *pair = as_array(at->slot[0]);
        double x = as_number(pair->slot[0]);
        if (x != ROUNDS - 1 - n++ || as_number(pair->slot[1]) != x * x) {
            printf("pair %d is damaged\n", n);
            exit(1);
        }
        sum += x * x;
    }
    printf("list: %d pairs, sum of squares %.0f\n", n, sum);
}

int main(void) {
    gm_init(0);
    gm_add_roots_callback(show_stacks, NULL);
    gm_decode_stacks(decode); /* C's variables hold values, too */
    start(0, program, LIST + 1);
    for (int i = 1; i <= 3; i++) start(i, squares, I + 1);
    running = machines[0];
    run(running);
    printf("sum: %.0f\n", as_number(running->stack[SUM]));
    check(running->stack[LIST]);

    gm_mem_stats st;
    gm_read_mem_stats(&st);
    printf("collections on the way: %s\n", st.num_gc >= 2 ? "some" : "none");
    for (int i = 1; i <= 3; i++) {
        resume(machines[i]); /* once more, to its end */
        if (!machines[i]->ended) printf("coroutine %d has not ended\n", i);
    }
    for (int i = 0; i <= 3; i++) end_machine(i);
    gm_remove_roots_callback(show_stacks, NULL);
    gm_shutdown();
}
