/* files.c - writing what a build gives: whole or not at all.
 *
 * An ordinary file that could not be written to its end is removed again, so that nobody takes half
 * of it for the whole. What is no ordinary file (/dev/null, a pipe) is written to as it stands.
 */
#include "golem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_all(int fd, const char *p, size_t n) {
    while (n) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

bool write_file(const char *path, Str text, int mode) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0) return false;
    struct stat st;
    bool regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    bool ok = write_all(fd, text.p, text.n);
    int err = errno;
    if (close(fd) != 0 && ok) {
        ok = false;
        err = errno;
    }
    if (!ok && regular) unlink(path);
    errno = err;
    return ok;
}

bool replace_file(const char *path, Str text, int mode) {
    char *tmp = xprintf("%s.%d~", path, (int)getpid());
    if (write_file(tmp, text, mode)) {
        if (rename(tmp, path) == 0) return true;
        int err = errno;
        unlink(tmp);
        errno = err;
    }
    return false;
}

bool move_program(const char *from, const char *to) {
    struct stat st;
    bool regular = stat(to, &st) != 0 || S_ISREG(st.st_mode);
    if (regular && rename(from, to) == 0) return true;
    Str text;
    if (!read_file(from, &text)) return false;
    if (!regular) return write_file(to, text, 0777);
    /* A program that is running cannot be written to, but its name can go to another. */
    if (unlink(to) != 0 && errno != ENOENT) return false;
    return write_file(to, text, 0777);
}

bool make_dirs(const char *path) {
    char *p = xstrdup(path);
    for (char *s = p + 1; *s; s++) {
        if (*s != '/') continue;
        *s = 0;
        mkdir(p, 0777);
        *s = '/';
    }
    return mkdir(p, 0777) == 0 || errno == EEXIST;
}

const char *file_stamp(const char *path) {
    struct stat st;
    if (stat(path, &st) != 0) return "";
    return xprintf("%lld %lld.%ld %lld", (long long)st.st_size, (long long)st.st_mtim.tv_sec,
                   st.st_mtim.tv_nsec, (long long)st.st_ino);
}
