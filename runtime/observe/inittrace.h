/* inittrace.h - the initialisers of packages, with a line for each package on request (inittrace.c). */
#ifndef GM_OBSERVE_INITTRACE_H
#define GM_OBSERVE_INITTRACE_H

/* The first package is about to be initialised. */
void gm_inittrace_begin(void);
/* Calls init. On the main goroutine. */
void gm_init_package(const char *path, void (*init)(void));

#endif
