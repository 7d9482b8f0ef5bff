/* timed.h - the channel of a time.Timer or time.Ticker. See timed.c. */
#ifndef GM_CHAN_TIMED_H
#define GM_CHAN_TIMED_H

#include "chan/chan.h"

enum { GM_TIME_SIZE = 24 }; /* of a time.Time, whose last word is its one pointer */

/* What package time calls a Timer or a Ticker, with what it does not see behind. */
typedef struct gm_timed {
    gm_chan *field; /* what the program sees, and may have changed */
    bool init;
    uint32_t waiting; /* goroutines in a wait for c */
    gm_mutex lock;    /* of what follows, and held while the time is sent. Then t's P, then c */
    int64_t when;     /* 0: stopped, or over. Read without the lock */
    int64_t period;
    gm_chan *c; /* NULL: t calls a function when it is due, and nobody waits */
    void (*send)(const struct gm_timed *t, int64_t late); /* sends the time at which it was due */
    void *f;                                              /* what that needs: a Go function */
    void *c_type;
    gm_timer t;                      /* set while somebody waits */
    uint64_t slot[GM_TIME_SIZE / 8]; /* c's buffer: what refers to c refers to this */
} gm_timed;

/* Makes c, a new channel of time.Time with room for one, the timer's. */
gm_timed *gm_timed_new(gm_chan *c, const gm_type *c_type, int64_t when, int64_t period,
                       void (*send)(const gm_timed *t, int64_t late));
/* True: the timer was set, or its time sent and not received. Nothing that was sent before is received
 * after. */
bool gm_timed_stop(gm_timed *t);
bool gm_timed_reset(gm_timed *t, int64_t when, int64_t period);

#endif
