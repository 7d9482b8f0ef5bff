/* pthread_wrap.c - lets a link line say -fsplit-stack.
 *
 * gcc then asks the linker to send calls of pthread_create to __wrap_pthread_create, which its own
 * library defines to give new threads a split stack, together with a __morestack of its own that
 * would clash with ours. Threads here need nothing of the kind: this definition takes its place.
 * __real_pthread_create exists only in such a link.
 */
#include <pthread.h>

int __real_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *)
    __attribute__((weak));
int __wrap_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *),
                          void *arg) {
    if (!__real_pthread_create) return -1;
    return __real_pthread_create(thread, attr, fn, arg);
}
