/* barrier.pml - marking while the program runs: the write barrier, the handshakes, termination.
 *
 * Two mutators, each with a stack of two words, share a heap of N objects with two slots each and
 * one global, and may do OPS things in all: load, store, forget, allocate. Two workers run one
 * cycle of the collector at any time meanwhile. At its end every object that the stacks and the
 * global lead to must be marked.
 *
 * What corresponds to what in runtime/gc:
 *   hold          the stopped world; honoured between operations
 *   busy          a mutator stands between its barrier and its store: no safepoint there
 *   buf           the barrier buffer of each P. It is emptied when full, that is, at any time
 *   work, lent    the lists of full buffers, and the markers that are lent out
 *   todo          root jobs that nobody has done yet
 *
 * Stacks are scanned in one of three ways, SCAN:
 *   STOP  all of them in the first stop.
 *   LAZY  after the first stop, one at a time, each before its mutator runs again.
 *   ANY   one at a time, at any time, while its mutator stands at a safepoint.
 * Under STOP and LAZY a mutator never holds a pointer that the collector does not know of, so that
 * stores into fresh objects need no barrier (PLAIN_INIT); under ANY they must shade the new value.
 * The runtime does LAZY for goroutines and STOP for stacks of C: MIXED is LAZY but for the first stack.
 *
 * A mutator may reach into the stack of the other while that stands at a safepoint, parked on a
 * channel, HAND:
 *   GIVE  it leaves a word of its own there.
 *   READ  it copies a word from there.
 *   TAKE  it copies a word and overwrites it, as threads of C may with variables that they share. Under
 *         LAZY the old value must be shaded (TAKE_SHADED), as a channel does; under STOP it need not.
 *
 * Each of these spoils the protocol; Spin must say so:
 *   NO_BARRIER    stores shade nothing            NO_INSERTION  the new value is not shaded
 *   NO_DELETION   the old value is not shaded     ALLOC_WHITE   new objects are not marked
 *   NO_RECHECK    the end does not look again     NO_COUNT      the end ignores lent markers
 *   SPLIT_STORE   a stop may fall between a barrier and its store
 *   RUN_UNSCANNED under LAZY, a mutator runs on before its stack was scanned
 *   NO_STACKS     the end does not wait for the stacks
 */
#define STOP 0
#define LAZY 1
#define ANY  2
#ifndef SCAN
#define SCAN ANY
#endif
#define GIVE        1
#define READ        2
#define TAKE        3
#define TAKE_SHADED 4
#ifndef HAND
#define HAND 0
#endif
#ifndef OPS
#define OPS 3
#endif
#define N    4 /* objects 1..N; 0 is nil */
#define LIVE 3 /* of which exist at the beginning */

#define SET(v)     ((1 << (v)) & 30)     /* an object as a set */
#define SLOT(o, k) (2 * (o) + (k))       /* index into cell; cell[0] is the global */
#define STACK(m)   (SET(r[2 * (m)]) | SET(r[2 * (m) + 1]))

#define IDLE 0
#define MARK 1
#define DONE 2

byte cell[2 * N + 2];
byte r[4];      /* the stacks */
byte allocated = LIVE;
byte left = OPS;
hidden byte swap;

byte phase = IDLE;
bit hold;
byte busy;            /* bits of mutators */
byte buf[2];          /* sets */
byte marked, work;    /* sets */
byte lent, todo;    /* todo: bits 0, 1 the stacks, 2 the global */

#ifdef SPLIT_STORE
#define AT_SAFEPOINT(bits) true
#else
#define AT_SAFEPOINT(bits) ((busy & (bits)) == 0)
#endif
#ifdef NO_STACKS
#define PENDING (todo & 4)
#else
#define PENDING todo
#endif
#ifdef NO_COUNT
#define AT_REST (PENDING == 0 && work == 0)
#else
#define AT_REST (PENDING == 0 && work == 0 && lent == 0)
#endif
#ifdef RUN_UNSCANNED
#define MUST_WAIT(m) false
#else
#define MUST_WAIT(m) (SCAN == LAZY && phase == MARK && ((todo >> (m)) & 1))
#endif
/* May mutator m do its next operation? */
#define RUNS(m) (left > 0 && phase != DONE && !hold && !(busy & (1 << (m))) && !MUST_WAIT(m))

/* The two words of a stack are alike: the larger stands first, which halves what Spin must visit. */
inline put(who, i, v) {
    r[2 * (who) + i] = v;
    if
    :: r[2 * (who)] < r[2 * (who) + 1] ->
        swap = r[2 * (who)];
        r[2 * (who)] = r[2 * (who) + 1];
        r[2 * (who) + 1] = swap;
        swap = 0
    :: else
    fi
}

inline shade(m, old, new) {
#ifndef NO_BARRIER
#ifndef NO_DELETION
    buf[m] = buf[m] | SET(old) & ~marked;
#endif
#ifndef NO_INSERTION
    buf[m] = buf[m] | SET(new) & ~marked;
#endif
#endif
    skip
}

inline mark_new() {
#ifndef ALLOC_WHITE
    marked = marked | SET(allocated);
#endif
    skip
}

inline shade_new(m, v) {
#ifndef PLAIN_INIT
    buf[m] = buf[m] | SET(v) & ~marked;
#endif
    skip
}

/* Where a mutator may load and store: the global, and the slots of what its stack leads to. Every
 * choice is one indivisible step of its own, so that Spin keeps no states between. */
#define EACH_PLACE(OP) \
    OP(true, 0) \
    OP(r[2 * m], SLOT(r[2 * m], 0)) \
    OP(r[2 * m], SLOT(r[2 * m], 1)) \
    OP(r[2 * m + 1], SLOT(r[2 * m + 1], 0)) \
    OP(r[2 * m + 1], SLOT(r[2 * m + 1], 1))

#define LOAD_TO(ok, at, i) :: d_step { RUNS(m) && ok -> left--; v = cell[at]; put(m, i, v); v = 0 }
#define LOAD(ok, at) LOAD_TO(ok, at, 0) LOAD_TO(ok, at, 1)

#define FORGET(i) :: d_step { RUNS(m) && r[2 * m + i] -> left--; put(m, i, 0) }

/* The barrier; the store itself is a later step. */
#define STORE_OF(ok, at, val) \
    :: d_step { \
        RUNS(m) && ok -> left--; \
        t = at; \
        v = val; \
        busy = busy | (1 << m); \
        if \
        :: phase == MARK -> shade(m, cell[t], v) \
        :: else \
        fi \
    }
#define STORE(ok, at) STORE_OF(ok, at, 0) STORE_OF(ok, at, r[2 * m]) STORE_OF(ok, at, r[2 * m + 1])

/* A new object, whose first slot begins as val. */
#define ALLOC_TO(val, i) \
    :: d_step { \
        RUNS(m) && allocated < N -> left--; \
        allocated++; \
        v = val; \
        cell[SLOT(allocated, 0)] = v; \
        if \
        :: phase == MARK -> mark_new(); shade_new(m, v) \
        :: else \
        fi; \
        put(m, i, allocated); \
        v = 0 \
    }
#define ALLOC(val) ALLOC_TO(val, 0) ALLOC_TO(val, 1)

/* Words of the other's stack. */
#define OTHER(j) r[2 * (1 - m) + j]
#define REACHES(j) (RUNS(m) && !(busy & (1 << (1 - m))) && OTHER(j))
#define GIVE_TO(i, j) \
    :: d_step { RUNS(m) && !(busy & (1 << (1 - m))) && r[2 * m + j] -> left--; v = r[2 * m + j]; put(1 - m, i, v); v = 0 }
#define READ_FROM(i, j) :: d_step { REACHES(j) -> left--; v = OTHER(j); put(m, i, v); v = 0 }
#if HAND == TAKE_SHADED
#define SHADE_TAKEN(v) if :: phase == MARK -> buf[m] = buf[m] | SET(v) & ~marked :: else fi
#else
#define SHADE_TAKEN(v) skip
#endif
#define TAKE_FROM(i, j) \
    :: d_step { REACHES(j) -> left--; v = OTHER(j); SHADE_TAKEN(v); put(1 - m, j, 0); put(m, i, v); v = 0 }
#if HAND == GIVE
#define HAND_OP GIVE_TO
#elif HAND == READ
#define HAND_OP READ_FROM
#elif HAND >= TAKE
#define HAND_OP TAKE_FROM
#endif

proctype Mutator(byte m) {
    byte t, v; /* a store under way: where, what */
end:
    do
    EACH_PLACE(LOAD)
    FORGET(0)
    FORGET(1)
    EACH_PLACE(STORE)
    :: d_step { busy & (1 << m) -> cell[t] = v; busy = busy & ~(1 << m); t = 0; v = 0 }
    ALLOC(r[2 * m])
    ALLOC(r[2 * m + 1])
#if HAND
    HAND_OP(0, 0)
    HAND_OP(0, 1)
    HAND_OP(1, 0)
    HAND_OP(1, 1)
#endif
    /* the buffer is full */
    :: d_step { left > 0 && !hold && buf[m] && phase == MARK -> work = work | buf[m]; buf[m] = 0 }
    od
}

inline scan_stack(m) {
    work = work | STACK(m) & ~marked;
    todo = todo & ~(1 << m)
}

/* No reachable object is white. */
inline check() {
    v = STACK(0) | STACK(1) | SET(cell[0]);
    o = 0;
    do
    :: o < N * N -> /* one object after another, as often as a path may be long */
        if
        :: v & SET(o % N + 1) -> v = v | SET(cell[SLOT(o % N + 1, 0)]) | SET(cell[SLOT(o % N + 1, 1)])
        :: else
        fi;
        o++
    :: else -> break
    od;
    assert((v & ~marked) == 0);
    o = 0;
    v = 0
}

proctype Worker() {
    byte o, v;
end:
    do
    /* one root job */
    :: d_step { phase == MARK && (todo & 4) -> work = work | SET(cell[0]) & ~marked; todo = todo & ~4 }
#if SCAN == LAZY
    :: d_step { phase == MARK && (todo & 1) -> scan_stack(0) }
    :: d_step { phase == MARK && (todo & 2) -> scan_stack(1) }
#endif
#if SCAN == ANY
    :: d_step { phase == MARK && (todo & 1) && AT_SAFEPOINT(1) -> scan_stack(0) }
    :: d_step { phase == MARK && (todo & 2) && AT_SAFEPOINT(2) -> scan_stack(1) }
#endif
    /* one object: taken, then scanned */
    :: d_step {
        phase == MARK && work && !o ->
        if
        :: work & 2 -> o = 1
        :: !(work & 2) && (work & 4) -> o = 2
        :: !(work & 6) && (work & 8) -> o = 3
        :: !(work & 14) && (work & 16) -> o = 4
        fi;
        lent++;
        marked = marked | SET(o);
        work = work & ~marked;
        buf[0] = buf[0] & ~marked;
        buf[1] = buf[1] & ~marked
       }
    :: d_step { o -> work = work | (SET(cell[SLOT(o, 0)]) | SET(cell[SLOT(o, 1)])) & ~marked; lent--; o = 0 }
    /* nothing is left, it seems: stop, empty the buffers, look again */
    :: d_step { phase == MARK && AT_REST && !hold -> hold = 1 }
    :: d_step {
        phase == MARK && hold && AT_SAFEPOINT(3) ->
#ifndef NO_RECHECK
        work = work | buf[0] | buf[1];
        buf[0] = 0;
        buf[1] = 0;
#endif
        if
#ifdef NO_RECHECK
        :: true ->
#else
        :: AT_REST ->
#endif
            check();
            phase = DONE
        :: else
        fi;
        hold = 0
       }
    od
}

init {
    atomic {
        /* the global or the first stack leads to 1 to 2 to 3, the second stack to any of them */
        if
        :: cell[0] = 1
        :: r[0] = 1
        fi;
        cell[SLOT(1, 0)] = 2;
        cell[SLOT(2, 1)] = 3;
        if
        :: r[2] = 2
        :: r[2] = 3
        :: cell[SLOT(2, 1)] = 0; r[2] = 3
        :: r[2] = 0
        fi;
        run Mutator(0);
        run Mutator(1)
    }
    /* a cycle begins */
    hold = 1;
    atomic {
        AT_SAFEPOINT(3) ->
        phase = MARK;
        todo = 7;
#if SCAN == STOP
        scan_stack(0);
        scan_stack(1);
#endif
#ifdef MIXED
        scan_stack(0);
#endif
        hold = 0;
        run Worker();
#ifdef TWO_WORKERS
        run Worker()
#endif
    }
}
