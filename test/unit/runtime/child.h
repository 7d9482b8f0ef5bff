/* child.h - runs a piece of a test in a process of its own: programs that end in a fatal error, that
 * change what the whole process has, or that may not touch the tests after them.
 *
 * The process is forked: what its child checks does not depend on threads that ran before. It dies by a signal after
 * CHILD_SECONDS: a program that waits for ever fails like one that crashes. */
#ifndef CHILD_H
#define CHILD_H

#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sched/sanitize.h"

enum { CHILD_SECONDS = 60 };

/* A sanitizer takes terabytes of addresses for itself: under one, tests that limit the address space
 * limit nothing but it. */
#ifdef GM_SANITIZED
#define SKIP_UNDER_SANITIZERS() skip()
#else
#define SKIP_UNDER_SANITIZERS() (void)0
#endif

/* The thread sanitizer holds signals back until the program calls the C library. So a loop without calls is never
 * interrupted; and what the handler is told of the registers is then old, so that a stack would be searched from a wrong end. */
#ifdef GM_TSAN
#define SKIP_WITHOUT_SIGNALS() skip()
#else
#define SKIP_WITHOUT_SIGNALS() (void)0
#endif

/* The address sanitizer's frames hold words for longer: what counts exactly which objects died finds too few. */
#ifdef GM_ASAN
#define SKIP_EXACT_COUNTS() skip()
#else
#define SKIP_EXACT_COUNTS() (void)0
#endif

/* What the last one wrote to standard error, as far as there is room. */
static char child_text[16384];

static inline void child_collect(int fd) {
    size_t n = 0;
    ssize_t k;
    char rest[512];
    while (n + 1 < sizeof child_text &&
           (k = read(fd, child_text + n, sizeof child_text - 1 - n)) > 0)
        n += (size_t)k;
    child_text[n] = 0;
    while (read(fd, rest, sizeof rest) > 0) continue; /* it is not to wait for us */
}

/* The exit status of a process that ends with _exit(f()), or, negative, the signal that it died of. */
static inline int in_child(int (*f)(void)) {
    int p[2], status;
    if (pipe(p) != 0) return -1000;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        dup2(p[1], 2);
        close(p[0]);
        close(p[1]);
        alarm(CHILD_SECONDS);
        _exit(f());
    }
    close(p[1]);
    child_collect(p[0]);
    close(p[0]);
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

#endif
