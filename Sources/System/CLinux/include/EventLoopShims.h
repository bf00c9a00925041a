#pragma once
// What Swift's view of the C library lacks for an event loop: macros, unions and variadic calls behind plain functions.

#include <stdint.h>

/// One readiness report: which descriptor, which registration of it, and what happened (LINUX_READY_…).
struct linux_ready {
    int32_t descriptor;
    uint32_t generation;
    uint32_t events;
};

enum {
    LINUX_READY_READABLE = 1,
    LINUX_READY_WRITABLE = 2,
    LINUX_READY_PEER_CLOSED = 4,
};

int linux_epoll_create(void);
/// Registers `descriptor` once, edge-triggered, for reading, writing and the peer's close. 0, or -errno.
int linux_epoll_add(int epoll, int descriptor, uint32_t generation);
/// Waits up to `milliseconds` (-1: forever) and fills `reports`. The number of reports, or -errno.
int linux_epoll_wait(int epoll, struct linux_ready *reports, int capacity, int milliseconds);

/// A non-blocking event counter, or -errno.
int linux_eventfd(void);

/// A non-blocking TCP socket listening on `address` (IPv4 or IPv6 text) and `port` with SO_REUSEPORT. The descriptor, or -errno.
int linux_listen_tcp(const char *address, uint16_t port, int backlog);
/// The port a socket is bound to, or -errno.
int linux_local_port(int descriptor);
/// The next connection of a listener, non-blocking, TCP_NODELAY set. The peer's address goes to `peer` as text. -errno if none.
int linux_accept(int listener, char *peer, int capacity, uint16_t *port);
/// A non-blocking Unix stream socket. The descriptor, or -errno.
int linux_unix_socket(void);
/// Connects it to the socket at `path`. 0, or -errno (-EAGAIN: its backlog is full, another try may succeed).
int linux_connect_unix(int descriptor, const char *path);

/// recv without signals; the number of bytes, 0 at the end, or -errno.
long linux_receive(int descriptor, void *bytes, unsigned long capacity);
/// send without SIGPIPE; the number of bytes taken, or -errno.
long linux_send(int descriptor, const void *bytes, unsigned long count);
/* Bytes sent that the peer has not confirmed, or -errno. */
int linux_unsent_bytes(int descriptor);
/// Lets close() drop what is unsent and reset the connection. 0, or -errno.
int linux_reset_on_close(int descriptor);

/// Raises the soft limit of open descriptors to the hard one; the limit then in force.
long linux_raise_descriptor_limit(void);

/// Milliseconds of the monotonic clock.
int64_t linux_monotonic_milliseconds(void);
