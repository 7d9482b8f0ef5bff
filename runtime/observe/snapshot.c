/* snapshot.c - a snapshot of the heap, by a child that has a copy of it.
 *
 * The world stands still while the process forks (chan/fork.h), and no longer: the child, in which it stands still for good, goes through
 * the heap and writes the file (snapwalk.c), while the program runs on. Who asked waits for the child. What the program
 * changes meanwhile costs it a copied page each.
 *
 * When the child has written all it sends the addresses of code and variables whose names are wanted through a pipe. They are looked up
 * here, in the parent, and stand at the end of the file. A file without its last record is not whole, and is not taken for one.
 */
#include "observe/snapshot.h"

#include <string.h>

#include "chan/fork.h"
#include "gc/gc.h"
#include "gc/sweep.h"
#include "observe/traceback.h"
#include "os/child.h"
#include "os/godebug.h"
#include "os/inside.h"
#include "os/os.h"
#include "os/poll.h"
#include "os/signal.h"
#include "os/sync.h"
#include "sched/sched.h"
#include "upcall.h"

typedef struct job {
    int fd;
    int names[2];
    intptr_t child;
    int64_t asked_at;
    const gm_mem_stats *stats; /* in Go's form */
    bool ok;
} job;

/* --- names --- */

typedef struct naming {
    gm_snap_file file;
    gm_place place;
    const char *name;
    bool is_go;
} naming;

/* Of what stands at a place the innermost function of Go counts that is not the compiler's own, or else the outermost. */
static bool keep_name(void *arg, const gm_place *p) {
    naming *n = arg;
    const char *name = p->function ? p->function : p->symbol;
    if (!name) return true;
    n->place = *p;
    n->name = name;
    n->is_go = gm_is_called_symbol(name);
    return !n->is_go;
}

/* A return address leads behind the call that is meant. */
static void name_one(naming *n, uintptr_t wanted) {
    uintptr_t addr = wanted & ~GM_SNAP_RETURN;
    char mem[512];
    gm_text text = {mem, 0, sizeof mem};
    n->name = NULL;
    gm_symbolize(wanted == addr ? addr : addr - 1, keep_name, n);
    if (!n->name) return;
    if (!gm_go_name(n->name, &text)) gm_text_c(&text, n->name);
    uintptr_t entry = n->place.entry ? n->place.entry : addr;
    gm_snap_byte(&n->file, 'N');
    gm_snap_number(&n->file, addr);
    gm_snap_number(&n->file, addr > entry ? addr - entry : 0);
    gm_snap_number(&n->file, n->is_go);
    gm_snap_text(&n->file, mem, text.n);
    gm_snap_text(&n->file, n->place.file ? n->place.file : "",
                 n->place.file ? strlen(n->place.file) : 0);
    gm_snap_number(&n->file, n->place.line > 0 ? (uint64_t)n->place.line : 0);
}

static void write_names(job *j) {
    naming n = {.file = {.fd = j->fd}};
    uintptr_t room[256];
    size_t have = 0;
    for (intptr_t k; (k = gm_os_read(j->names[0], (char *)room + have, sizeof room - have)) > 0;) {
        have += (size_t)k;
        for (size_t i = 0; i < have / sizeof *room; i++) name_one(&n, room[i]);
        memmove(room, (char *)room + have / sizeof *room * sizeof *room, have % sizeof *room);
        have %= sizeof *room;
    }
    j->ok = gm_os_child_wait(j->child) == 0;
    if (j->ok) gm_snap_byte(&n.file, 'Z');
    gm_snap_flush(&n.file);
    if (n.file.failed) j->ok = false;
}

/* --- the rest of Go's form: pieces to be copied, and names --- */

static bool read_whole(int fd, void *to, size_t n) {
    for (size_t have = 0; have < n;) {
        intptr_t k = gm_os_read(fd, (char *)to + have, n - have);
        if (k <= 0) return false;
        have += (size_t)k;
    }
    return true;
}

static void copy_name(naming *n, uintptr_t pc) {
    char mem[512];
    gm_text text = {mem, 0, sizeof mem};
    n->name = NULL;
    gm_symbolize(pc - 1, keep_name, n);
    if (n->name && !gm_go_name(n->name, &text)) gm_text_c(&text, n->name);
    if (!n->name) gm_text_c(&text, "unknown function");
    gm_snap_text(&n->file, mem, text.n);
}

static void copy_rest(job *j) {
    naming n = {.file = {.fd = j->fd}};
    uint64_t word;
    uint8_t buf[1024];
    while (read_whole(j->names[0], &word, sizeof word)) {
        if (word & GM_SNAP_RETURN) {
            copy_name(&n, word & ~GM_SNAP_RETURN);
            continue;
        }
        for (size_t k; word > 0; word -= k) {
            k = word < sizeof buf ? word : sizeof buf;
            if (!read_whole(j->names[0], buf, k)) break;
            for (size_t i = 0; i < k; i++) gm_snap_byte(&n.file, buf[i]);
        }
    }
    gm_snap_flush(&n.file);
    j->ok = gm_os_child_wait(j->child) == 0 && !n.file.failed;
}

/* --- the two halves --- */

static void fork_it(void *arg) {
    job *j = arg;
    if (!gm_os_pipe(j->names)) return;
    gm_sweep_all();
    j->asked_at = gm_os_nanotime();
    j->child = gm_fork_aside();
    if (j->child == 0) {
        gm_os_child_keep(j->fd, j->names[1]);
        gm_os_child_end(!(j->stats ? gm_heapdump_walk(j->fd, j->names[1], j->stats)
                                   : gm_snapshot_walk(j->fd, j->names[1], j->asked_at)));
    }
    gm_os_close(j->names[1]);
    if (j->child < 0) gm_os_close(j->names[0]);
}

static void await_it(void *arg) {
    job *j = arg;
    if (j->stats)
        copy_rest(j);
    else
        write_names(j);
    gm_os_close(j->names[0]);
}

/* By a goroutine or an attached thread. */
static bool take(int fd, const gm_mem_stats *stats) {
    job j = {.fd = fd, .child = -1, .stats = stats};
    gm_systemstack(fork_it, &j);
    if (j.child > 0) gm_blocking(await_it, &j);
    return j.ok;
}

bool gm_write_heap_snapshot_fd(int fd) {
    gm_need_thread("gm_write_heap_snapshot_fd");
    GM_INSIDE();
    return take(fd, NULL);
}

bool gm_write_heap_snapshot(const char *path) {
    gm_need_thread("gm_write_heap_snapshot");
    GM_INSIDE();
    int fd = gm_os_create(path);
    if (fd < 0) return false;
    bool ok = take(fd, NULL);
    gm_os_close(fd);
    return ok;
}

static void read_stats(void *arg) {
    gm_read_mem_stats(arg);
}

void gm_write_go_heap_dump(int fd) {
    gm_mem_stats *stats = gm_os_map(sizeof *stats);
    if (!stats) return;
    gm_systemstack(read_stats, stats);
    take(fd, stats);
    gm_os_unmap(stats, sizeof *stats);
}

/* --- GODEBUG --- */

static void report(const char *path, bool ok) {
    if (!ok) gm_os_printf("golem: GODEBUG=heapsnapshot: %s could not be written\n", path);
}

void gm_snapshot_at_exit(void) {
    static bool told;
    const char *path = gm_debug.heapsnapshot;
    if (!*path || __atomic_exchange_n(&told, true, __ATOMIC_RELAXED)) return;
    report(path, gm_write_heap_snapshot(path));
}

/* A thread of its own waits for the signal: its handler may not do more than wake it. */
static gm_event asked;

__attribute__((no_split_stack)) static void on_signal(int signo, siginfo_t *info, void *context) {
    (void)signo, (void)info, (void)context;
    gm_event_post(&asked);
}

/* FILE.1, FILE.2, ... */
static void path_of(gm_text *path, uint32_t number) {
    gm_text_c(path, *gm_debug.heapsnapshot ? gm_debug.heapsnapshot : "heap.snapshot");
    gm_text_c(path, ".");
    gm_text_uint(path, number);
    path->p[path->n] = 0;
}

static void *answer(void *arg) {
    (void)arg;
    for (uint32_t seen = 0;; seen++) {
        while (gm_event_read(&asked) == seen) gm_event_wait(&asked, seen, -1);
        char mem[GM_GODEBUG_TEXT + 16];
        gm_text path = {mem, 0, sizeof mem - 1};
        path_of(&path, seen + 1);
        job j = {.fd = gm_os_create(mem), .child = -1};
        if (j.fd >= 0) fork_it(&j);
        if (j.child > 0) await_it(&j);
        if (j.fd >= 0) gm_os_close(j.fd);
        report(mem, j.ok);
    }
    return NULL;
}

void gm_snapshot_begin(void) {
    static bool begun;
    int64_t signo = gm_debug.heapsnapshotsignal;
    if (signo <= 0 || signo > 64 || __atomic_exchange_n(&begun, true, __ATOMIC_RELAXED)) return;
    if (gm_os_thread_start(answer, NULL))
        gm_os_signal_handle((int)signo, on_signal, NULL, SA_RESTART);
}
