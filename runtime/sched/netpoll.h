/* netpoll.h - waiting for file descriptors without holding a thread. See netpoll.c.
 *
 * A gm_poll stands for one open descriptor, in non-blocking mode, and has two sides. At most one
 * goroutine waits on a side. The pattern is: reset the side, try the system call, and if it says
 * EAGAIN, wait and try again.
 */
#ifndef GM_SCHED_NETPOLL_H
#define GM_SCHED_NETPOLL_H

#include <stdbool.h>
#include <stdint.h>

typedef struct gm_poll gm_poll;

enum gm_poll_side { GM_POLL_READ, GM_POLL_WRITE };
/* The numbers are those of internal/poll. */
enum gm_poll_result { GM_POLL_OK, GM_POLL_CLOSING, GM_POLL_TIMEOUT, GM_POLL_NOT_POLLABLE };

/* Gets ready for the first descriptor; not needed before gm_poll_open. */
void gm_netpoll_init(void);
/* Is this the runtime's own descriptor? */
bool gm_netpoll_owns(int fd);
/* NULL: the descriptor cannot be waited for; *error says why (an errno). */
gm_poll *gm_poll_open(int fd, int *error);
/* The descriptor is about to be closed; gm_poll_unblock was called and nobody waits. */
void gm_poll_close(gm_poll *p);
/* Everybody who waits or will wait is told GM_POLL_CLOSING. */
void gm_poll_unblock(gm_poll *p);
enum gm_poll_result gm_poll_reset(gm_poll *p, enum gm_poll_side side);
enum gm_poll_result gm_poll_wait(gm_poll *p, enum gm_poll_side side);
/* From when on waiting on these sides (bits, 1 << GM_POLL_READ ...) ends with GM_POLL_TIMEOUT: a time
 * of gm_nanotime; 0: never; negative: now. May be set from several threads at once. */
void gm_poll_set_deadline(gm_poll *p, unsigned sides, int64_t when);

/* Goroutines that wait for descriptors now: they are no deadlock. */
uint32_t gm_netpoll_waiters(void);

/* Atomic, futex: the thread that waits for events rests, because no P is idle. */
extern uint32_t gm_netpoll_rests;
/* A P has become idle, and the thread rests: it is to wait for events. Any thread. */
void gm_netpoll_rouse(void);
/* On the system stack, with a P that has nothing to run: readies those for whom there are events, if
 * nobody else waits for these. True: there were some. */
bool gm_netpoll_ask(void);

#endif
