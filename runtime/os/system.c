/* system.c - clocks, threads and the last resort of a message. */
#define _GNU_SOURCE
#include "os/os.h"
#include "os/fatal.h"
#include "os/regions.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int64_t read_clock(clockid_t id) {
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t gm_os_clock_ahead;

int64_t gm_os_nanotime(void) {
    return read_clock(CLOCK_MONOTONIC) + __atomic_load_n(&gm_os_clock_ahead, __ATOMIC_RELAXED);
}
int64_t gm_os_walltime(void) {
    return read_clock(CLOCK_REALTIME);
}

static struct timespec to_timespec(int64_t ns) {
    return (struct timespec){.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
}

void gm_os_sleep(int64_t ns) {
    struct timespec ts = to_timespec(ns);
    nanosleep(&ts, NULL);
}

void gm_os_yield(void) {
    sched_yield();
}

int gm_os_cpus_now(void) {
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return n < 1 ? 1 : n;
}

int gm_os_cpus(void) {
    static int cpus;
    int n = __atomic_load_n(&cpus, __ATOMIC_RELAXED);
    if (n) return n;
    n = gm_os_cpus_now();
    __atomic_store_n(&cpus, n, __ATOMIC_RELAXED);
    return n;
}

bool gm_os_thread_start(void *(*fn)(void *), void *arg) {
    if (gm_os_fault_hook && gm_os_fault_hook(GM_OS_THREAD, 0)) return false;
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, 256 << 10);
    pthread_t t;
    int err = pthread_create(&t, &attr, fn, arg);
    pthread_attr_destroy(&attr);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (err == 0) gm_os_note(GM_OS_NOTE_THREAD, (uintptr_t)t, 0);
    return err == 0;
}

/* A program that is linked statically has neither, and nothing that could be unloaded. */
#pragma weak dladdr
#pragma weak dlopen

/* The program itself is found by name too, and stays anyway. The handle is never closed. */
void gm_os_stay_loaded(void) {
    Dl_info self;
    if (!dladdr || !dlopen || !dladdr((void *)gm_os_stay_loaded, &self)) return;
    dlopen(self.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}

bool gm_os_at_fork(void (*before)(void), void (*parent)(void), void (*child)(void)) {
    return pthread_atfork(before, parent, child) == 0;
}

void gm_os_read_text(const char *path, char *buf, size_t size) {
    size_t have = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    for (ssize_t k; fd >= 0 && have + 1 < size; have += (size_t)k) {
        k = read(fd, buf + have, size - 1 - have);
        if (k <= 0) break;
    }
    if (fd >= 0) close(fd);
    buf[have] = 0;
}

int gm_os_thread_id(void) {
    return gettid();
}

bool gm_os_thread_stack(uintptr_t *lo, uintptr_t *hi) {
    pthread_attr_t attr;
    void *at;
    size_t size;
    if (pthread_getattr_np(pthread_self(), &attr) != 0) return false;
    int bad = pthread_attr_getstack(&attr, &at, &size);
    pthread_attr_destroy(&attr);
    *lo = (uintptr_t)at;
    *hi = (uintptr_t)at + size;
    return !bad;
}

static uintptr_t frames_gap; /* atomic: from the control block down to the first function's frame */

uintptr_t gm_os_thread_block(void) {
    return (uintptr_t)pthread_self();
}

void gm_os_frames_begin(void *first) {
    __atomic_store_n(&frames_gap, gm_os_thread_block() - (uintptr_t)first, __ATOMIC_RELAXED);
}

/* Somewhat above it, where the C library's own function stands: were that called by another one with a small frame
 * in one of the two threads, it would not matter. */
uintptr_t gm_os_first_frame(uintptr_t block) {
    enum { SPARE = 128 };
    uintptr_t gap = __atomic_load_n(&frames_gap, __ATOMIC_RELAXED);
    return gap ? block - gap + SPARE : 0;
}

/* Lines of /proc/self/maps begin "lo-hi ", in hexadecimal. */
bool gm_os_mapping(uintptr_t addr, uintptr_t *lo, uintptr_t *hi) {
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    uintptr_t bound[2] = {0, 0};
    int part = 0; /* 2: in the rest of the line */
    bool found = false;
    char buf[1024];
    for (ssize_t n; !found && (n = read(fd, buf, sizeof buf)) > 0;) {
        for (ssize_t i = 0; i < n && !found; i++) {
            char c = buf[i];
            if (c == '\n') {
                part = 0;
                bound[0] = bound[1] = 0;
            } else if (part == 2) {
                continue;
            } else if (c == '-' || c == ' ') {
                found = ++part == 2 && addr >= bound[0] && addr < bound[1];
            } else {
                bound[part] = bound[part] << 4 | (uintptr_t)(c <= '9' ? c - '0' : c - 'a' + 10);
            }
        }
    }
    close(fd);
    *lo = bound[0];
    *hi = bound[1];
    return found;
}

static void write_all(int fd, const char *s, size_t n) {
    while (n > 0) {
        ssize_t k = write(fd, s, n);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) return;
        s += k;
        n -= (size_t)k;
    }
}

void gm_os_write_err(const char *s, size_t n) {
    write_all(2, s, n);
    int crash = gm_crash_fd();
    if (crash >= 0) write_all(crash, s, n);
}

void gm_os_printf(const char *fmt, ...) {
    char buf[1024];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(buf, sizeof buf, fmt, ap);
    va_end(ap);
    if (n < 0) return;
    gm_os_write_err(buf, (size_t)n < sizeof buf ? (size_t)n : sizeof buf - 1);
}

void gm_os_assert_failed(const char *what, const char *file, int line) {
    gm_os_printf("%s:%d: does not hold: %s\n", file, line, what);
    abort();
}
