/* stack.h - stacks of the program's own: coroutines, fibers, ucontext. Part of golem.h, whose head tells the rules.
 *
 *     gm_stack *s = gm_stack_register(memory, size);
 *     …
 *     gm_stack_switch(s);                    // what this thread runs on goes to sleep, s is about to run
 *     swapcontext(&here, &there);
 *
 *     void body(void) {                      // on s
 *         …
 *         gm_stack_switch(NULL);             // back to the thread's own stack
 *         swapcontext(&there, &here);
 *     }
 *
 * A thread may call the library on any stack. Of one that it was told of, the collector searches the part in use; of a thread
 * that it meets on a stack that it does not know, it searches the memory around the stack pointer, as far as the system has
 * mapped it, and all of the stack where it believed the thread to be. That is safe, and slow; and what stands on
 * a suspended stack that is not registered keeps nothing.
 *
 * A suspended stack is looked at while the program runs on. So nobody stores pointers into the variables of another's
 * suspended stack but with gm_store, and the library's own calls. (Stacks that threads were given by the system,
 * and stacks that run, are searched while all stand still.)
 */
#ifndef GOLEM_STACK_H
#define GOLEM_STACK_H

#include <golem/describe.h>
#include <golem/type.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef struct gm_stack gm_stack;

/* [any] Makes memory known as a stack, which is suspended, with nothing on it yet. In constant time, as the next two. NULL: no
 * memory. The record takes memory that is used again and not given back. */
gm_stack *gm_stack_register(void *memory, size_t size);
/* [any] The stack is suspended: what stands on it keeps nothing from now on, and nothing reads the memory any more. */
void gm_stack_unregister(gm_stack *s);
/* [any] The stack is suspended: what stands on it from sp up counts. For who puts pointers on a stack before it first runs. */
void gm_stack_set_sp(gm_stack *s, void *sp);
/* [attached] Threads, not goroutines. Call it right before the switch itself: what the caller's stack holds now, and
 * its registers, stays alive while it is suspended. s is suspended, and nobody else resumes it; NULL: the stack that the
 * system gave the thread. Another thread may resume s as soon as this call has returned, which the program prevents
 * until the switch is done. */
void gm_stack_switch(gm_stack *s);
/* [attached] The same for a stack that is not registered: when it is left, what stands on it is the program's to show
 * (gm_add_roots_callback). */
void gm_stack_bounds(void *memory, size_t size);

/* --- roots shown in the stop ---
 *
 * fn(arg, tracer) is called once in each collection, when all stand still at its beginning, and tells what counts as reachable.
 * Into memory that is shown so, as into local variables, plain stores do: an interpreter's stack. fn may not call
 * anything of the library but these functions, nor wait, nor allocate; it runs on whatever thread collects. Its time is part
 * of the pause. */

typedef void gm_roots_fn(void *arg, gm_tracer *tracer);
/* [attached] Registering takes memory that is used again and not given back. */
void gm_add_roots_callback(gm_roots_fn *fn, void *arg);
void gm_remove_roots_callback(gm_roots_fn *fn, void *arg);
/* Besides gm_trace and gm_trace_words (golem/describe.h): n values of type elem; words of which any may be a pointer. */
void gm_trace_values(gm_tracer *tracer, const gm_type *elem, const void *base, size_t n);
void gm_trace_conservative(gm_tracer *tracer, const void *memory, size_t size);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
