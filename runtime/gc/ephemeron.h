/* ephemeron.h - ephemerons, as marking sees them. See ephemeron.c. */
#ifndef GM_GC_EPHEMERON_H
#define GM_GC_EPHEMERON_H

#include "gc/marker.h"

/* World stopped, marking begins; and some time after it has ended. */
void gm_ephemerons_begin(void);
void gm_ephemerons_end(void);
/* Whether ephemerons wait to be put into the table. */
bool gm_ephemerons_wait(void);
/* No marker is lent out: from now on all markers watch for keys. */
void gm_ephemerons_watch(void);
/* By a marker that watches: puts some of those that wait into the table. False: none waited. */
bool gm_ephemerons_step(gm_marker *m);
/* By a marker that watches: it has marked the object of this mark byte. */
void gm_ephemerons_reached(gm_marker *m, const uint8_t *mark);

#endif
