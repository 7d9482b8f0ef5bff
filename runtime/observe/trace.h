/* trace.h - lines about collections (trace.c). */
#ifndef GM_OBSERVE_TRACE_H
#define GM_OBSERVE_TRACE_H

#include <stddef.h>
#include <stdint.h>

/* From now on a line for each collection, if GODEBUG=gctrace asks for them. Once is enough. [attached] */
void gm_trace_begin(void);
/* The same for lines about the scheduler (schedtrace.c). */
void gm_schedtrace_begin(void);

/* And about the pacer, and memory that goes back to the system (pacertrace.c); the second: debug.FreeOSMemory has given back all. */
void gm_pacertrace_begin(void);
void gm_scavtrace_forced(void);

/* Milliseconds as Go's traces have them: two significant digits below ten, whole ones above. buf has room for n. */
const char *gm_trace_ms(char *buf, size_t n, int64_t ns);

#endif
