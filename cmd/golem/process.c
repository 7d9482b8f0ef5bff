/* process.c - child processes: the C compiler and linker. */
#define _GNU_SOURCE /* pipe2 */
#include "golem.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

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

char *process_line(char **argv) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return NULL;
    posix_spawn_file_actions_t fa;
    posix_spawn_file_actions_init(&fa);
    posix_spawn_file_actions_adddup2(&fa, ends[1], 1);
    posix_spawn_file_actions_addopen(&fa, 2, "/dev/null", O_WRONLY, 0);
    pid_t pid;
    int err = posix_spawn(&pid, argv[0], &fa, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&fa);
    close(ends[1]);
    char line[4096] = "";
    FILE *f = fdopen(ends[0], "r");
    bool some = f && fgets(line, sizeof line, f);
    if (f) fclose(f);
    line[strcspn(line, "\n")] = 0;
    return !err && process_wait(pid) == 0 && some ? xstrdup(line) : NULL;
}

void print_command(FILE *out, char **argv) {
    for (int i = 0; argv[i]; i++) {
        bool plain = argv[i][0] && !strpbrk(argv[i], " \t\n'\"\\$*?;&|<>()");
        fprintf(out, plain ? "%s%s" : "%s'%s'", i ? " " : "", argv[i]);
    }
    fputc('\n', out);
}
