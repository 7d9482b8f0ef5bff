/* process.c - child processes: the C compiler and linker. */
#include "golem.h"

#include <errno.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

int process_start(char **argv, bool to_stderr) {
    posix_spawn_file_actions_t fa;
    posix_spawn_file_actions_init(&fa);
    if (to_stderr) posix_spawn_file_actions_adddup2(&fa, 2, 1);
    pid_t pid;
    int err = posix_spawn(&pid, argv[0], &fa, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&fa);
    if (err) {
        errno = err;
        return -1;
    }
    return pid;
}

int process_wait(int pid) {
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return 127;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void print_command(FILE *out, char **argv) {
    for (int i = 0; argv[i]; i++) {
        bool plain = argv[i][0] && !strpbrk(argv[i], " \t\n'\"\\$*?;&|<>()");
        fprintf(out, plain ? "%s%s" : "%s'%s'", i ? " " : "", argv[i]);
    }
    fputc('\n', out);
}
