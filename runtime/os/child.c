/* child.c - a process beside this one, which looks at a copy of its memory.
 *
 * The child is made by the system call itself and ends by it. It sends no signal when it ends and is waited for by its number, so that a
 * program that counts its children does not meet it.
 */
#define _GNU_SOURCE
#include "os/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

intptr_t gm_os_fork_aside(void) {
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    long pid = syscall(SYS_clone, 0L, 0L, 0L, 0L, 0L);
    if (pid != 0) pthread_sigmask(SIG_SETMASK, &old, NULL);
    return pid;
}

static void close_between(int lo, int hi) {
    if (lo <= hi) syscall(SYS_close_range, (unsigned)lo, (unsigned)hi, 0);
}

void gm_os_child_keep(int fd, int other) {
    int low = fd < other ? fd : other, high = fd < other ? other : fd;
    close_between(STDERR_FILENO + 1, low - 1);
    close_between(low < STDERR_FILENO ? STDERR_FILENO + 1 : low + 1, high - 1);
    close_between(high < STDERR_FILENO ? STDERR_FILENO + 1 : high + 1, INT_MAX);
}

void gm_os_child_end(int status) {
    for (;;) syscall(SYS_exit_group, status);
}

int gm_os_child_wait(intptr_t pid) {
    int status;
    while (waitpid((pid_t)pid, &status, __WALL) < 0)
        if (errno != EINTR) return -1;
    return status;
}

bool gm_os_pipe(int fd[2]) {
    return pipe2(fd, O_CLOEXEC) == 0;
}

int gm_os_create(const char *path) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    return fd < 0 ? -errno : fd;
}

bool gm_os_write_all(int fd, const void *p, size_t n) {
    const char *at = p;
    while (n) {
        ssize_t k = write(fd, at, n);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) return false;
        at += k;
        n -= (size_t)k;
    }
    return true;
}

intptr_t gm_os_read(int fd, void *p, size_t n) {
    for (;;) {
        ssize_t k = read(fd, p, n);
        if (k >= 0 || errno != EINTR) return k;
    }
}
