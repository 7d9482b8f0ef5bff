/* workdir.c - the directory in which a build keeps what it makes on the way.
 *
 * One a process, made at first need under $TMPDIR, and removed with all that lies in it however the
 * process ends: at exit (fatal errors included) and on the signals that interrupt a build. Only
 * kill -9 leaves it behind. The names in it are ours and the tree is flat.
 */
#include "golem.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static char work_path[4096];

/* Also called by a signal's handler: the directory is read by a call that a handler may make only because the
 * process ends there in any case. */
void work_dir_remove(void) {
    if (!*work_path) return;
    DIR *d = opendir(work_path);
    for (struct dirent *e; d && (e = readdir(d));)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            unlinkat(dirfd(d), e->d_name, 0);
    if (d) closedir(d);
    rmdir(work_path);
    *work_path = 0;
}

void work_dir_keep(void) {
    fprintf(stderr, "WORK=%s\n", work_dir());
    *work_path = 0;
}

static void interrupted(int sig) {
    work_dir_remove();
    signal(sig, SIG_DFL);
    raise(sig);
}

const char *work_dir(void) {
    if (*work_path) return work_path;
    const char *tmp = getenv("TMPDIR");
    snprintf(work_path, sizeof work_path, "%s/golem-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(work_path)) {
        char *want = xstrdup(work_path);
        *work_path = 0;
        fatalf("cannot make a work directory %s: %s", want, strerror(errno));
    }
    atexit(work_dir_remove);
    static const int sigs[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    for (int i = 0; i < 4; i++) signal(sigs[i], interrupted);
    return work_path;
}
