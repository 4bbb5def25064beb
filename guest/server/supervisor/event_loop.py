"""The loop that the supervisor and each sandbox's init run: lines of requests, children that end, other descriptors."""

import os
import select

from system_calls import SIGCHLD, block_signal, signal_descriptor, stop_tracing


def events(descriptor, poller, handlers):
    """
    Yields each line that comes in as a list of its fields, and each child that ends as (process id, wait status). Other
    descriptors of the poller have functions among the handlers, which take the descriptor and its event.
    """
    block_signal(SIGCHLD)
    children = signal_descriptor(SIGCHLD)
    poller.register(descriptor, select.POLLIN)
    poller.register(children, select.POLLIN)
    rest = b""
    while True:
        for ready, event in poller.poll():
            if ready in handlers:
                handlers[ready](ready, event)
                continue
            if ready == children:
                os.read(children, 128)
                yield from ended_children()
                continue
            data = os.read(descriptor, 4096)
            if not data:
                return
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                yield line.decode().split(" ")


def ended_children():
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        if os.WIFSTOPPED(status):
            # Only a child that has asked to be traced (PTRACE_TRACEME) stops here: nobody else would continue it.
            stop_tracing(pid, os.WSTOPSIG(status))
            continue
        yield pid, status


def report(*fields):
    """Sends a line to the server. It is one write, so that lines of several processes don't mix."""
    os.write(1, (" ".join(map(str, fields)) + "\n").encode())


def run_as_child(body):
    """Runs the body in a forked process and ends it: it never returns to the code of its parent."""
    status = 1
    try:
        body()
        status = 0
    except BaseException as error:
        os.write(2, f"supervisor: {error!r}\n".encode())
    finally:
        os._exit(status)
