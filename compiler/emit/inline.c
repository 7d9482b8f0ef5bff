/* inline.c - the functions that inlined calls become.
 *
 * The literal of an inlined call (lower/inline.c) is printed as a C function that the C compiler always inlines. So its
 * lines and its name stand in the debug information as those of a function in its caller, at any level of optimisation.
 * Besides its parameters it gets what it captures, a value or an address as a closure would hold it, and the
 * address of storage for what Go lets live as long as the caller's frame (or the body of the loop around the call): its
 * variables that can be pointed to, and what it allocates and does not escape.
 */
#include "emit/body.h"

typedef struct Inlined { /* of a Func, in Func.emit */
    int epoch;           /* the package's: instances are emitted in several */
    S code;
    SlotList slots;
} Inlined;

static Inlined *printed(Func *fn) {
    Inlined *in = fn->emit;
    if (in && in->epoch == gen.epoch) return in;
    fn->emit = in = new_(Inlined);
    in->epoch = gen.epoch;
    in->code = cinlined_name(fn);
    in->slots = emit_inlined(fn, in->code);
    return in;
}

Callee inlined_callee(FuncGen *f, Func *fn) {
    Inlined *in = printed(fn);
    Callee c = {.kind = CALLEE_STATIC, .code = in->code, .sig = fn->sig};
    for (int i = 0; i < fn->captures.n; i++) {
        Obj *o = fn->captures.v[i];
        S var = var_text(f, o);
        push(&c.more, captured_by_value(o) ? var : unwrap(address_of(var)));
    }
    for (int i = 0; i < in->slots.n; i++) {
        Slot s = in->slots.v[i];
        push(&c.more,
             s.count ? stored_array(f, s.type, s.count) : unwrap(address_of(stored(f, s.type))));
    }
    return c;
}

void print_captures(FuncGen *f, Buf *head, bool first) {
    for (int i = 0; i < f->fn->captures.n; i++) {
        Obj *o = f->fn->captures.v[i];
        bool by_value = captured_by_value(o);
        S name = new_name(f, o->name), type = ctype(o->type);
        buf_printf(head, "%s%s", first ? "" : ", ",
                   declarator(by_value ? type : xprintf("%s *", type), name));
        first = false;
        if (by_value)
            bind_var(f, o, name, false);
        else
            bind_passed(f, o, name);
    }
}

void print_slots(FuncGen *f, Buf *head) {
    bool first = head->p[head->n - 1] == '(';
    for (int i = 0; i < f->slots.n; i++) {
        Slot s = f->slots.v[i];
        buf_printf(head, "%s%s", first ? "" : ", ", declarator(xprintf("%s *", s.type), s.name));
        first = false;
    }
    if (first) buf_puts(head, "void");
}
