/* inflate.c - unpacks what gzip has packed, by zlib: profiles. */
#include "profile.h"

#include <limits.h>
#include <zlib.h>

bool gunzip(Str in, Str *text) {
    enum { GZIP = 16 + MAX_WBITS, CHUNK = 1 << 16 };
    z_stream z = {.next_in = (Bytef *)(uintptr_t)in.p, .avail_in = (uInt)in.n};
    if (in.n > UINT_MAX || inflateInit2(&z, GZIP) != Z_OK) return false;
    static char chunk[CHUNK];
    Buf out = {0};
    int status;
    do {
        z.next_out = (Bytef *)chunk;
        z.avail_out = CHUNK;
        status = inflate(&z, Z_NO_FLUSH);
        buf_put(&out, chunk, CHUNK - z.avail_out);
    } while (status == Z_OK);
    inflateEnd(&z);
    *text = (Str){out.p, out.n};
    return status == Z_STREAM_END;
}
