/* chan.h - channels and select. Part of golem.h, and of what compiled Go includes. All functions are
 * [attached]; on a thread of a C program who waits sleeps.
 */
#ifndef GOLEM_CHAN_H
#define GOLEM_CHAN_H

#include <golem/type.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* --- channels. Collected objects: keep them where the collector looks --- */

typedef struct gm_chan gm_chan;

/* A channel of values of type elem with room for capacity of them; 0: each send waits for a receive.
 * NULL: capacity is negative or too large. */
gm_chan *gm_chan_make(const gm_type *elem, int64_t capacity);
/* Sends *value; waits while there is no room. False: the channel is closed, nothing was sent. NULL
 * is a channel on which everybody waits for ever. */
bool gm_chan_send(gm_chan *c, const void *value);
/* Receives into *value, or nowhere if value is NULL; waits while there is nothing. False: the channel
 * is closed and empty, *value was cleared. */
bool gm_chan_recv(gm_chan *c, void *value);
/* The same without waiting. */
enum gm_chan_result { GM_CHAN_OK, GM_CHAN_WOULD_WAIT, GM_CHAN_CLOSED };
enum gm_chan_result gm_chan_try_send(gm_chan *c, const void *value);
enum gm_chan_result gm_chan_try_recv(gm_chan *c, void *value);
/* No more sends. What is in the channel can still be received. False: it was closed already. */
bool gm_chan_close(gm_chan *c);
int64_t gm_chan_length(const gm_chan *c);
int64_t gm_chan_capacity(const gm_chan *c);

/* --- select --- */

typedef struct gm_select_case {
    gm_chan *chan; /* NULL: this case is never chosen */
    void *value;   /* sent from, or received into (may be NULL) */
    bool send;
    bool ok; /* set for the case chosen: the value was sent; a value came (false: closed) */
} gm_select_case;

enum { GM_SELECT_MAX = 64 };

/* Waits until one of n cases can go on, makes it, and returns its index; a random one of several.
 * block false: -1 if none can go on now. n is at most GM_SELECT_MAX; else the process ends. */
int gm_select_cases(gm_select_case *cases, int n, bool block);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
