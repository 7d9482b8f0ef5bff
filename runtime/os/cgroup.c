/* cgroup.c - how much processor time the process's control group may use.
 *
 * /proc/self/cgroup names the group, /proc/self/mountinfo says where its files stand: of version 2 (one tree,
 * limit in cpu.max) or 1 (a tree for the controller cpu, limit in cpu.cfs_quota_us over
 * cpu.cfs_period_us). A group's parents are not asked: containers hide them. Lines that are longer
 * than the buffer are passed over.
 */
#include "os/os.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct lines {
    int fd;
    size_t n, at; /* bytes in buf; where the next line begins */
    char buf[PATH_MAX];
} lines;

static bool open_lines(lines *l, const char *path) {
    l->fd = open(path, O_RDONLY | O_CLOEXEC);
    l->n = l->at = 0;
    return l->fd >= 0;
}

/* The next line, without its end, or NULL. */
static char *next_line(lines *l) {
    bool skip = false; /* the rest of a long line */
    for (;;) {
        char *from = l->buf + l->at, *end = memchr(from, '\n', l->n - l->at);
        if (end) {
            *end = 0;
            l->at = (size_t)(end + 1 - l->buf);
            if (!skip) return from;
            skip = false;
            continue;
        }
        memmove(l->buf, from, l->n - l->at);
        l->n -= l->at;
        l->at = 0;
        if (l->n == sizeof l->buf) {
            l->n = 0;
            skip = true;
        }
        ssize_t k = read(l->fd, l->buf + l->n, sizeof l->buf - l->n);
        if (k <= 0) return NULL;
        l->n += (size_t)k;
    }
}

/* Is word one of those in list, between commas? */
static bool in_list(const char *list, const char *word) {
    size_t n = strlen(word);
    for (const char *p = list; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
        if (strncmp(p, word, n) == 0 && (p[n] == ',' || p[n] == 0)) return true;
    return false;
}

/* The path of the process's group in its tree; version 1 where that has the controller. 0: none. */
static int find_group(char *path, size_t room) {
    static lines l;
    int version = 0;
    if (!open_lines(&l, "/proc/self/cgroup")) return 0;
    for (char *line; version != 1 && (line = next_line(&l));) {
        char *controllers = strchr(line, ':'),
             *group = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!group) continue;
        *group++ = 0;
        controllers++;
        if (*controllers && !in_list(controllers, "cpu")) continue;
        version = *controllers ? 1 : 2;
        snprintf(path, room, "%s", group);
    }
    close(l.fd);
    return version;
}

/* The fields of a line of mountinfo that matter. False: not such a line. */
static bool split_mount(char *line, char **root, char **point, char **type, char **options) {
    char *rest = strstr(line, " - "), *save = NULL;
    if (!rest) return false;
    *rest = 0;
    strtok_r(line, " ", &save); /* ids, device */
    strtok_r(NULL, " ", &save);
    strtok_r(NULL, " ", &save);
    *root = strtok_r(NULL, " ", &save);
    *point = strtok_r(NULL, " ", &save);
    *type = strtok_r(rest + 3, " ", &save);
    strtok_r(NULL, " ", &save);
    *options = strtok_r(NULL, " ", &save);
    return *root && *point && *type && *options;
}

/* The directory of the group's files. */
static bool find_directory(int version, const char *group, char *dir, size_t room) {
    static lines l;
    bool found = false;
    if (!open_lines(&l, "/proc/self/mountinfo")) return false;
    for (char *line; !found && (line = next_line(&l));) {
        char *root, *point, *type, *options;
        if (!split_mount(line, &root, &point, &type, &options)) continue;
        if (strcmp(type, version == 2 ? "cgroup2" : "cgroup") != 0) continue;
        if (version == 1 && !in_list(options, "cpu")) continue;
        size_t n = strcmp(root, "/") == 0 ? 0 : strlen(root);
        if (strncmp(group, root, n) != 0) continue;
        snprintf(dir, room, "%s%s", point, group + n);
        found = true;
    }
    close(l.fd);
    return found;
}

/* The first line of a file of the group. */
static bool read_value(const char *dir, const char *name, char *value, size_t room) {
    char path[PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t k = read(fd, value, room - 1);
    close(fd);
    value[k > 0 ? k : 0] = 0;
    return k > 0;
}

double gm_os_cpu_limit(void) {
    static char group[PATH_MAX], dir[PATH_MAX];
    char quota[64], period[64];
    int version = find_group(group, sizeof group);
    if (!version || !find_directory(version, group, dir, sizeof dir)) return 0;
    if (version == 2) {
        if (!read_value(dir, "cpu.max", quota, sizeof quota)) return 0;
        char *space = strchr(quota, ' ');
        double most = strtod(quota, NULL), of = space ? strtod(space, NULL) : 0; /* "max": 0 */
        return most > 0 && of > 0 ? most / of : 0;
    }
    if (!read_value(dir, "cpu.cfs_quota_us", quota, sizeof quota) ||
        !read_value(dir, "cpu.cfs_period_us", period, sizeof period))
        return 0;
    double most = strtod(quota, NULL), of = strtod(period, NULL); /* -1: no limit */
    return most > 0 && of > 0 ? most / of : 0;
}
