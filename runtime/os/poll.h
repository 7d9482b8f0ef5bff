/* poll.h - asking the system which descriptors are ready: epoll, edge-triggered, in both directions. */
#ifndef GM_OS_POLL_H
#define GM_OS_POLL_H

#include <stdbool.h>
#include <stdint.h>

typedef struct gm_os_event {
    uint64_t key; /* given to gm_os_poll_add */
    bool readable, writable;
    bool only_error; /* it tells of an error and of nothing else */
} gm_os_event;

/* A descriptor of its own, closed on exec; negative: the system gives none. */
int gm_os_poll_new(void);
/* An errno; 0: the descriptor's events carry this key from now on. */
int gm_os_poll_add(int poll, int fd, uint64_t key);
void gm_os_poll_remove(int poll, int fd);
/* At most max events, waiting for the first if need be. 0: none, or a signal came; negative: poll is broken. */
int gm_os_poll_wait(int poll, gm_os_event *events, int max, bool wait);

void gm_os_close(int fd);

#endif
