/* sched.h - what the scheduler offers to the rest of the runtime, under one roof. */
#ifndef GM_SCHED_SCHED_H
#define GM_SCHED_SCHED_H

#include "os/fatal.h"
#include "os/tls.h"
#include "sched/block.h"
#include "sched/gmp.h"
#include "sched/goroutine.h"
#include "sched/lifetime.h"
#include "sched/sema.h"
#include "sched/stack.h"
#include "sched/timer.h"
#include "sched/world.h"

uint64_t gm_fastrand64(void);
static inline uint32_t gm_fastrandn(uint32_t n) {
    return (uint32_t)(((uint64_t)(uint32_t)gm_fastrand64() * n) >> 32);
}

#endif
