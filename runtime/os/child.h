/* child.h - a process beside this one, which looks at a copy of its memory. See child.c. */
#ifndef GM_OS_CHILD_H
#define GM_OS_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A child with this thread only, all signals blocked: 0 in the child, its number here, negative on failure. The C library knows nothing
 * of it, so none of the functions that programs hang on forks are called, and in the child nothing may be called that takes one of its
 * locks. Who waits for any child does not get this one. */
intptr_t gm_os_fork_aside(void);
/* In the child: closes all descriptors but the standard ones and these two, lest somebody waits for their end. */
void gm_os_child_keep(int fd, int other);
void gm_os_child_end(int status) __attribute__((noreturn));
/* Waits for it: its status, or -1. */
int gm_os_child_wait(intptr_t pid);

bool gm_os_pipe(int fd[2]);
/* A file to be written from the beginning; negative: errno, negated. */
int gm_os_create(const char *path);
/* All of it. False: it cannot be written. */
bool gm_os_write_all(int fd, const void *p, size_t n);
/* Up to n bytes, 0 at the end, negative on failure. */
intptr_t gm_os_read(int fd, void *p, size_t n);

#endif
