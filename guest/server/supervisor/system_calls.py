"""System calls that Python has no function for, or only in modules that bring many others."""

import ctypes
import fcntl
import os
import struct

# From <sched.h>, <sys/mount.h>, <sys/prctl.h>, <sys/ptrace.h>, <sys/signalfd.h>, <sys/socket.h>, <net/if.h>, <fcntl.h>,
# <signal.h>.
CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
MS_RDONLY = 0x1
MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
MNT_DETACH = 0x2
AT_FDCWD = -100
AT_RECURSIVE = 0x8000
MOUNT_ATTR_RDONLY = 0x1
MOUNT_ATTR_NOSUID = 0x2
MOUNT_ATTR_NODEV = 0x4
PTRACE_DETACH = 17
PR_SET_PDEATHSIG = 1
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
AF_UNIX = 1
AF_INET = 2
SOCK_STREAM = 1
SOCK_DGRAM = 2
SIOCSIFFLAGS = 0x8914
IFF_UP = 0x1
SFD_NONBLOCK = os.O_NONBLOCK
SFD_CLOEXEC = os.O_CLOEXEC
SIG_BLOCK = 0
SIG_UNBLOCK = 1
SIG_DFL = None
SIGINT = 2
SIGTRAP = 5
SIGKILL = 9
SIGPIPE = 13
SIGCHLD = 17
SIGXFSZ = 25

# The C library has functions for the others.
NUMBERS = {
    "x86_64": {"pivot_root": 155, "mount_setattr": 442},
    "aarch64": {"pivot_root": 41, "mount_setattr": 442},
}

library = ctypes.CDLL(None, use_errno=True)


def mount(source, target, kind, flags, options=None):
    words = [word and word.encode() for word in (source, target, kind)]
    call("mount", *words, ctypes.c_ulong(flags), options and options.encode())


def set_mount_attributes(path, attributes):
    """Of the mount at a path and all below it, whatever flags each has besides."""
    change_mount(path, AT_RECURSIVE, attributes, 0)


def make_mount_writable(path):
    """The mount at a path, and none below it."""
    change_mount(path, 0, 0, MOUNT_ATTR_RDONLY)


def change_mount(path, flags, attributes_to_set, attributes_to_clear):
    # struct mount_attr: attributes to set, to clear, propagation, user namespace.
    request = (ctypes.c_uint64 * 4)(attributes_to_set, attributes_to_clear, 0, 0)
    raw_call("mount_setattr", AT_FDCWD, path.encode(), flags, request, ctypes.sizeof(request))


def pivot_root(new_root, put_old):
    raw_call("pivot_root", new_root.encode(), put_old.encode())


def die_with_parent():
    call("prctl", PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)


def stop_tracing(process_id, signal_number):
    """
    Continues a child that has made this process its tracer and has stopped before a signal. It gets the signal; SIGTRAP is
    none: it reports execve to a tracer. If the child has been killed meanwhile, its end is reported as usual.
    """
    library.ptrace(PTRACE_DETACH, process_id, None, ctypes.c_ulong(0 if signal_number == SIGTRAP else signal_number))


def drop_bounding_capabilities():
    """No program can have a capability again, whatever it executes. Those of this process stay."""
    capability = 0
    while library.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0:
        capability += 1


def forbid_new_privileges():
    call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def act_on_files_as(user):
    """What this process makes from now on belongs to the user and its group. The process itself is whose it was."""
    library.setfsgid(user)
    library.setfsuid(user)


def collect_unix_sockets():
    """Has the kernel free sockets that are only held by messages in each other's queues: it looks when one is closed."""
    os.close(call("socket", AF_UNIX, SOCK_STREAM, 0))


def raise_loopback():
    """Of the present network namespace. The kernel gives it 127.0.0.1 and ::1."""
    descriptor = call("socket", AF_INET, SOCK_DGRAM, 0)
    fcntl.ioctl(descriptor, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    os.close(descriptor)


def block_signal(number):
    call("sigprocmask", SIG_BLOCK, signal_set(number), None)


def signal_descriptor(number):
    """Can be read when the signal, which is blocked, has come."""
    return call("signalfd", -1, signal_set(number), SFD_NONBLOCK | SFD_CLOEXEC)


def reset_signals():
    """Python ignores some and this program blocks one; what it runs would inherit both."""
    for number in (SIGINT, SIGPIPE, SIGXFSZ):
        library.signal(number, SIG_DFL)
    call("sigprocmask", SIG_UNBLOCK, signal_set(SIGCHLD), None)


def signal_set(number):
    return (ctypes.c_uint64 * 16)(1 << (number - 1))


def call(name, *arguments):
    return check(getattr(library, name)(*arguments), name, arguments)


def raw_call(name, *arguments):
    number = NUMBERS[os.uname().machine][name]
    return check(library.syscall(ctypes.c_long(number), *arguments), name, arguments)


def check(result, name, arguments):
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}{arguments}: {os.strerror(number)}")
    return result
