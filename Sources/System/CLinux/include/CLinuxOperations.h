// What Operations needs of Linux and Swift's Glibc import does not offer.
#pragma once
#include <sys/types.h>

/// Connects to the Unix stream socket at `path` without waiting. Returns a descriptor (close-on-exec), or -errno.
int clinux_unix_connect(const char *path);

/// Fills in who is at the other end of a connected Unix socket (SO_PEERCRED). Returns 0, or -errno.
int clinux_peer_credentials(int descriptor, pid_t *process, uid_t *user, gid_t *group);

/// Has the kernel send `signal` to this process when the thread that started it ends (PR_SET_PDEATHSIG).
/// Returns 0, or -errno.
int clinux_signal_on_parent_death(int signal);

/// Holds a name among the abstract Unix sockets (unix(7)) until the descriptor is closed. Returns a descriptor
/// (close-on-exec), or -errno; -EADDRINUSE when another holds it.
int clinux_hold_name(const char *name);

/// `open` with a mode: Swift cannot call variadic C functions. Returns a descriptor (close-on-exec), or -errno.
int clinux_open(const char *path, int flags, mode_t mode);

/// Fills `bytes` from the system's cryptographic generator; aborts the process where it has none.
void clinux_random(void *bytes, size_t count);
