/* lang_panic_test.c - defer, panic and recover, in C as the compiler prints it.
 *
 * Each case writes what it does to a log; the log is compared with what Go's rules say. Cases that
 * end the process run in a child, whose standard error and exit status are looked at.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "child.h"
#include "lang/lang.h"
#include "sched/sched.h"

void gm_sched_begin(void);

typedef struct described {
    gm_type t;
    uint8_t name[24];
} described;

static const described int_type = {{.size = 8,
                                    .hash = 1,
                                    .align = 8,
                                    .field_align = 8,
                                    .kind = GM_INT,
                                    .tflag = GM_TFLAG_REGULAR_MEMORY,
                                    .equal = &gm_memequal64_fv,
                                    .str = sizeof(gm_type)},
                                   "\1\3int"};
static const described named_int_type = {{.size = 8,
                                          .hash = 2,
                                          .align = 8,
                                          .field_align = 8,
                                          .kind = GM_INT,
                                          .tflag = GM_TFLAG_REGULAR_MEMORY | GM_TFLAG_NAMED,
                                          .equal = &gm_memequal64_fv,
                                          .str = sizeof(gm_type)},
                                         "\1\6main.I"};
static const described string_type = {{.size = 16,
                                       .ptrdata = 8,
                                       .hash = 3,
                                       .align = 8,
                                       .field_align = 8,
                                       .kind = GM_STRING,
                                       .gcdata = "\1",
                                       .equal = &gm_strequal_fv,
                                       .str = sizeof(gm_type)},
                                      "\1\6string"};
static const described slice_type = {{.size = 24,
                                      .ptrdata = 8,
                                      .hash = 4,
                                      .align = 8,
                                      .field_align = 8,
                                      .kind = GM_SLICE,
                                      .gcdata = "\1",
                                      .str = sizeof(gm_type)},
                                     "\1\5[]int"};

static char log_text[512];

static void note(const char *s) {
    strcat(log_text, s);
    strcat(log_text, " ");
}

static gm_eface box_int(gm_int v) {
    gm_int *p = gm_alloc_noscan(sizeof *p);
    *p = v;
    return (gm_eface){&int_type.t, p};
}

static void note_value(gm_eface e) {
    char buf[128];
    gm_string text;
    if (!e.type)
        note("nil");
    else if (e.type == &int_type.t)
        snprintf(buf, sizeof buf, "%d", (int)*(gm_int *)e.data), note(buf);
    else if (gm_value_text(e, &text)) {
        snprintf(buf, sizeof buf, "<%.*s>", (int)text.n, text.p);
        note(buf);
    }
}

/* --- functions to defer --- */

static void recovers(void) {
    bool may = gm_recover_entry((void *)recovers);
    note_value(gm_recover(may));
}
static void recovers_twice(void) {
    bool may = gm_recover_entry((void *)recovers_twice);
    note_value(gm_recover(may));
    note_value(gm_recover(may));
}
static void calls_recovers(void) {
    recovers();
}
static void says_a(void) {
    note("a");
}
static void says_b(void) {
    note("b");
}
static void panics_7(void) {
    note("p7");
    gm_panic(box_int(7));
}
static void exits(void) {
    gm_goexit();
}
/* Defers, panics, and recovers that itself; then looks for the outer panic. */
static void nested(void);

typedef struct call {
    gm_defer d;
    void (*fn)(void);
} call;

static void run_call(gm_defer *d, bool panicking) {
    void (*fn)(void) = ((call *)d)->fn;
    if (panicking) gm_defer_callee((void *)fn);
    fn();
}

/* defer fns[0](); defer fns[1](); …; then body(). Returns 1 at the end, 2 after a recovery. */
__attribute__((noinline)) static int with_defers(void (*const *fns)(void), void (*body)(void)) {
    volatile int result = 2;
    call calls[8];
    gm_frame f;
    if (gm_frame_enter(&f, (void *)&result)) goto end;
    for (int i = 0; fns[i]; i++) {
        calls[i] = (call){{NULL, run_call}, fns[i]};
        gm_defer_push(&f, &calls[i].d);
    }
    body();
    result = 1;
end:
    gm_frame_leave(&f);
    return result;
}
#define DEFERS(...) ((void (*const[])(void)){__VA_ARGS__, NULL})

static void nested(void) {
    bool may = gm_recover_entry((void *)nested);
    note("n");
    with_defers(DEFERS(recovers), panics_7);
    note_value(gm_recover(may));
}

static void body_plain(void) {
    note("body");
}
static void body_index(void) {
    gm_panic_index(5, 3);
}
static void body_panic_1(void) {
    gm_panic(box_int(1));
}

static const gm_func *volatile no_func;
static void body_fault(void) {
    volatile const int *p = (const int *)no_func;
    (void)*(p + 2);
}

#define EXPECT(expr, value, text)                                                                  \
    do {                                                                                           \
        gm_g *g_ = gm_getg();                                                                      \
        log_text[0] = 0;                                                                           \
        assert_int_equal(expr, value);                                                             \
        assert_string_equal(log_text, text);                                                       \
        assert_null(g_->defers);                                                                   \
        assert_null(g_->panics);                                                                   \
    } while (0)

static void defers_run_in_reverse(void **state) {
    (void)state;
    EXPECT(with_defers(DEFERS(says_a, says_b), body_plain), 1, "body b a ");
}

static void recover_stops_a_panic(void **state) {
    (void)state;
    EXPECT(with_defers(DEFERS(says_a, recovers, says_b), body_panic_1), 2, "b 1 a ");
    EXPECT(with_defers(DEFERS(recovers_twice), body_panic_1), 2, "1 nil ");
    EXPECT(with_defers(DEFERS(recovers), body_plain), 1, "body nil ");
    EXPECT(with_defers(DEFERS(recovers), body_index), 2,
           "<runtime error: index out of range [5] with length 3> ");
}

static void only_the_deferred_function_recovers(void **state) {
    (void)state;
    EXPECT(with_defers(DEFERS(recovers, calls_recovers), body_panic_1), 2, "nil 1 ");
}

static void panics_replace_each_other(void **state) {
    (void)state;
    EXPECT(with_defers(DEFERS(recovers, says_a, panics_7), body_panic_1), 2, "p7 a 7 ");
    EXPECT(with_defers(DEFERS(recovers, panics_7), body_plain), 1, "body p7 7 ");
}

static void inner_panics_are_inner(void **state) {
    (void)state;
    EXPECT(with_defers(DEFERS(says_a, nested), body_panic_1), 2, "n p7 7 1 a ");
}

static void inner_frame(void) {
    with_defers(DEFERS(says_a), body_panic_1);
    note("not reached");
}

static void frames_between_are_left(void **state) {
    (void)state;
    EXPECT(with_defers(DEFERS(recovers, says_b), inner_frame), 2, "a b 1 ");
}

static void faults_are_panics(void **state) {
    (void)state;
    gm_signals_init();
    /* a thread that was attached runs on what counts as a system stack; goroutines do not */
    gm_m *m = gm_getm();
    uint32_t was = m->on_system;
    m->on_system = 0;
    EXPECT(with_defers(DEFERS(recovers), body_fault), 2,
           "<runtime error: invalid memory address or nil pointer dereference> ");
    m->on_system = was;
}

static void error_texts(void **state) {
    (void)state;
    static const struct {
        void (*raise)(void);
        const char *text;
    } none[] = {{gm_panic_divide, "<runtime error: integer divide by zero> "},
                {gm_panic_shift, "<runtime error: negative shift amount> "},
                {gm_panic_makeslice_len, "<runtime error: makeslice: len out of range> "},
                {gm_panic_makeslice_cap, "<runtime error: makeslice: cap out of range> "},
                {gm_panic_nil_map, "<assignment to entry in nil map> "}};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        EXPECT(with_defers(DEFERS(recovers), none[i].raise), 2, none[i].text);
}

static enum gm_bounds bounds_code;
static bool bounds_signed;
static gm_int bounds_x, bounds_y;
static void body_bounds(void) {
    gm_panic_bounds(bounds_x, bounds_y, bounds_signed, bounds_code);
}

static void bounds_texts(void **state) {
    (void)state;
    static const struct {
        enum gm_bounds code;
        gm_int x, y;
        bool is_unsigned;
        const char *text;
    } cases[] = {
        {GM_BOUNDS_INDEX, -1, 3, false, "index out of range [-1]"},
        {GM_BOUNDS_INDEX, -1, 3, true, "index out of range [18446744073709551615] with length 3"},
        {GM_BOUNDS_ALEN, 4, 3, false, "slice bounds out of range [:4] with length 3"},
        {GM_BOUNDS_ALEN, -4, 3, false, "slice bounds out of range [:-4]"},
        {GM_BOUNDS_ACAP, 4, 3, false, "slice bounds out of range [:4] with capacity 3"},
        {GM_BOUNDS_ACAP, -4, 3, true,
         "slice bounds out of range [:18446744073709551612] with capacity 3"},
        {GM_BOUNDS_3C, -1, 3, true, "slice bounds out of range [18446744073709551615:3:]"},
        {GM_BOUNDS_B, 2, 1, false, "slice bounds out of range [2:1]"},
        {GM_BOUNDS_B, -2, 1, false, "slice bounds out of range [-2:]"},
        {GM_BOUNDS_3ALEN, 4, 3, false, "slice bounds out of range [::4] with length 3"},
        {GM_BOUNDS_3ACAP, 4, 3, false, "slice bounds out of range [::4] with capacity 3"},
        {GM_BOUNDS_3B, 4, 3, false, "slice bounds out of range [:4:3]"},
        {GM_BOUNDS_3B, -4, 3, false, "slice bounds out of range [:-4:]"},
        {GM_BOUNDS_3C, 4, 3, false, "slice bounds out of range [4:3:]"},
        {GM_BOUNDS_3C, -4, 3, false, "slice bounds out of range [-4::]"},
        {GM_BOUNDS_CONVERT, 4, 2, false,
         "cannot convert slice with length 2 to array or pointer to array with length 4"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char expected[200];
        snprintf(expected, sizeof expected, "<runtime error: %s> ", cases[i].text);
        bounds_code = cases[i].code;
        bounds_signed = !cases[i].is_unsigned;
        bounds_x = cases[i].x;
        bounds_y = cases[i].y;
        EXPECT(with_defers(DEFERS(recovers), body_bounds), 2, expected);
    }
}

/* --- the end of a process --- */

static void (*last_act)(void);
static int act(void) {
    last_act();
    return 0;
}

static int end_of(void (*fn)(void)) {
    last_act = fn;
    return in_child(act);
}

#define DIES(fn, start)                                                                            \
    do {                                                                                           \
        char begin_[] = start;                                                                     \
        assert_int_equal(end_of(fn), 2);                                                           \
        child_text[sizeof begin_ - 1] = 0;                                                         \
        assert_string_equal(child_text, begin_);                                                   \
    } while (0)

static void die_int(void) {
    gm_panic(box_int(42));
}
static void die_named(void) {
    gm_eface e = box_int(42);
    e.type = &named_int_type.t;
    gm_panic(e);
}
static void die_string(void) {
    static const gm_string s = {(const uint8_t *)"alas", 4};
    gm_panic((gm_eface){&string_type.t, (void *)&s});
}
static void die_slice(void) {
    gm_panic((gm_eface){&slice_type.t, (void *)0x1234});
}
static void die_nil(void) {
    gm_panic((gm_eface){NULL, NULL});
}
static void die_twice(void) {
    with_defers(DEFERS(panics_7), body_panic_1);
}
static void die_after_recovery(void) {
    with_defers(DEFERS(panics_7, recovers), body_panic_1);
}
static void recovers_and_panics(void) {
    bool may = gm_recover_entry((void *)recovers_and_panics);
    gm_recover(may);
    gm_panic(box_int(8));
}
static void die_recovered(void) {
    with_defers(DEFERS(recovers_and_panics), body_panic_1);
}
static void die_assert(void) {
    gm_panic_assert(NULL, &int_type.t, &string_type.t, NULL);
}
static void die_nil_assert(void) {
    gm_panic_assert(NULL, NULL, &string_type.t, NULL);
}
static void die_throw(void) {
    gm_throw("no reason");
}
static void die_hash(void) {
    gm_eface e = {&slice_type.t, (void *)&slice_type};
    gm_efacehash(&e, 1);
}
static void die_compare(void) {
    gm_eface e = {&slice_type.t, (void *)&slice_type};
    gm_eface_eq(e, e);
}

/* Faults need goroutines. */
static int handling;
static void handles_for_ever(void) {
    __atomic_store_n(&handling, 1, __ATOMIC_SEQ_CST);
    for (;;) gm_sleep(1000000);
}
static void fault_and_handle(void *arg) {
    (void)arg;
    with_defers(DEFERS(handles_for_ever), body_fault);
}
static void fault_only(void *arg) {
    (void)arg;
    body_fault();
}
static void in_goroutine(void (*fn)(void *)) {
    gm_signals_init();
    gm_sched_begin();
    assert_non_null(gm_go_start_reserved(fn, NULL, 1 << 20));
}
static void die_fault(void) {
    in_goroutine(fault_only);
    for (;;) gm_sleep(1000000);
}
static void die_beside_fault(void) {
    in_goroutine(fault_and_handle);
    while (!__atomic_load_n(&handling, __ATOMIC_SEQ_CST)) gm_sleep(100000);
    gm_panic(box_int(42));
}

static void last_words(void **state) {
    (void)state;
    DIES(die_int, "panic: 42\n\ngoroutine ");
    DIES(die_fault, "panic: runtime error: invalid memory address or nil pointer dereference\n"
                    "[signal SIGSEGV: segmentation violation code=0x1 addr=0x8 pc=0x");
    DIES(die_beside_fault, "panic: 42\n\ngoroutine ");
    DIES(die_named, "panic: main.I(42)\n\ngoroutine ");
    DIES(die_string, "panic: alas\n\ngoroutine ");
    DIES(die_slice, "panic: ([]int) 0x1234\n\ngoroutine ");
    DIES(die_nil, "panic: nil\n\ngoroutine ");
    DIES(die_twice, "panic: 1\n\tpanic: 7\n\ngoroutine ");
    DIES(die_after_recovery, "panic: 7\n\ngoroutine ");
    DIES(die_recovered, "panic: 1 [recovered]\n\tpanic: 8\n\ngoroutine ");
    DIES(die_assert, "panic: interface conversion: interface is int, not string\n\ngoroutine ");
    DIES(die_nil_assert, "panic: interface conversion: interface is nil, not string\n\ngoroutine ");
    DIES(die_throw, "fatal error: no reason\n\ngoroutine ");
    DIES(die_hash, "panic: runtime error: hash of unhashable type []int\n\ngoroutine ");
    DIES(die_compare, "panic: runtime error: comparing uncomparable type []int\n\ngoroutine ");
}

/* --- Goexit, which needs goroutines --- */

/* The panic aborts the Goexit and is recovered; then the Goexit goes on. */
static void exit_then_recovered(void *arg) {
    (void)arg;
    with_defers(DEFERS(says_a, recovers, panics_7), exits);
    note("not reached");
}

static void goexit_goes_on(void **state) {
    (void)state;
    log_text[0] = 0;
    gm_sched_begin();
    assert_non_null(gm_go_start_reserved(exit_then_recovered, NULL, 1 << 20));
    for (int i = 0; i < 2000 && gm_num_goroutine() > 0; i++) gm_sleep(1000000);
    assert_string_equal(log_text, "p7 7 a ");
}

static int setup(void **state) {
    (void)state;
    gm_sched_init();
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defers_run_in_reverse),
        cmocka_unit_test(recover_stops_a_panic),
        cmocka_unit_test(only_the_deferred_function_recovers),
        cmocka_unit_test(panics_replace_each_other),
        cmocka_unit_test(inner_panics_are_inner),
        cmocka_unit_test(frames_between_are_left),
        cmocka_unit_test(faults_are_panics),
        cmocka_unit_test(error_texts),
        cmocka_unit_test(bounds_texts),
        cmocka_unit_test(last_words),
        cmocka_unit_test(goexit_goes_on),
    };
    return cmocka_run_group_tests_name("panics", tests, setup, NULL);
}
