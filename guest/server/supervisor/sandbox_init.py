"""The init of one sandbox: makes its workers, reports how they end, reaps what they leave.

It gets the requests `worker`, `signal`, `terminal`, `resize` and `renew` from the server and answers them (`supervisor.py`).
"""

import errno
import os
import select

from event_loop import ended_children, events, report, run_as_child
from terminal import PseudoTerminal
from worker import run_worker


class SandboxInit:
    """Serves the requests of one sandbox until they end."""

    def __init__(self, name, confinement, other_sandboxes):
        """`other_sandboxes` are descriptors that `fork` has copied: the supervisor's ends of the pipes to other sandboxes."""
        self.confinement = confinement
        self.other_sandboxes = other_sandboxes
        self.name = name
        self.workers = {}
        self.terminals = {}
        self.poller = select.poll()
        self.handlers = {}

    def serve(self, requests, control):
        # If they stayed open here, other sandboxes would not see the end of the supervisor.
        for descriptor in (control, *self.other_sandboxes):
            os.close(descriptor)
        self.confinement.enter(self.name)
        for event in events(requests, self.poller, self.handlers):
            if isinstance(event, tuple):
                self.child_ended(*event)
            else:
                number, verb, *arguments = event
                self.handle(number, verb, *map(int, arguments))
        self.confinement.leave(self.workers)

    def handle(self, number, verb, *arguments):
        try:
            REQUESTS[verb](self, number, *arguments)
        except OSError as error:
            report(number, "failed", error)

    def make_worker(self, number):
        pid = os.fork()
        if pid == 0:
            run_as_child(lambda: run_worker(number, self.name, self.confinement))
        self.workers[pid] = int(number)

    def signal_worker(self, number, worker, signal_number):
        pid = self.process_of(worker)
        if pid is not None:
            # As Ctrl-C does: what a shell waits for gets the signal too.
            terminal = self.terminals.get(worker)
            foreground = terminal.foreground_group() if terminal else 0
            for group in [foreground] if foreground else session_groups(pid):
                signal_group(group, signal_number)
        report(number, "ok")

    def open_terminal(self, number, worker, rows, columns):
        pipes = [
            os.open(f"/proc/{self.process_of(worker)}/fd/{stream}", access | os.O_NONBLOCK)
            for stream, access in ((0, os.O_RDONLY), (1, os.O_WRONLY))
        ]
        terminal = PseudoTerminal(self.poller, pipes, self.confinement.user_id(self.name))
        terminal.resize(rows, columns)
        self.terminals[worker] = terminal
        for descriptor in terminal.descriptors():
            self.handlers[descriptor] = terminal.handle
        report(number, "ok", terminal.path)

    def resize_terminal(self, number, worker, rows, columns):
        if worker in self.terminals:
            self.terminals[worker].resize(rows, columns)
        report(number, "ok")

    def renew(self, number):
        # What a worker has left is killed with it, and may not have been reaped yet.
        for pid, status in ended_children():
            self.child_ended(pid, status)
        if self.workers or self.terminals:
            raise OSError(errno.EBUSY, "workers or terminals are left")
        self.confinement.renew(self.name)
        self.make_worker(number)

    def process_of(self, worker):
        return next((pid for pid, each in self.workers.items() if each == worker), None)

    def child_ended(self, pid, status):
        worker = self.workers.pop(pid, None)
        if worker is None:
            return
        if worker in self.terminals:
            self.terminals[worker].program_ended()
        usage = self.confinement.end_worker(self.name, worker, pid, status != 0)
        report("ended", worker, status, *usage)


def session_groups(leader):
    """The process groups of a session. Without a terminal none is in the foreground; an interactive shell still makes some."""
    groups = {leader}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                # After the name, which may hold anything: state, parent, group, session.
                _, _, group, session, *_ = file.read().rpartition(b")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            # It has ended meanwhile.
            continue
        if int(session) == leader:
            groups.add(int(group))
    return groups


def signal_group(group, signal_number):
    try:
        os.killpg(group, signal_number)
    except ProcessLookupError:
        # It has ended meanwhile.
        pass


REQUESTS = {
    "worker": SandboxInit.make_worker,
    "signal": SandboxInit.signal_worker,
    "terminal": SandboxInit.open_terminal,
    "resize": SandboxInit.resize_terminal,
    "renew": SandboxInit.renew,
}
