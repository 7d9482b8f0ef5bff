/* sigstop.pml - threads that are stopped by a signal, anywhere but inside the library; and the fence of who forks.
 *
 * One thread stores into a shared slot behind the barrier, enters the library, where it takes a lock that the stopper wants
 * too, goes through blocking regions, and takes a lock of the C library's outside it. The stopper stops the world ROUNDS times: to begin marking, to end it, or, as a
 * fence, to fork, for which it needs the C library's lock. A signal may come between any two steps of the thread: its
 * handler is the process `handler`, which holds the thread meanwhile (`in_handler`).
 *
 * What corresponds to what in runtime: wanted, status, inside   gm_stop_wanted, the P's status, the goroutine's count;
 *     cut   the thread stands between the test of the barrier and the store (store_amd64.S)
 *     saved   the thread's record has its stack pointer and registers: m->block_sp
 *
 * One signal a stop is enough, but where the handler leaves alone a thread that will not look by itself (DEAF): for
 * that it is sent again (SIGNALS).
 *
 * Claims: nobody waits for ever; a stop meets no thread inside the library; no store whose test was made before
 * marking began is made while it marks; no thread is fenced once there is another stop; of a thread in a region it is known where it stands.
 *
 * Each of these spoils the protocol; Spin must say so:
 *   CUT_INSIDE      the handler does not ask whether the thread is inside
 *   NO_LEAVE_LOOK   who leaves the library does not look whether somebody stops the world
 *   EARLY_LOOK      ... or looks before the count goes down
 *   NO_SET_BACK     a thread that is stopped between test and store goes on with the store
 *   STOP_TO_FORK    who forks stops the world instead of raising a fence
 *   NO_DOOR         a fenced thread enters the library
 *   ANY_STOP        a fenced thread at the door waits for the end of any stop
 *   NO_SECOND_LOOK  who has marked its P as fenced does not look whether the fence is still up
 *   EARLY_UNFENCE   fenced Ps are marked as running before the flag is down
 *   REGION_LOOK     who enters a region looks whether somebody stops the world, as elsewhere: that spoils what was saved before
 */
#ifndef ROUNDS
#define ROUNDS 2
#endif
#ifndef TURNS
#define TURNS 2
#endif
#ifndef SIGNALS
#define SIGNALS 1
#endif

mtype = {NOBODY, WORLD, FENCE, RUNNING, STOPPED, FENCED, BLOCKED};
mtype wanted = NOBODY, status = RUNNING;
byte inside;
bool signalled, in_handler, deaf, marking, cut, tested, library, c_library, ends, saved, was_blocked;

/* What the thread itself does, and what it looks at, when no handler holds it. */
#define DO(x) atomic { !in_handler -> x }
#define SEES(x) (!in_handler && (x))

/* gm_safepoint, inside */
inline safepoint() {
    do
    :: SEES(wanted == NOBODY && status == RUNNING) -> break
    :: SEES(status == BLOCKED || was_blocked) -> break
    :: SEES(status == FENCED) ->
#ifdef ANY_STOP
        SEES(wanted == NOBODY)
#else
        SEES(status != FENCED)
#endif
    :: atomic { SEES(status == RUNNING && wanted != NOBODY) -> status = STOPPED };
        SEES(wanted == NOBODY);
        DO(status = RUNNING; saved = false)
    od
}

inline look() {
    do
    :: SEES(wanted == NOBODY || status != RUNNING) -> break
    :: SEES(wanted != NOBODY && status == RUNNING) -> DO(inside = 1); safepoint(); DO(inside = 0)
    od
}

inline enter() {
    DO(inside = 1);
#ifndef NO_DOOR
    if
    :: SEES(wanted == NOBODY)
    :: SEES(wanted != NOBODY) -> safepoint()
    fi
#endif
}

inline leave() {
#ifdef EARLY_LOOK
    look();
    DO(inside = 0)
#else
    DO(inside = 0);
#ifndef NO_LEAVE_LOOK
    look()
#endif
#endif
}

/* gm_block_enter, what the program does there, gm_block_leave */
inline region() {
    DO(saved = true);
#ifdef REGION_LOOK
    enter();
#else
    DO(inside = 1);
#endif
    DO(status = BLOCKED);
    leave();
    if
    :: true
    :: true -> atomic { SEES(!c_library) -> c_library = true };
        DO(c_library = false)
    fi;
    enter();
    do
    :: atomic { SEES(status == BLOCKED) -> status = RUNNING }; break
    :: SEES(status != BLOCKED) -> SEES(wanted == NOBODY)
    od;
    do /* gm_stop_here */
    :: SEES(wanted == NOBODY) -> break
    :: SEES(wanted != NOBODY) -> DO(status = STOPPED); SEES(wanted == NOBODY); DO(status = RUNNING)
    od;
    DO(saved = false);
    leave()
}

active proctype thread() {
    byte turns = 0;
    do
    :: turns == TURNS -> break
    :: turns < TURNS ->
        turns++;
        if
        :: true -> /* a guarded store */
            do
            :: DO(cut = true; tested = marking);
                if
                :: atomic { SEES(cut) -> assert(tested || !marking); cut = false }; break
                :: SEES(!cut) /* set back: test again */
                fi
            od
        :: true -> /* a call of the library */
            enter();
            DO(assert(status != FENCED || wanted == NOBODY); library = true); /* not swept yet, perhaps */
            DO(library = false);
            leave()
        :: true -> region()
#ifdef DEAF
        :: true -> DO(deaf = true); DO(deaf = false) /* on its way between two stacks */
#endif
        :: true -> /* malloc */
            atomic { SEES(!c_library) -> c_library = true };
            DO(c_library = false)
        fi
    od;
    if
    :: true -> enter(); /* detaches */
        DO(status = STOPPED; ends = true)
    :: true -> /* never comes back */
endless: false
    fi
}

active proctype handler() {
end:
    do
    :: atomic { signalled -> signalled = false;
        if
#ifdef CUT_INSIDE
        :: wanted != NOBODY && status == RUNNING && !ends -> in_handler = true
#else
        :: wanted != NOBODY && status == RUNNING && inside == 0 && !ends && !deaf -> in_handler = true
#endif
        :: else
        fi };
        if
        :: !in_handler
        :: in_handler ->
#ifndef NO_SET_BACK
            cut = false;
#endif
            do
            :: wanted == NOBODY -> status = RUNNING;
                if
                :: atomic { wanted == NOBODY -> in_handler = false }; break
                :: wanted != NOBODY
                fi
            :: wanted == WORLD -> status = STOPPED; wanted != WORLD
            :: wanted == FENCE -> status = FENCED;
#ifdef NO_SECOND_LOOK
                in_handler = false; break
#else
                if
                :: atomic { wanted == FENCE -> in_handler = false }; break
                :: wanted != FENCE ->
                    if
                    :: atomic { status == FENCED -> status = RUNNING }
                    :: status != FENCED
                    fi
                fi
#endif
            od
        fi
    od
}

/* One signal is sent, further ones (in the runtime, after a while) when nothing moves any more. */
inline await_stop() {
    sent = 0;
    do
    :: status == STOPPED || (status == FENCED && wanted == FENCE) -> break
    :: atomic { status == BLOCKED -> status = STOPPED; was_blocked = true }; break
    :: (status == RUNNING || (status == FENCED && wanted != FENCE)) && sent == 0 -> sent++; signalled = true
    :: timeout && sent > 0 && sent < SIGNALS -> sent++; signalled = true
    od
}

active proctype stopper() {
    byte rounds = 0, sent;
    bool fence;
    do
    :: rounds == ROUNDS -> break
    :: rounds < ROUNDS ->
        rounds++;
        if
        :: fence = false
        :: fence = true
        fi;
#ifdef STOP_TO_FORK
        wanted = WORLD;
#else
        if
        :: fence -> wanted = FENCE
        :: !fence -> wanted = WORLD
        fi;
#endif
        await_stop();
        if
        :: fence -> atomic { !c_library -> c_library = true }; c_library = false
        :: !fence ->
            assert(!library);
            assert(!was_blocked || saved);
            marking = !marking
        fi;
        if
        :: atomic { was_blocked -> was_blocked = false; status = BLOCKED }
        :: else
        fi;
#ifdef EARLY_UNFENCE
        if
        :: atomic { status == FENCED -> status = RUNNING }
        :: status != FENCED
        fi;
        wanted = NOBODY
#else
        wanted = NOBODY;
        if
        :: atomic { status == FENCED -> status = RUNNING }
        :: status != FENCED
        fi
#endif
    od
}
