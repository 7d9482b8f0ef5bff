/* sema.h - semaphores and lists of waiters for package sync (sema.c). */
#ifndef GM_SCHED_SEMA_H
#define GM_SCHED_SEMA_H

#include <stdbool.h>
#include <stdint.h>
#include "sched/gmp.h"

enum { GM_SEM_LIFO = 1, GM_SEM_HANDOFF = 2, GM_SEM_DURABLE = 4 };
/* DURABLE: only the caller's bubble can end the wait. reason: what a trace says while it waits. */
void gm_sem_acquire(uint32_t *sem, unsigned flags, enum gm_wait reason);
void gm_sem_release(uint32_t *sem, unsigned flags);

/* Is a short active wait worth while: others run, and nobody waits for this P? */
bool gm_may_spin(void);

/* For sync.Cond; the list has the layout of sync.notifyList. */
typedef struct gm_notify_list gm_notify_list;
uint32_t gm_notify_add(gm_notify_list *l);
void gm_notify_wait(gm_notify_list *l, uint32_t ticket);
void gm_notify_all(gm_notify_list *l);
void gm_notify_one(gm_notify_list *l);

#endif
