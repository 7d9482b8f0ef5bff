/* process.c - child processes: the C compiler and linker. */
#define _GNU_SOURCE /* pipe2 */
#include "golem.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int process_start(char **argv, const char *dir, bool to_stderr) {
    posix_spawn_file_actions_t fa;
    posix_spawn_file_actions_init(&fa);
    if (to_stderr) posix_spawn_file_actions_adddup2(&fa, 2, 1);
    if (dir) posix_spawn_file_actions_addchdir_np(&fa, dir);
    pid_t pid;
    int err = posix_spawn(&pid, argv[0], &fa, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&fa);
    if (err) {
        errno = err;
        return -1;
    }
    return pid;
}

int process_start_output(char **argv, const char *dir, const char *output) {
    posix_spawn_file_actions_t fa;
    posix_spawn_file_actions_init(&fa);
    if (output)
        posix_spawn_file_actions_addopen(&fa, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    posix_spawn_file_actions_adddup2(&fa, 1, 2);
    posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
    if (dir) posix_spawn_file_actions_addchdir_np(&fa, dir);
    pid_t pid;
    int err = posix_spawnp(&pid, argv[0], &fa, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&fa);
    errno = err;
    return err ? -1 : pid;
}

int process_start_pipe(char **argv, const char *dir, int *fd) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    posix_spawn_file_actions_t fa;
    posix_spawn_file_actions_init(&fa);
    posix_spawn_file_actions_adddup2(&fa, ends[1], 1);
    posix_spawn_file_actions_adddup2(&fa, ends[1], 2);
    posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
    if (dir) posix_spawn_file_actions_addchdir_np(&fa, dir);
    pid_t pid;
    int err = posix_spawnp(&pid, argv[0], &fa, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&fa);
    close(ends[1]);
    *fd = ends[0];
    errno = err;
    return err ? -1 : pid;
}

static int exit_status(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

typedef struct Ended {
    int pid, status;
} Ended;
static VEC(Ended) ended;

void process_keep(int pid, int status) {
    push(&ended, ((Ended){pid, status}));
}

int process_wait(int pid) {
    int status;
    for (int i = 0; i < ended.n; i++) {
        if (ended.v[i].pid != pid) continue;
        status = ended.v[i].status;
        ended.v[i] = ended.v[--ended.n];
        return status;
    }
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return 127;
    return exit_status(status);
}

int process_wait_any(int *status) {
    int pid;
    while ((pid = waitpid(-1, status, 0)) < 0 && errno == EINTR) {
    }
    *status = exit_status(*status);
    return pid;
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
