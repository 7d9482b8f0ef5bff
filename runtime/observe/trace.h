/* trace.h - lines about collections (trace.c). */
#ifndef GM_OBSERVE_TRACE_H
#define GM_OBSERVE_TRACE_H

/* From now on a line for each collection, if GODEBUG=gctrace asks for them. Once is enough. [attached] */
void gm_trace_begin(void);
/* The same for lines about the scheduler (schedtrace.c). */
void gm_schedtrace_begin(void);

#endif
