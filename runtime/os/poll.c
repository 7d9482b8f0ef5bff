/* poll.c - readiness of descriptors, from Linux's epoll. See poll.h. */
#include "os/poll.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "os/os.h"

static bool fault(void) {
    return gm_os_fault_hook && gm_os_fault_hook(GM_OS_POLL, 0);
}

int gm_os_poll_new(void) {
    return fault() ? -1 : epoll_create1(EPOLL_CLOEXEC);
}

int gm_os_poll_add(int poll, int fd, uint64_t key) {
    if (fault()) return ENOMEM;
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.u64 = key};
    return epoll_ctl(poll, EPOLL_CTL_ADD, fd, &e) == 0 ? 0 : errno;
}

void gm_os_poll_remove(int poll, int fd) {
    struct epoll_event ignored;
    epoll_ctl(poll, EPOLL_CTL_DEL, fd, &ignored);
}

int gm_os_poll_wait(int poll, gm_os_event *events, int max, bool wait) {
    enum { MOST = 64 };
    struct epoll_event seen[MOST];
    int n = epoll_wait(poll, seen, max < MOST ? max : MOST, wait ? -1 : 0);
    if (n < 0) return errno == EINTR ? 0 : -1;
    for (int i = 0; i < n; i++) {
        uint32_t what = seen[i].events;
        events[i] = (gm_os_event){.key = seen[i].data.u64,
                                  .readable = what & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR),
                                  .writable = what & (EPOLLOUT | EPOLLHUP | EPOLLERR),
                                  .only_error = what == EPOLLERR};
    }
    return n;
}

void gm_os_close(int fd) {
    close(fd);
}
