/* snapfile.c - numbers and texts of a snapshot's file, through a buffer: numbers have seven bits a byte, the lowest first; of signed ones
 * the sign is the lowest bit. */
#include <string.h>

#include "observe/snapshot.h"
#include "os/child.h"

void gm_snap_flush(gm_snap_file *f) {
    uint64_t n = f->n;
    if (f->framed && n && !gm_os_write_all(f->fd, &n, sizeof n)) f->failed = true;
    if (!f->failed && !gm_os_write_all(f->fd, f->buf, f->n)) f->failed = true;
    f->n = 0;
}

void gm_snap_byte(gm_snap_file *f, uint8_t b) {
    if (f->n == sizeof f->buf) gm_snap_flush(f);
    f->buf[f->n++] = b;
}

void gm_snap_number(gm_snap_file *f, uint64_t v) {
    for (; v >= 0x80; v >>= 7) gm_snap_byte(f, (uint8_t)(v | 0x80));
    gm_snap_byte(f, (uint8_t)v);
}

void gm_snap_signed(gm_snap_file *f, int64_t v) {
    gm_snap_number(f, (uint64_t)v << 1 ^ (uint64_t)(v >> 63));
}

void gm_snap_text(gm_snap_file *f, const void *p, size_t n) {
    gm_snap_number(f, n);
    for (size_t i = 0; i < n; i++) gm_snap_byte(f, ((const uint8_t *)p)[i]);
}

void gm_snap_name(gm_snap_file *f, uintptr_t pc) {
    uint64_t word = pc | GM_SNAP_RETURN;
    gm_snap_flush(f);
    if (!f->failed && !gm_os_write_all(f->fd, &word, sizeof word)) f->failed = true;
}
