"""Runs a command in a network namespace of its own: python3 tools/netns.py COMMAND ARGS...

The API server refuses loopback addresses in EndpointSlices, so upstreams of the cluster tests listen on 192.0.2.10 (TEST-NET-1,
RFC 5737), an address of this namespace's loopback interface; and no port clashes with the machine's. Works as root and as an
ordinary user, with the standard library only: neither unshare(1), which cannot give addresses, nor iproute2 is needed.
"""

import ctypes
import errno
import fcntl
import os
import socket
import struct
import sys

ADDRESS = "192.0.2.10"

CLONE_NEWNET = 0x40000000  # sched.h
CLONE_NEWUSER = 0x10000000
SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFNETMASK = 0x8914, 0x8916, 0x891C  # linux/sockios.h
IFF_UP, IFF_RUNNING = 0x1, 0x40


def unshare(flags):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def enter():
    """A new network namespace; within a new user namespace too where that is what permits it."""
    uid, gid = os.getuid(), os.getgid()
    try:
        unshare(CLONE_NEWNET)
        return
    except OSError as error:
        if error.errno != errno.EPERM:
            raise
    unshare(CLONE_NEWUSER | CLONE_NEWNET)
    write("/proc/self/setgroups", "deny")  # user_namespaces(7): before an ordinary user may write gid_map
    write("/proc/self/uid_map", f"0 {uid} 1")
    write("/proc/self/gid_map", f"0 {gid} 1")


def request(name, payload):
    """struct ifreq: the interface's name and one member of its union, padded to its size."""
    return struct.pack("16s", name.encode()) + payload.ljust(24, b"\0")


def address(text):
    """struct sockaddr_in."""
    return struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(text))


def configure():
    up = struct.pack("h", IFF_UP | IFF_RUNNING)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, request("lo", up))
        fcntl.ioctl(control, SIOCSIFADDR, request("lo:0", address(ADDRESS)))
        fcntl.ioctl(control, SIOCSIFNETMASK, request("lo:0", address("255.255.255.255")))


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: netns.py COMMAND ARGS...")
    try:
        enter()
        configure()
    except OSError as error:
        sys.exit(
            f"netns: this machine permits no network namespace ({error.strerror}), which the cluster tests need:"
            " run them as root, or allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone,"
            " kernel.apparmor_restrict_unprivileged_userns)"
        )
    try:
        os.execvp(sys.argv[1], sys.argv[1:])
    except OSError as error:
        sys.exit(f"netns: {sys.argv[1]}: {error.strerror}")


main()
