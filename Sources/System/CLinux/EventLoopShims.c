#define _GNU_SOURCE
#include "EventLoopShims.h"

#include <linux/sockios.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

int linux_epoll_create(void) {
    int descriptor = epoll_create1(EPOLL_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

int linux_epoll_add(int epoll, int descriptor, uint32_t generation) {
    struct epoll_event event = {0};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.u64 = (uint64_t)generation << 32 | (uint32_t)descriptor;
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) < 0 ? -errno : 0;
}

void linux_epoll_remove(int epoll, int descriptor) { epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL); }

int linux_duplicate(int descriptor) {
    int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    return copy < 0 ? -errno : copy;
}

int linux_epoll_wait(int epoll, struct linux_ready *reports, int capacity, int milliseconds) {
    struct epoll_event events[256];
    if (capacity > 256) capacity = 256;
    int count = epoll_wait(epoll, events, capacity, milliseconds);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int index = 0; index < count; index++) {
        uint32_t seen = events[index].events, told = 0;
        if (seen & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP)) told |= LINUX_READY_READABLE;
        if (seen & (EPOLLOUT | EPOLLHUP | EPOLLERR)) told |= LINUX_READY_WRITABLE;
        if (seen & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) told |= LINUX_READY_PEER_CLOSED;
        reports[index].descriptor = (int32_t)(events[index].data.u64 & 0xffffffffu);
        reports[index].generation = (uint32_t)(events[index].data.u64 >> 32);
        reports[index].events = told;
    }
    return count;
}

int linux_eventfd(void) {
    int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

static int failed(int descriptor) {
    int error = errno;
    close(descriptor);
    return -error;
}

int linux_listen_tcp(const char *address, uint16_t port, int backlog) {
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    struct sockaddr *target;
    socklen_t length;
    if (inet_pton(AF_INET, address, &v4.sin_addr) == 1) {
        target = (struct sockaddr *)&v4;
        length = sizeof v4;
    } else if (inet_pton(AF_INET6, address, &v6.sin6_addr) == 1) {
        target = (struct sockaddr *)&v6;
        length = sizeof v6;
    } else {
        return -EINVAL;
    }
    int descriptor = socket(target->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    int on = 1;
    if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0) return failed(descriptor);
    if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0) return failed(descriptor);
    if (target->sa_family == AF_INET6) setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(descriptor, target, length) < 0) return failed(descriptor);
    if (listen(descriptor, backlog) < 0) return failed(descriptor);
    return descriptor;
}

int linux_local_port(int descriptor) {
    struct sockaddr_storage bound;
    socklen_t length = sizeof bound;
    if (getsockname(descriptor, (struct sockaddr *)&bound, &length) < 0) return -errno;
    if (bound.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&bound)->sin_port);
    if (bound.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&bound)->sin6_port);
    return -EAFNOSUPPORT;
}

int linux_accept(int listener, char *peer, int capacity, uint16_t *port) {
    struct sockaddr_storage from;
    socklen_t length = sizeof from;
    int descriptor = accept4(listener, (struct sockaddr *)&from, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return -errno;
    int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    peer[0] = 0;
    *port = 0;
    if (from.ss_family == AF_INET) {
        struct sockaddr_in *client = (struct sockaddr_in *)&from;
        inet_ntop(AF_INET, &client->sin_addr, peer, (socklen_t)capacity);
        *port = ntohs(client->sin_port);
    } else if (from.ss_family == AF_INET6) {
        struct sockaddr_in6 *client = (struct sockaddr_in6 *)&from;
        inet_ntop(AF_INET6, &client->sin6_addr, peer, (socklen_t)capacity);
        *port = ntohs(client->sin6_port);
    }
    return descriptor;
}

int linux_unix_socket(void) {
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return descriptor < 0 ? -errno : descriptor;
}

int linux_connect_unix(int descriptor, const char *path) {
    struct sockaddr_un target = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof target.sun_path) return -ENAMETOOLONG;
    strcpy(target.sun_path, path);
    return connect(descriptor, (struct sockaddr *)&target, sizeof target) < 0 ? -errno : 0;
}

// recv and send are points where a thread can be cancelled: in a process of many threads the C library says so before each call and takes it
// back afterwards, by atomic instructions. No thread here is ever cancelled, so the system is called directly.

long linux_receive(int descriptor, void *bytes, unsigned long capacity) {
    for (;;) {
        long count = syscall(SYS_recvfrom, descriptor, bytes, capacity, 0, NULL, NULL);
        if (count >= 0) return count;
        if (errno != EINTR) return -errno;
    }
}

long linux_send(int descriptor, const void *bytes, unsigned long count) {
    for (;;) {
        long taken = syscall(SYS_sendto, descriptor, bytes, count, MSG_NOSIGNAL, NULL, 0);
        if (taken >= 0) return taken;
        if (errno != EINTR) return -errno;
    }
}

int linux_unsent_bytes(int descriptor) {
    int count = 0;
    return ioctl(descriptor, SIOCOUTQ, &count) < 0 ? -errno : count;
}

int linux_reset_on_close(int descriptor) {
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    return setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now) < 0 ? -errno : 0;
}

int linux_resolve(const char *host, uint16_t port, int literal, struct linux_address *addresses, int capacity) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    hints.ai_flags |= literal ? AI_NUMERICHOST : AI_ADDRCONFIG;
    char service[8];
    snprintf(service, sizeof service, "%u", port);
    struct addrinfo *found = NULL;
    int code = getaddrinfo(host, service, &hints, &found);
    if (code != 0) return code < 0 ? code : -code;
    int count = 0;
    for (struct addrinfo *one = found; one && count < capacity; one = one->ai_next) {
        if (one->ai_addrlen > sizeof addresses[count].bytes) continue;
        memcpy(addresses[count].bytes, one->ai_addr, one->ai_addrlen);
        addresses[count].length = one->ai_addrlen;
        count++;
    }
    freeaddrinfo(found);
    return count;
}

const char *linux_resolution_error(int code) { return gai_strerror(code); }

int linux_connect_tcp(const void *address, uint32_t length) {
    const struct sockaddr *target = address;
    int descriptor = socket(target->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(descriptor, target, length) < 0 && errno != EINPROGRESS) return failed(descriptor);
    return descriptor;
}

int linux_is_connected(int descriptor) {
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    return getpeername(descriptor, (struct sockaddr *)&peer, &length) == 0;
}

int linux_socket_error(int descriptor) {
    int error = 0;
    socklen_t length = sizeof error;
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) < 0 ? errno : error;
}

static __thread void *thread_loop;

void *linux_thread_loop(void) { return thread_loop; }
void linux_set_thread_loop(void *loop) { thread_loop = loop; }

int64_t linux_monotonic_milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

long linux_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    return (long)limit.rlim_cur;
}
