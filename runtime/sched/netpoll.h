/* netpoll.h - readiness of file descriptors, for goroutines that wait for them. See netpoll.c. */
#ifndef GM_SCHED_NETPOLL_H
#define GM_SCHED_NETPOLL_H

#include <stdbool.h>
#include <stdint.h>

/* Readies goroutines whose descriptors became ready, without waiting. True: there were some. */
bool gm_netpoll_ready(void);
/* Goroutines that wait for descriptors now. */
uint32_t gm_netpoll_waiters(void);

#endif
