/* lisp.c - a small Lisp whose values live on Golem's heap.
 *
 * Shows: types and their pointer fields (GM_DEFINE_TYPE), allocation, pointer-free allocation,
 * roots, and where the write barrier belongs.
 *
 * Values are tagged objects: numbers, symbols, pairs, built-in functions and closures. One struct
 * serves all, so that there is one type to describe. Nothing is ever freed by hand: what the
 * program no longer reaches, from `global`, `symbols` or the C stack, the collector takes.
 *
 * The rules of barriers in practice:
 *   - make() stores into an object that it has just allocated: plain stores.
 *   - define() and symbol() change objects and roots that existed before: gm_store.
 *   - local variables of C are found on the stack: nothing to do, nothing to register.
 */
#include <golem.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { NUMBER, SYMBOL, PAIR, BUILTIN, CLOSURE };

typedef struct value value;
typedef value *builtin(value *args);

struct value {
    enum kind kind;
    long number;
    builtin *fn;  /* into the program's code: no pointer to an object */
    char *name;   /* symbol: bytes without pointers, themselves an object */
    value *a, *b; /* pair: first, rest. closure: (parameters . body), environment */
};

/* The collector follows name, a and b, and nothing else of a value. */
GM_DEFINE_TYPE(value_type, value, name, a, b);

static value *symbols; /* list of all symbols */
static value *global;  /* list of (symbol . value) */
static value *truth;

static value *make(enum kind kind, value *a, value *b) {
    value *v = gm_new(&value_type); /* zeroed */
    v->kind = kind;
    v->a = a;
    v->b = b;
    return v;
}

static value *cons(value *a, value *b) {
    return make(PAIR, a, b);
}

static value *number(long n) {
    value *v = make(NUMBER, NULL, NULL);
    v->number = n;
    return v;
}

/* The one symbol of this name. */
static value *symbol(const char *name, size_t len) {
    for (value *l = symbols; l; l = l->b)
        if (strlen(l->a->name) == len && memcmp(l->a->name, name, len) == 0) return l->a;
    char *copy = gm_alloc_noscan(len + 1);
    memcpy(copy, name, len);
    value *s = make(SYMBOL, NULL, NULL);
    s->name = copy;                       /* s is fresh: a plain store */
    gm_store(&symbols, cons(s, symbols)); /* a root is not fresh: the barrier */
    return s;
}

static value *name(const char *s) {
    return symbol(s, strlen(s));
}

/* --- reading --- */

static const char *in;

static value *read(void);

static value *read_list(void) {
    while (isspace((unsigned char)*in)) in++;
    if (*in == ')' || !*in) {
        if (*in) in++;
        return NULL;
    }
    value *first = read();
    return cons(first, read_list());
}

static value *read(void) {
    while (isspace((unsigned char)*in)) in++;
    if (*in == '(') {
        in++;
        return read_list();
    }
    if (*in == '\'') {
        in++;
        return cons(name("quote"), cons(read(), NULL));
    }
    const char *from = in;
    while (*in && !isspace((unsigned char)*in) && *in != '(' && *in != ')') in++;
    char *end;
    long n = strtol(from, &end, 10);
    return end == in ? number(n) : symbol(from, (size_t)(in - from));
}

/* --- printing --- */

static void print(const value *v) {
    if (!v) {
        printf("()");
    } else if (v->kind == NUMBER) {
        printf("%ld", v->number);
    } else if (v->kind == SYMBOL) {
        printf("%s", v->name);
    } else if (v->kind != PAIR) {
        printf("<function>");
    } else {
        const char *before = "(";
        for (; v; v = v->b, before = " ") {
            printf("%s", before);
            print(v->a);
        }
        printf(")");
    }
}

/* --- evaluation --- */

static void fail(const char *what, const value *v) {
    printf("error: %s: ", what);
    print(v);
    printf("\n");
    exit(1);
}

static value *lookup(value *sym, value *env) {
    for (value *e = env; e; e = e->b)
        if (e->a->a == sym) return e->a->b;
    for (value *e = global; e; e = e->b)
        if (e->a->a == sym) return e->a->b;
    fail("not defined", sym);
    return NULL;
}

static void define(value *sym, value *val) {
    for (value *e = global; e; e = e->b) {
        if (e->a->a != sym) continue;
        gm_store(&e->a->b, val); /* an old pair gets a new value: the barrier */
        return;
    }
    gm_store(&global, cons(cons(sym, val), global));
}

static value *eval(value *x, value *env);

static value *eval_all(value *l, value *env) {
    if (!l) return NULL;
    value *first = eval(l->a, env);
    return cons(first, eval_all(l->b, env));
}

static value *bind(value *params, value *args, value *env) {
    for (; params; params = params->b, args = args->b) {
        if (!args) fail("too few arguments for", params);
        env = cons(cons(params->a, args->a), env);
    }
    return env;
}

/* if, define, lambda, quote; *done tells whether x was one of them. */
static value *special(value *x, value *env, int *done) {
    static value *words[4]; /* symbols are never freed: `symbols` is a root and holds them */
    if (!words[0]) {
        words[1] = name("define");
        words[2] = name("lambda");
        words[3] = name("quote");
        words[0] = name("if");
    }
    *done = 1;
    if (x->a == words[0]) return eval(eval(x->b->a, env) ? x->b->b->a : x->b->b->b->a, env);
    if (x->a == words[2]) return make(CLOSURE, cons(x->b->a, x->b->b->a), env);
    if (x->a == words[3]) return x->b->a;
    if (x->a == words[1]) {
        define(x->b->a, eval(x->b->b->a, env));
        return x->b->a;
    }
    *done = 0;
    return NULL;
}

static value *eval(value *x, value *env) {
    if (!x || x->kind == NUMBER) return x;
    if (x->kind == SYMBOL) return lookup(x, env);
    int done;
    value *v = special(x, env, &done);
    if (done) return v;
    value *f = eval(x->a, env), *args = eval_all(x->b, env);
    if (!f || (f->kind != BUILTIN && f->kind != CLOSURE)) fail("not a function", x->a);
    if (f->kind == BUILTIN) return f->fn(args);
    return eval(f->a->b, bind(f->a->a, args, f->b));
}

/* --- built-in functions --- */

static value *add(value *l) {
    long n = 0;
    for (; l; l = l->b) n += l->a->number;
    return number(n);
}
static value *sub(value *l) {
    return number(l->a->number - l->b->a->number);
}
static value *mul(value *l) {
    return number(l->a->number * l->b->a->number);
}
static value *less(value *l) {
    return l->a->number < l->b->a->number ? truth : NULL;
}
static value *first(value *l) {
    return l->a->a;
}
static value *rest(value *l) {
    return l->a->b;
}
static value *pair(value *l) {
    return cons(l->a, l->b->a);
}

static void define_builtin(const char *word, builtin *fn) {
    value *f = make(BUILTIN, NULL, NULL);
    f->fn = fn;
    define(name(word), f);
}

static const char program[] =
    "(define fib (lambda (n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2))))))"
    "(fib 22)"
    "(define range (lambda (a b) (if (< a b) (cons a (range (+ a 1) b)) ())))"
    "(define map (lambda (f l) (if l (cons (f (first l)) (map f (rest l))) ())))"
    "(define fold (lambda (f x l) (if l (fold f (f x (first l)) (rest l)) x)))"
    "(map (lambda (n) (* n n)) (range 0 10))"
    "(fold + 0 (range 0 1000))"
    "(define adder (lambda (n) (lambda (m) (+ n m))))"
    "(map (adder 100) '(1 2 3))"
    "(define loop (lambda (n last) (if n (loop (rest n) (fold + 0 (range 0 200))) last)))"
    "(loop (range 0 500) 0)"
    "'(a list (of symbols) and 42)";

int main(void) {
    gm_init(0);
    /* Global variables are not seen until they are registered. */
    gm_register_roots(&symbols, &gm_pointer_type, 1);
    gm_register_roots(&global, &gm_pointer_type, 1);
    gm_register_roots(&truth, &gm_pointer_type, 1);

    gm_store(&truth, name("t"));
    define(truth, truth);
    define_builtin("+", add);
    define_builtin("-", sub);
    define_builtin("*", mul);
    define_builtin("<", less);
    define_builtin("first", first);
    define_builtin("rest", rest);
    define_builtin("cons", pair);

    for (in = program; *in;) {
        print(eval(read(), NULL));
        printf("\n");
    }

    gm_gc();
    gm_mem_stats st;
    gm_read_mem_stats(&st);
    printf("garbage collected: %s\n",
           st.frees > 1000000 ? "more than a million objects" : "little");
    printf("live at the end: %s\n", st.heap_objects < 20000 ? "next to nothing" : "too much");
    gm_shutdown();
    return 0;
}
