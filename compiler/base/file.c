/* file.c - reading files whole. */
#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Up to the end, or as much as fits; -1: an error. */
static ssize_t read_most(int fd, char *at, size_t room) {
    size_t n = 0;
    while (n < room) {
        ssize_t got = read(fd, at + n, room - n);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -1;
        if (got == 0) break;
        n += (size_t)got;
    }
    return (ssize_t)n;
}

static bool read_all(int fd, Str *out) {
    struct stat st;
    size_t room = fstat(fd, &st) == 0 && st.st_size > 0 ? (size_t)st.st_size : 1 << 16;
    Buf b = {0};
    for (;;) {
        char *at = alloc(room);
        ssize_t n = read_most(fd, at, room);
        if (n < 0) return false;
        bool whole = !b.n && n == st.st_size; /* the usual case: no copy */
        if (whole)
            b = (Buf){.p = at, .n = (size_t)n};
        else
            buf_put(&b, at, (size_t)n);
        if (whole || (size_t)n < room) break;
    }
    *out = (Str){b.p ? b.p : "", b.n};
    return true;
}

bool read_file(const char *path, Str *out) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    bool ok = read_all(fd, out);
    int e = errno;
    close(fd);
    errno = e;
    return ok;
}

bool is_dir(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}
