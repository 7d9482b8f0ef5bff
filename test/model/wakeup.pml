/* wakeup.pml - threads that look for work, go to sleep and are woken; none of it may be left lying.
 *
 * One thread runs a goroutine that makes others runnable; WORKERS threads share PROCS further Ps to
 * run these. A goroutine may end, make others runnable, run for ever, or give its P away (because it is tied
 * to its thread and parks). OPS goroutines are made runnable in all. Meanwhile the world is stopped STOPS
 * times: no idle P is given out then; that running Ps stand still as well need not be said, because what
 * they do in a stop can only be worse. When nothing moves any more, no runnable goroutine may be left while
 * a P is idle.
 *
 * What corresponds to what in runtime/sched:
 *   work          runnable goroutines on any queue, as all threads see it
 *   late          those whose writer has stored them, but whose store is still in its processor's
 *                 buffer; that thread's own reads of other words may come before
 *   idle, spinning, asleep    the words of the same names; asleep are the Ms on the idle list
 *   given         a P was handed to the sleeping thread, to spin with or not
 * Taking from a queue, and what is done under gm_sched.lock, is one step. A processor does not let
 * an atomic read-modify-write pass earlier stores.
 *
 * The wake-ups that are saved for a run_next (gm_ready) are not modelled: the monitor makes them.
 *
 * Each of these spoils the protocol; Spin must say so:
 *   NO_FENCE          work is published by a plain store, after which who idles is read
 *   NO_SLEEP_FENCE    the last look may read before others see that the thread does not spin now
 *   NO_LAST_LOOK      who stops spinning does not look again
 *   EARLY_LOOK        ... or looks before it says that it has stopped
 *   NO_CHAIN          who found work while spinning does not wake another to spin instead
 *   NO_HANDOFF_LOOK   who gives a P away does not look again after it was put with the idle ones
 *   NO_SECOND_TRY     who says that it will wake a thread, and then finds no P for it, does not try again
 *   NO_START_WAKE     who lets the world go on wakes nobody
 */
#ifndef OPS
#define OPS 3
#endif
#ifndef WORKERS
#define WORKERS 3
#endif
#ifndef PROCS
#define PROCS 2
#endif

#ifndef STOPS
#define STOPS 1
#endif

#define NOT 0
#define TO_RUN  1
#define TO_SPIN 2

byte left = OPS;
byte work;
byte late[WORKERS + 2];      /* by thread; then the one that begins, and the one that stops the world */
byte late_stop[WORKERS];     /* spinning threads that have stopped, which others do not see yet */
byte idle = PROCS, spinning;
byte asleep = (1 << WORKERS) - 1; /* bits */
byte given[WORKERS];
bit stopping;

inline publish(i) {
    d_step {
        left > 0 -> left--;
#ifdef NO_FENCE
        late[i]++
#else
        work++
#endif
    }
}

/* A thread from the idle list gets a P; the list is not empty for ever while threads outnumber Ps. */
inline hand_over(how) {
    if
    :: asleep & 1 -> asleep = asleep & ~1; given[0] = how
    :: !(asleep & 1) && (asleep & 2) -> asleep = asleep & ~2; given[1] = how
    :: !(asleep & 3) && (asleep & 4) -> asleep = asleep & ~4; given[2] = how
    fi
}

/* gm_wake_p. The world may stand still, and then no idle P is given out. */
inline wake_p(i) {
    do
    :: idle == 0 -> break
    :: idle > 0 ->
        if
        :: spinning != 0 -> break
        :: atomic { spinning == 0 && late[i] == 0 -> spinning++ };
            if
            :: idle == 0 || stopping ->
                spinning--;
#ifdef NO_SECOND_TRY
                break
#else
                if
                :: stopping -> break
                :: !stopping
                fi
#endif
            :: d_step { idle > 0 && !stopping && asleep -> idle--; hand_over(TO_SPIN) }; break
            fi
        fi
    od
}

inline stop_spinning(m) {
    spins = 0;
    d_step {
#ifdef NO_SLEEP_FENCE
        late_stop[m]++
#else
        spinning--
#endif
    }
}

/* gm_handoff_p */
inline handoff(m) {
    if
    :: d_step { work > 0 && asleep -> hand_over(TO_RUN) }
    :: work == 0 ->
        if
        :: d_step { idle == 0 && spinning == 0 && late[m] == 0 && asleep -> spinning++; hand_over(TO_SPIN) }
        :: idle > 0 || spinning != 0 ->
            if
            :: d_step { work > 0 && asleep -> hand_over(TO_RUN) } /* on the global queue, with the lock */
            :: idle++; /* another queue is not seen here */
#ifndef NO_HANDOFF_LOOK
                if
                :: work > 0 -> wake_p(m)
                :: work == 0
                fi
#endif
            fi
        fi
    fi
}

proctype Worker(byte m) {
    bit spins;
end_asleep:
    atomic { given[m] != NOT -> spins = (given[m] == TO_SPIN); given[m] = NOT }
look:
    if
    :: atomic { work > 0 -> work-- }; goto found
    :: work == 0 ->
        if
        :: atomic { !spins -> spins = 1; spinning++ }; goto look
        :: goto nothing /* others spin enough, or it has looked everywhere */
        fi
    fi;
found:
    if
    :: spins ->
        atomic { spins = 0; spinning-- };
#ifndef NO_CHAIN
        wake_p(m)
#endif
    :: else
    fi;
act:
    if
    :: publish(m); wake_p(m); goto act
    :: goto look
    :: handoff(m); asleep = asleep | (1 << m); goto end_asleep
    :: goto end_busy
    fi;
nothing:
#ifdef EARLY_LOOK
    if
    :: work > 0 -> goto look
    :: work == 0
    fi;
#endif
    idle++;
    if
    :: spins -> stop_spinning(m)
    :: else
    fi;
#if !defined(NO_LAST_LOOK) && !defined(EARLY_LOOK)
    if
    :: work > 0 ->
        if
        :: atomic { idle > 0 && !stopping -> idle--; spinning++; spins = 1 }; goto look
        :: idle == 0 || stopping
        fi
    :: work == 0
    fi;
#endif
    asleep = asleep | (1 << m);
    goto end_asleep;
end_busy:
    false
}

proctype First() {
end:
    do
    :: publish(WORKERS); wake_p(WORKERS)
    :: break
    od
}

/* gm_up_world_stop and gm_up_world_start */
proctype World() {
    byte n;
end:
    do
    :: n < STOPS -> n++; stopping = 1; stopping = 0;
#ifndef NO_START_WAKE
        wake_p(WORKERS + 1)
#endif
    :: break
    od
}

/* Stores reach the others at any time. */
proctype Memory() {
    byte i;
end:
    do
    :: d_step { late[0] > 0 -> late[0]--; work++ }
    :: d_step { late[1] > 0 -> late[1]--; work++ }
    :: d_step { late[2] > 0 -> late[2]--; work++ }
    :: d_step { late[WORKERS] > 0 -> late[WORKERS]--; work++ }
    :: d_step { late_stop[0] > 0 -> late_stop[0]--; spinning-- }
    :: d_step { late_stop[1] > 0 -> late_stop[1]--; spinning-- }
    :: d_step { late_stop[2] > 0 -> late_stop[2]--; spinning-- }
    od
}

init {
    atomic {
        run Worker(0);
        run Worker(1);
        run Worker(2);
        run First();
        run World();
        run Memory()
    }
    timeout; /* nothing moves */
    assert(work == 0 || idle == 0);
    assert(spinning == 0)
}
