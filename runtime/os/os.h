/* os.h - the only system calls of the runtime.
 *
 * Memory is first reserved (address space, no access), then committed (readable and writable, zero,
 * backed on touch), and may be given back (contents lost or kept at the system's choice, still
 * committed). Every call that can fail for want of resources asks the fault hook first, so that a
 * test can make the n-th one fail.
 */
#ifndef GM_OS_OS_H
#define GM_OS_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- memory --- */

enum gm_os_call { GM_OS_RESERVE, GM_OS_COMMIT, GM_OS_MAP, GM_OS_RELEASE, GM_OS_THREAD, GM_OS_POLL };

/* Returns true to make the call fail with ENOMEM. NULL: no faults. */
extern bool (*gm_os_fault_hook)(enum gm_os_call call, size_t bytes);

/* Address space without access, aligned to align (a power of two). NULL on failure. */
void *gm_os_reserve(size_t n, size_t align);
/* Gives a reservation or a map back whole. */
void gm_os_unmap(void *p, size_t n);
/* Makes part of a reservation usable. False: the system has no more memory to promise. */
bool gm_os_commit(void *p, size_t n);
/* Fresh usable memory that is not counted against the system's promises until touched (tables that
 * are reserved for the largest heap and touched as they fill). NULL on failure. */
void *gm_os_map(size_t n);
/* Takes all access from part of a map. */
void gm_os_guard(void *p, size_t n);
/* The pages' memory may go back to the system: at once, reading as zero afterwards (lazy false), or
 * when the system needs it, contents undefined until written (lazy true). */
void gm_os_release(void *p, size_t n, bool lazy);
/* Asks for huge pages, or not, on a range; a hint. */
void gm_os_hugepages(void *p, size_t n, bool on);
/* Backs committed memory, as writing to it would. False: the system cannot, or has no memory. */
bool gm_os_populate(void *p, size_t n);
/* Bytes of a range of pages that are in memory. */
size_t gm_os_resident(void *p, size_t n);
/* True: nobody has written to these pages, at most 256 KiB, since they were committed or released at once; they read as zero, and
 * reading them would only make the system find memory for them. False if that is not known. */
bool gm_os_untouched(void *p, size_t n);
/* The system's mode: whether asking for huge pages does anything. */
bool gm_os_hugepages_by_request(void);
/* Address space that this process may still take, or SIZE_MAX. */
size_t gm_os_address_limit(void);

/* --- time --- */

int64_t gm_os_nanotime(void); /* monotonic */
/* For tests: nanoseconds by which that clock runs ahead, so that two minutes need not pass. */
extern int64_t gm_os_clock_ahead;
int64_t gm_os_walltime(void); /* since 1970 */
void gm_os_sleep(int64_t ns);
static inline void gm_os_pause(void) {
    __builtin_ia32_pause();
}
void gm_os_yield(void);

/* --- threads --- */

int gm_os_cpus(void);     /* processors this process may use, as it was first asked */
int gm_os_cpus_now(void); /* as it is now */
/* How many processors' time the process's control group may use; 0: no limit. Not for two at once. */
double gm_os_cpu_limit(void);
/* Starts a detached thread with all signals blocked. False on failure. */
bool gm_os_thread_start(void *(*fn)(void *), void *arg);
int gm_os_thread_id(void); /* as the system numbers it */
/* The calling thread's stack. False: unknown. */
bool gm_os_thread_stack(uintptr_t *lo, uintptr_t *hi);
/* Most of what the system puts on a thread's stack is not frames: above these lie thread-local variables and the thread's
 * control block, some 4 KB. How much is the same for all threads of a process. So a thread of the library tells where its first
 * function's caller stands (__builtin_dwarf_cfa), and then it is known where the frames of other threads begin; 0: not yet. */
uintptr_t gm_os_thread_block(void);
void gm_os_frames_begin(void *first);
uintptr_t gm_os_first_frame(uintptr_t block);
/* The piece of mapped memory that addr lies in, as the system tells it; without a lock or memory. False: none. */
bool gm_os_mapping(uintptr_t addr, uintptr_t *lo, uintptr_t *hi);

/* The shared object that this library is part of stays in memory until the process ends, whoever closes it: its threads, signal
 * handlers and destructors do. */
void gm_os_stay_loaded(void);
/* Calls of the three around every fork of this process by the C library: before it, in whom forks; after it, in the
 * same; after it, in the child. False: no memory. */
bool gm_os_at_fork(void (*before)(void), void (*parent)(void), void (*child)(void));

/* --- futex. timeout_ns < 0: none. Spurious returns happen. On any stack (futex_amd64.c). --- */

void gm_os_futex_wait(uint32_t *word, uint32_t seen, int64_t timeout_ns);
void gm_os_futex_wake(uint32_t *word, int n);

/* --- what the system tells --- */

/* The beginning of a small file of /proc as a string; empty if it cannot be read. */
void gm_os_read_text(const char *path, char *buf, size_t size);

/* --- messages of last resort --- */

void gm_os_write_err(const char *s, size_t n);
/* printf to standard error through a buffer on the stack; no allocation. clang cannot check the stack in a variadic
 * function; gcc finds the arguments only where it does. */
#ifdef __clang__
__attribute__((no_split_stack))
#endif
void gm_os_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* In builds with -DGM_DEBUG: ends the process with a message if what must hold does not. */
#ifdef GM_DEBUG
#define GM_ASSERT(ok)                                                                              \
    do {                                                                                           \
        if (!(ok)) gm_os_assert_failed(#ok, __FILE__, __LINE__);                                   \
    } while (0)
#else
#define GM_ASSERT(ok) ((void)0)
#endif
void gm_os_assert_failed(const char *what, const char *file, int line) __attribute__((noreturn));

#endif
