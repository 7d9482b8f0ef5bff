/* measure.c - measure SECONDS PROGRAM [ARG...]: runs the program and writes to descriptor 3
 * "wall cpu peak status": seconds, seconds, bytes, exit code (128 + signal if it was killed).
 *
 * A program of its own, because the peak memory that the system reports for a child includes what
 * its parent's picture took before exec: with Python as the parent that is 16 MB at least. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t child;

static void give_up(int signo) {
    (void)signo;
    kill(child, SIGKILL);
}

static double seconds(struct timeval t) {
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    child = fork();
    if (child < 0) return 2;
    if (child == 0) {
        close(3);
        execv(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    signal(SIGALRM, give_up);
    alarm((unsigned)atoi(argv[1]));
    int status;
    struct rusage use;
    while (wait4(child, &status, 0, &use) < 0) {
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    dprintf(3, "%.6f %.6f %ld %d\n",
            (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9,
            seconds(use.ru_utime) + seconds(use.ru_stime), use.ru_maxrss * 1024,
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
