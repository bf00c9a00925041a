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
/// Takes the registration back: closing does so only for the last descriptor of a socket.
void linux_epoll_remove(int epoll, int descriptor);
/// Another descriptor of the same socket, closed on exec, or -errno.
int linux_duplicate(int descriptor);
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

/// A socket's address as the system has it: `length` bytes of `bytes`.
struct linux_address {
    uint8_t bytes[28];
    uint32_t length;
};
/// Looks up the addresses of `host`; with `literal`, only ones that are written as addresses. How many of `capacity` there are, or a code for
/// `linux_resolution_error`, below 0.
int linux_resolve(const char *host, uint16_t port, int literal, struct linux_address *addresses, int capacity);
const char *linux_resolution_error(int code);
/// A non-blocking TCP socket with TCP_NODELAY that connects to an address. The descriptor, or -errno.
int linux_connect_tcp(const void *address, uint32_t length);
/// Whether a socket is connected: 1 or 0.
int linux_is_connected(int descriptor);
/// A socket's pending error: an errno, or 0.
int linux_socket_error(int descriptor);

/// A pointer of the calling thread: which loop runs there.
void *linux_thread_loop(void);
void linux_set_thread_loop(void *loop);

/// Milliseconds of the monotonic clock.
int64_t linux_monotonic_milliseconds(void);
