/* fatal.h - the end of a process that cannot go on.
 *
 * Every floor may find that something cannot be: no memory, a broken promise, a program that waits for
 * itself. The message is Go's, "fatal error: ..."; the traces below it come from a higher floor
 * (gm_up_last_words in upcall.h); the status is 2.
 */
#ifndef GM_OS_FATAL_H
#define GM_OS_FATAL_H

#include <stdbool.h>

/* Whose fault is it, and so, whose calls are shown? */
enum gm_dump_scope {
    GM_DUMP_USER,   /* the program's fault: g, others if asked for */
    GM_DUMP_OTHERS, /* the program's, but no goroutine's in particular: all, if any */
    GM_DUMP_RUNTIME /* all */
};

/* The runtime's own failure, or a demand on it that nobody can meet. */
void gm_fatal(const char *msg) __attribute__((noreturn));
void gm_fatal_scope(const char *msg, enum gm_dump_scope scope) __attribute__((noreturn));
/* Whoever dies calls this before it says so. True: the caller is the first. Others who die meanwhile wait
 * here for the end. False: the caller is the first, for the second time: its last words failed. */
bool gm_die_alone(void);
/* Last words go to this descriptor as well as to standard error; -1: to none. Returns the one before. Any thread. */
int gm_set_crash_fd(int fd);
/* The descriptor, once somebody has called gm_die_alone; else -1. */
int gm_crash_fd(void);
/* Ends the process, nothing more being done. */
void gm_os_exit(int status) __attribute__((noreturn));

#endif
