/* frames_test.c - which words the analysis of a function's assembly calls dead. */
#include "frames/frames.h"

#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

static int setup(void **state) {
    (void)state;
    base_reset();
    return 0;
}

static const char *maps(const char *body) {
    char *text = xprintf("f:\n\t.cfi_startproc\n%s\t.cfi_endproc\n", body);
    Buf b = frame_maps((Str){text, strlen(text)});
    return buf_str(&b);
}

/* A frame of 40 bytes below the return address and one saved register. */
#define ENTER                                                                                      \
    "\tpushq\t%rbx\t#\n\t.cfi_def_cfa_offset 16\n\t.cfi_offset 3, -16\n"                           \
    "\tsubq\t$32, %rsp\t#,\n\t.cfi_def_cfa_offset 48\n"
#define LEAVE                                                                                      \
    "\taddq\t$32, %rsp\t#,\n\t.cfi_def_cfa_offset 16\n\tpopq\t%rbx\t#\n"                           \
    "\t.cfi_def_cfa_offset 8\n\tret\n"

static void assert_table(const char *body, const char *blobs) {
    const char *text = maps(body);
    const char *at = strstr(text, "gm_frames,\"a\",@progbits\n");
    if (!blobs) {
        assert_null(at);
        return;
    }
    assert_non_null(at);
    assert_string_equal(strchr(at, '\n') + 1, blobs);
}

/* Bits of registers: rbx rbp r12 r13 r14 r15; rbx alone was saved here. */
static void register_that_is_read_no_more(void **state) {
    (void)state;
    assert_table(ENTER "\tmovq\t%rdi, %rbx\t# p, p\n\tcall\tg\t#\n\tmovq\t%rbx, %rdi\t# p,\n"
                       "\tcall\th\t#\n" LEAVE,
                 ".Lgm_frame0:\n\t.byte 63,1,15\n"
                 ".Lgm_frame1:\n\t.byte 62,1,15\n"); /* and nothing is kept in the frame */
}

static void register_that_the_function_leaves_alone_is_its_callers(void **state) {
    (void)state;
    assert_table("\tsubq\t$8, %rsp\t#,\n\t.cfi_def_cfa_offset 16\n\tcall\tg\t#\n"
                 "\taddq\t$8, %rsp\t#,\n\t.cfi_def_cfa_offset 8\n\tret\n",
                 ".Lgm_frame0:\n\t.byte 63,1,1\n");
}

static void spilled_word_between_its_last_load_and_its_next_store(void **state) {
    (void)state;
    assert_table(ENTER
                 "\tmovq\t%rdi, 8(%rsp)\t# p, %sfp\n\tmovq\t%rdi, 24(%rsp)\t#, x\n"
                 "\tcall\tg\t#\n\tmovq\t8(%rsp), %rbx\t# %sfp, p\n\tleaq\t24(%rsp), %rdi\t#,\n"
                 "\tcall\th\t#\n\tmovq\t%rbx, %rdi\t# p,\n\tcall\ti\t#\n" LEAVE,
                 ".Lgm_frame0:\n\t.byte 62,0\n"
                 ".Lgm_frame1:\n\t.byte 127,1,3,1,2,0,4,0\n"
                 ".Lgm_frame2:\n\t.byte 126,1,3,1,2,0,4,0\n");
}

static void spilled_word_is_live_around_a_loop(void **state) {
    (void)state;
    assert_table(ENTER "\tmovq\t%rdi, 8(%rsp)\t# p, %sfp\n.L2:\n\tcall\tg\t#\n"
                       "\tmovq\t8(%rsp), %rdi\t# %sfp, p\n\tcall\th\t#\n\ttestl\t%eax, %eax\t#\n"
                       "\tjne\t.L2\t#,\n\tcall\ti\t#\n" LEAVE,
                 ".Lgm_frame0:\n\t.byte 62,1,13\n"
                 ".Lgm_frame1:\n\t.byte 62,1,15\n");
}

static void store_of_a_part_makes_no_word_new(void **state) {
    (void)state;
    assert_table(ENTER "\tcall\tg\t#\n\tmovl\t%eax, 8(%rsp)\t# p, %sfp\n"
                       "\tmovq\t8(%rsp), %rdi\t# %sfp, p\n\tcall\th\t#\n" LEAVE,
                 ".Lgm_frame0:\n\t.byte 62,1,13\n"
                 ".Lgm_frame1:\n\t.byte 62,1,15\n");
}

/* A truth value in a register that else has what the caller left there. */
static void parts_of_a_word_are_no_pointers(void **state) {
    (void)state;
    assert_table(ENTER
                 "\tcall\tg\t#\n\tsete\t%bl\t#, ok\n\tcall\th\t#\n\tmovzbl\t%bl, %edi\t# ok,\n"
                 "\tcall\ti\t#\n" LEAVE,
                 ".Lgm_frame0:\n\t.byte 62,1,15\n");
    assert_table(
        ENTER
        "\tcall\tg\t#\n\tmovb\t%al, 15(%rsp)\t# ok, %sfp\n\tcall\th\t#\n"
        "\tmovzbl\t15(%rsp), %edi\t# %sfp, ok\n\tcall\ti\t#\n\tcmpl\t$0, 16(%rsp)\t#, %sfp\n" LEAVE,
        ".Lgm_frame0:\n\t.byte 62,1,15\n");
}

#define CALL      "\tleaq\t8(%rsp), %rdi\t#,\n\tcall\tg\t#\n"
#define FORGET    "#APP\n# 1 \"x.c\" 1\n\t# gm_forget 0x5 8(%rsp)\t# t1\n# 0 \"\" 2\n#NO_APP\n"
#define FORGOTTEN "# t1\n\tmovq $0, 8(%rsp)\n\tmovq $0, 16+8(%rsp)\n# 0"

static void results_in_memory_are_forgotten_before_calls_and_loops(void **state) {
    (void)state;
    assert_non_null(strstr(maps(ENTER CALL FORGET "\tcall\th\t#\n" LEAVE), FORGOTTEN));
    assert_non_null(
        strstr(maps(ENTER CALL FORGET ".L2:\n\tdecl\t%eax\t#\n\tjne\t.L2\t#,\n" LEAVE), FORGOTTEN));
    assert_null(strstr(maps(ENTER CALL FORGET LEAVE), "movq $0"));
    assert_non_null(
        strstr(maps("\tpushq\t%rbp\t#\n\t.cfi_def_cfa_register 6\n" FORGET "\tleave\n\tret\n"),
               FORGOTTEN));
    const char *text = maps(ENTER "\t# gm_forget 0x3 (%rbx)\n\tcall\tg\t#\n" LEAVE);
    assert_non_null(strstr(text, "\tmovq $0, (%rbx)\n\tmovq $0, 8(%rbx)\n\tcall"));
}

static void parameters_on_the_stack_belong_to_the_next_call(void **state) {
    (void)state;
    assert_table(ENTER "\tcall\tg\t#\n\tmovq\t%rax, (%rsp)\t#,\n\tcall\th\t#\n"
                       "\tleaq\t16(%rsp), %rdi\t#,\n\tcall\ti\t#\n" LEAVE,
                 ".Lgm_frame0:\n\t.byte 62,0\n"
                 ".Lgm_frame1:\n\t.byte 62,1,2\n"
                 ".Lgm_frame2:\n\t.byte 126,1,3,1,2,0,4,0\n");
}

static void recovered_panic_needs_what_is_live_where_it_goes_on(void **state) {
    (void)state;
    assert_table(ENTER "\tmovq\t%rdi, 8(%rsp)\t# p, %sfp\n\tleaq\t16(%rsp), %rdi\t#,\n"
                       "\tcall\tgm_frame_enter\t#\n\ttestl\t%eax, %eax\t#\n\tjne\t.L3\t#,\n"
                       "\tcall\tg\t#\n\txorl\t%eax, %eax\t#\n\tjmp\t.L4\t#\n.L3:\n"
                       "\tmovq\t8(%rsp), %rax\t# %sfp, p\n.L4:\n" LEAVE,
                 ".Lgm_frame0:\n\t.byte 126,0,1,2,0,4,0\n"
                 ".Lgm_frame1:\n\t.byte 126,1,1,1,2,0,4,0\n");
}

static void calls_that_do_not_return_end_a_path(void **state) {
    (void)state;
    assert_table(ENTER "\tmovq\t%rdi, 8(%rsp)\t# p, %sfp\n\ttestq\t%rsi, %rsi\t#\n\tje\t.L3\t#,\n"
                       "\tcall\tg\t#\n" LEAVE ".L3:\n\t.cfi_def_cfa_offset 48\n"
                       "\tcall\tgm_panic_nil\t#\n.L5:\n\tmovq\t8(%rsp), %rax\t# %sfp, p\n" LEAVE,
                 ".Lgm_frame0:\n\t.byte 62,1,15\n");
}

/* Words from a run's first to the one behind its last, after the bits of dead words: they count if something points to
 * the frame. */
static void objects_that_no_instruction_to_come_names(void **state) {
    (void)state;
    /* Named by a load, and by an address; a store names nothing. */
    assert_table(ENTER "\tleaq\t16(%rsp), %rdi\t#,\n\tcall\tg\t#\n\tmovq\t24(%rsp), %rdi\t#, x\n"
                       "\tcall\th\t#\n\tmovq\t%rax, 24(%rsp)\t#, x\n\tcall\ti\t#\n" LEAVE,
                 ".Lgm_frame0:\n\t.byte 62,0\n"
                 ".Lgm_frame1:\n\t.byte 126,1,3,1,2,0,4,0\n");
}

static void copies_may_go_to_parameters(void **state) {
    (void)state;
    /* Nobody else makes that address: the copy may be a parameter of h. */
    assert_table(ENTER "\tcall\tg\t#\n\tmovq\t%rsp, %rdi\t#,\n\trep movsq\n\tcall\th\t#\n" LEAVE,
                 ".Lgm_frame0:\n\t.byte 62,0\n");
    assert_table(
        ENTER
        "\tcall\tg\t#\n\tmovq\t%rax, %rdi\t#,\n\tcall\tmemmove\t#\n\tleaq\t8(%rsp), %rdi\t#,\n"
        "\tcall\th\t#\n" LEAVE,
        ".Lgm_frame0:\n\t.byte 62,0\n"
        ".Lgm_frame1:\n\t.byte 62,1,1\n");
    assert_table(ENTER "\tcall\tg\t#\n\tmovq\t%rsp, %rdi\t#,\n\trep movsq\n\tmovq\t%rsp, %rbx\t#,\n"
                       "\tcall\th\t#\n" LEAVE,
                 ".Lgm_frame0:\n\t.byte 62,0\n"
                 ".Lgm_frame1:\n\t.byte 126,0,1,0,0,4,0\n");
}

static void addresses_below_the_frame_may_lead_anywhere(void **state) {
    (void)state;
    assert_table(ENTER "\tleaq\t-8(%rsp), %rbx\t#,\n\tcall\tg\t#\n" LEAVE, NULL);
}

static void inline_assembly_is_read_like_the_rest(void **state) {
    (void)state;
    assert_table(ENTER "#APP\n# 1 \"x.h\" 1\n\t1:\tmovq %fs:0, %rbx\t#\n\tjae .L2\t#\n"
                       "\t.pushsection gm_critical, \"a\"\n\t.long 1b - .\n\t.popsection\n"
                       "# 0 \"\" 2\n#NO_APP\n\tcall\tg\t#\n.L2:\n\tmovq\t%rbx, %rdi\t#,\n"
                       "\tcall\th\t#\n" LEAVE,
                 ".Lgm_frame0:\n\t.byte 63,1,15\n"
                 ".Lgm_frame1:\n\t.byte 62,1,15\n");
}

/* A variable whose address is made may reach up to the saved register: its last word is zeroed, for
 * it may also be nobody's. */
static void uppermost_word_that_nobody_names_is_zeroed(void **state) {
    (void)state;
    const char *text = maps(ENTER "\tcall\tg\t#\n" LEAVE);
    assert_null(strstr(text, "movq $0"));
    text = maps(ENTER "\tleaq\t8(%rsp), %rdi\t#,\n\tcall\tg\t#\n" LEAVE);
    assert_non_null(strstr(text, "offset 48\n\tmovq $0, 24(%rsp)\n\tleaq"));
    text = maps(ENTER "\tmovq\t%rsp, %rdi\t#,\n\tcall\tg\t#\n" LEAVE);
    assert_non_null(strstr(text, "offset 48\n\tmovq $0, 24(%rsp)\n\tmovq"));
    text =
        maps(ENTER "\tmovq\t$0, 24(%rsp)\t#, x\n\tleaq\t8(%rsp), %rdi\t#,\n\tcall\tg\t#\n" LEAVE);
    assert_null(strstr(text, "movq $0, 24(%rsp)\n"));
}

static void frames_of_unknown_size_are_left_alone(void **state) {
    (void)state;
    assert_table("\tpushq\t%rbp\t#\n\t.cfi_def_cfa_offset 16\n\tmovq\t%rsp, %rbp\t#,\n"
                 "\t.cfi_def_cfa_register 6\n\tcall\tg\t#\n\tleave\n\tret\n",
                 NULL);
}

static void text_around_functions_stays(void **state) {
    (void)state;
    const char *text = "\t.text\n# no function\n\t.string \"a # b\"\n";
    Buf b = frame_maps((Str){text, strlen(text)});
    assert_string_equal(buf_str(&b), text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(register_that_is_read_no_more, setup),
        cmocka_unit_test_setup(register_that_the_function_leaves_alone_is_its_callers, setup),
        cmocka_unit_test_setup(spilled_word_between_its_last_load_and_its_next_store, setup),
        cmocka_unit_test_setup(spilled_word_is_live_around_a_loop, setup),
        cmocka_unit_test_setup(store_of_a_part_makes_no_word_new, setup),
        cmocka_unit_test_setup(parts_of_a_word_are_no_pointers, setup),
        cmocka_unit_test_setup(results_in_memory_are_forgotten_before_calls_and_loops, setup),
        cmocka_unit_test_setup(parameters_on_the_stack_belong_to_the_next_call, setup),
        cmocka_unit_test_setup(recovered_panic_needs_what_is_live_where_it_goes_on, setup),
        cmocka_unit_test_setup(calls_that_do_not_return_end_a_path, setup),
        cmocka_unit_test_setup(objects_that_no_instruction_to_come_names, setup),
        cmocka_unit_test_setup(copies_may_go_to_parameters, setup),
        cmocka_unit_test_setup(addresses_below_the_frame_may_lead_anywhere, setup),
        cmocka_unit_test_setup(inline_assembly_is_read_like_the_rest, setup),
        cmocka_unit_test_setup(uppermost_word_that_nobody_names_is_zeroed, setup),
        cmocka_unit_test_setup(frames_of_unknown_size_are_left_alone, setup),
        cmocka_unit_test_setup(text_around_functions_stays, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
