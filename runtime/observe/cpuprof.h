/* cpuprof.h - the profile of processor time (cpuprof.c). */
#ifndef GM_OBSERVE_CPUPROF_H
#define GM_OBSERVE_CPUPROF_H

#include <stdbool.h>
#include <stdint.h>

/* So many samples for a second of processor time, from now on; 0: none. */
void gm_cpu_profile_rate(int hz);
/* Is a profile being taken? */
bool gm_cpu_profile_on(void);

/* Takes records out of the buffer, as many as there is room for: each its length in words, 0, how many samples it stands
 * for, and their stack's return addresses; with samples that were lost, 0, whose one address is their number. Returns
 * words. On the system stack. */
int gm_cpu_profile_take(uint64_t *words, int room);

#endif
