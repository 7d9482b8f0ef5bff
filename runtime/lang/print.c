/* print.c - print and println: values in the format that Go gives them. Where they go: observe/output.c. */
#include "lang/print.h"

void gm_print_sp(void) {
    gm_print_c(" ");
}

void gm_print_nl(void) {
    gm_print_c("\n");
}

void gm_print_bool(bool b) {
    gm_print_c(b ? "true" : "false");
}

static void print_text(const gm_text *t) {
    gm_print_string((gm_string){(const uint8_t *)t->p, (gm_int)t->n});
}

static void print_float(double v, bool single) {
    char mem[32];
    gm_text t = {mem, 0, sizeof mem};
    gm_text_float(&t, v, single);
    print_text(&t);
}

void gm_print_float64(double v) {
    print_float(v, false);
}

void gm_print_float32(float v) {
    print_float((double)v, true);
}

static void print_complex(double re, double im, bool single) {
    char mem[72];
    gm_text t = {mem, 0, sizeof mem};
    gm_text_str(&t, GM_STR("("));
    gm_text_float(&t, re, single);
    size_t at = t.n;
    gm_text_float(&t, im, single);
    bool has_sign = mem[at] == '-' || mem[at] == '+';
    if (!has_sign) {
        t.n = at;
        gm_text_str(&t, GM_STR("+"));
        gm_text_float(&t, im, single);
    }
    gm_text_str(&t, GM_STR("i)"));
    print_text(&t);
}

void gm_print_complex128(double _Complex c) {
    print_complex(__real__ c, __imag__ c, false);
}

void gm_print_complex64(float _Complex c) {
    print_complex((double)__real__ c, (double)__imag__ c, true);
}

void gm_print_pointer(const void *p) {
    gm_print_hex((uintptr_t)p);
}

void gm_print_slice(gm_slice s) {
    gm_print_lock();
    gm_print_c("[");
    gm_print_int(s.len);
    gm_print_c("/");
    gm_print_int(s.cap);
    gm_print_c("]");
    gm_print_pointer(s.p);
    gm_print_unlock();
}

static void print_pair(const void *a, const void *b) {
    gm_print_lock();
    gm_print_c("(");
    gm_print_pointer(a);
    gm_print_c(",");
    gm_print_pointer(b);
    gm_print_c(")");
    gm_print_unlock();
}

void gm_print_eface(gm_eface e) {
    print_pair(e.type, e.data);
}

void gm_print_iface(gm_iface i) {
    print_pair(i.tab, i.data);
}
