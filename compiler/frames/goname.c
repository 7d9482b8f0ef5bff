/* goname.c - symbols read back. */
#include "frames/goname.h"

#include "base/base.h"

/* The library's functions for compiled code, by Go's names for what they do. Those that are not here keep their own. */
static const char *const library[][2] = {
    {"__morestack", "morestack"},
    {"gm_assert_itab", "assertE2I"},
    {"gm_assert_itab2", "assertE2I2"},
    {"gm_box", "convT"},
    {"gm_bytes_from_string", "stringtoslicebyte"},
    {"gm_chan_recv", "chanrecv1"},
    {"gm_chan_send", "chansend1"},
    {"gm_chan_try_recv", "selectnbrecv"},
    {"gm_chan_try_send", "selectnbsend"},
    {"gm_concat", "concatstrings"},
    {"gm_copy", "slicecopy"},
    {"gm_decode_rune", "decoderune"},
    {"gm_defer_callee", "deferproc"},
    {"gm_eface_eq", "efaceeq"},
    {"gm_frame_enter", "deferenter"},
    {"gm_frame_leave", "deferreturn"},
    {"gm_go_chan_close", "closechan"},
    {"gm_go_chan_make", "makechan"},
    {"gm_go_func", "newproc"},
    {"gm_go_select", "selectgo"},
    {"gm_grow", "growslice"},
    {"gm_grow_append", "growslice"},
    {"gm_grow_zero", "growslice"},
    {"gm_iface_eq", "ifaceeq"},
    {"gm_makemap", "makemap"},
    {"gm_makeslice", "makeslice"},
    {"gm_map_assign", "mapassign"},
    {"gm_map_assign32", "mapassign_fast32"},
    {"gm_map_assign64", "mapassign_fast64"},
    {"gm_map_assign64ptr", "mapassign_fast64ptr"},
    {"gm_map_assignstr", "mapassign_faststr"},
    {"gm_map_clear", "mapclear"},
    {"gm_map_delete", "mapdelete"},
    {"gm_map_find", "mapaccess2"},
    {"gm_map_find32", "mapaccess2_fast32"},
    {"gm_map_find64", "mapaccess2_fast64"},
    {"gm_map_findstr", "mapaccess2_faststr"},
    {"gm_mapiter_init", "mapIterStart"},
    {"gm_mapiter_next", "mapIterNext"},
    {"gm_memcmp", "memcmp"},
    {"gm_new", "newobject"},
    {"gm_new_site_slow", "newobject"},
    {"gm_newarray", "newarray"},
    {"gm_panic", "gopanic"},
    {"gm_panic_assert", "panicdottypeE"},
    {"gm_panic_bounds", "panicSlice"},
    {"gm_panic_divide", "panicdivide"},
    {"gm_panic_index", "panicIndex"},
    {"gm_panic_index_u", "panicIndexU"},
    {"gm_panic_nil", "panicmem"},
    {"gm_panic_range", "panicrangestate"},
    {"gm_panic_shift", "panicshift"},
    {"gm_panic_wrap", "panicwrap"},
    {"gm_recover", "gorecover"},
    {"gm_runes_from_string", "stringtoslicerune"},
    {"gm_slice_clear", "memclrHasPointers"},
    {"gm_store_four_slow", "gcWriteBarrier4"},
    {"gm_store_ptr_slow", "gcWriteBarrier1"},
    {"gm_store_three_slow", "gcWriteBarrier3"},
    {"gm_store_two_slow", "gcWriteBarrier2"},
    {"gm_store_typed_slow", "typedmemmove"},
    {"gm_string_cmp", "cmpstring"},
    {"gm_string_from_bytes", "slicebytetostring"},
    {"gm_string_from_rune", "intstring"},
    {"gm_string_from_runes", "slicerunetostring"},
    {"gm_tls_block", "tls_g"},
    {"gm_wb_enabled", "writeBarrier"},
};

static const char *library_name(const char *symbol) {
    for (size_t i = 0; i < sizeof library / sizeof *library; i++)
        if (strcmp(symbol, library[i][0]) == 0) return xprintf("runtime.%s", library[i][1]);
    if (strncmp(symbol, "gm_", 3) != 0) return symbol;
    const char *name = symbol + 3;
    if (strncmp(name, "print_", 6) == 0) return xprintf("runtime.print%s", name + 6);
    return xprintf("runtime.%s", name);
}

static int hex(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0;
}

/* What the escape behind a dollar sign stands for; the place behind it. */
static const char *escape(const char *s, Buf *b, bool *in_pointer) {
    switch (*s) {
    case '0': buf_putc(b, '/'); return s + 1;
    case '1': buf_putc(b, '.'); return s + 1;
    case '2': buf_putc(b, '-'); return s + 1;
    case '3':
        if (!s[1] || !s[2]) return s + strlen(s);
        buf_putc(b, hex(s[1]) << 4 | hex(s[2]));
        return s + 3;
    case '4':
        buf_puts(b, ".(*");
        *in_pointer = true;
        return s + 1;
    default: buf_putc(b, '.'); return s;
    }
}

/* The name up to the dollars that begin what the compiler added. */
static const char *declared_name(const char *symbol, size_t n) {
    Buf b = {0};
    bool in_pointer = false;
    const char *end = symbol + n;
    for (const char *s = symbol; s < end;) {
        if (*s != '$') {
            buf_putc(&b, *s++);
        } else if (s[1] == '5') { /* before the parenthesis that ends a pointer's name */
            buf_puts(&b, "[...]");
            s += 2;
        } else if (s[1] == '6') {
            break; /* which instance of a generic function it is */
        } else {
            if (in_pointer) buf_putc(&b, ')');
            in_pointer = false;
            s = escape(s + 1, &b, &in_pointer);
        }
    }
    if (in_pointer) buf_putc(&b, ')');
    return buf_str(&b);
}

const char *go_name(const char *symbol) {
    const char *dot = strchr(symbol, '.'); /* the C compiler's: main$f.cold, main$f.part.0 */
    if (dot && dot > symbol) {
        const char *base = go_name(xprintf("%.*s", (int)(dot - symbol), symbol));
        return xprintf("%s·%s", base, dot + 1);
    }
    if (!strchr(symbol, '$')) return library_name(symbol);
    const char *made = strstr(symbol, "$$");
    if (!made) return declared_name(symbol, strlen(symbol));
    const char *base = declared_name(symbol, (size_t)(made - symbol));
    return xprintf("%s%s%s", base, strcmp(made, "$$init") == 0 ? "." : "·", made + 2);
}
