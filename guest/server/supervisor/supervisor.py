"""Does for the guest server what Node.js has no function for: sandboxes, the clock, the random generator.

A sandbox is a copy of this process (`fork`, no program is started) that enters namespaces of its own and is their init
(`sandbox_init.py`). For each phase of an execution it makes one more copy, a worker, which waits for its command and
becomes it (`worker.py`).

Started as `supervisor.py confined FILES MEMORY GROUPS`, with the most bytes that the files of a sandbox may take and the processes of
a phase may have, and the directory of the control groups of sandboxes; or as `unconfined FILES MEMORY` for tests on a host.

Every page of this process is copied or shared again for each sandbox. Modules that import many others (signal, argparse)
are left out.

Requests are lines, `NUMBER VERB ARGUMENTS`. Each is answered on the standard output, in any order, with `NUMBER ok VALUES` or
`NUMBER failed TEXT`. This process takes these from its standard input:

sync_clock_and_reseed MICROSECONDS HEX
                        sets the clock and reseeds the kernel's random generator. Bytes written to /dev/urandom would not be
                        used before the next reseed, which may be minutes away: two ioctls of random(4) credit the bytes
                        and force it
open SANDBOX            makes a sandbox; SANDBOX is a small number. Answers with the process id of its init, the user id of its
                        programs and the descriptor in the init that takes its requests, of a pipe
close SANDBOX           ends everything in the sandbox. Answers when nothing is left of it

The init of a sandbox takes these from a pipe, which the server opens (/proc/ID/fd). The server's end must be closed before `close`:

worker                  makes a worker. When it waits for its command, answers with its process id and the descriptors in
                        it that the server opens (/proc/ID/fd): of the pipes of its command, input, output, errors
signal WORKER N         sends a signal to the foreground process group of a worker's terminal; without a terminal, to all
                        of its session. WORKER is the number of the request that made it
terminal WORKER ROWS COLUMNS
                        makes a terminal for a worker that waits, and answers with its path. What comes through the pipe of
                        the input is typed on it; what it prints goes into the pipe of the output
resize WORKER ROWS COLUMNS
                        changes the size of a worker's terminal, if it has one
renew                   leaves a sandbox as it was made, when none of its workers is left, makes a worker and answers as for that.
                        Fails where something of the last program could stay: the sandbox must be closed then

The line `ended WORKER STATUS USAGE` reports that a worker's main process has ended (STATUS as of wait(2)), and no process of it is
left. USAGE is six numbers (`control_groups.py`). This process ends if a sandbox ends by itself, and on any other event that nobody
asked for; the server notices. When the server goes away, this process and all sandboxes end.
"""

import fcntl
import gc
import os
import select
import sys
import time

from confinement import Confined, Unconfined
from event_loop import events, report, run_as_child
from sandbox_init import SandboxInit

RNDADDENTROPY = 0x40085203
RNDRESEEDCRNG = 0x5207


def main():
    # Garbage collection writes to every page, and each page that is shared with a sandbox would be copied.
    gc.disable()
    confinement, files_bytes, memory_bytes, *groups = sys.argv[1:]
    confine = {"confined": Confined, "unconfined": Unconfined}[confinement]
    Supervisor(confine(int(files_bytes), int(memory_bytes), *groups)).serve()


class Supervisor:
    """The resident process: makes sandboxes and ends them."""

    def __init__(self, confinement):
        self.confinement = confinement
        self.sandboxes = {}
        self.closing = {}
        self.random_device = os.open("/dev/urandom", os.O_WRONLY)

    def serve(self):
        for event in events(0, select.poll(), {}):
            if isinstance(event, tuple):
                self.sandbox_ended(*event)
            else:
                self.handle(*event)

    def handle(self, number, verb, *arguments):
        try:
            REQUESTS[verb](self, number, *arguments)
        except (OSError, OverflowError, ValueError) as error:
            report(number, "failed", error)

    def sync_clock_and_reseed(self, number, microseconds, hex_bytes):
        time.clock_settime_ns(time.CLOCK_REALTIME, int(microseconds) * 1000)
        entropy = bytes.fromhex(hex_bytes)
        # struct rand_pool_info: entropy in bits, size in bytes (both int), then the bytes.
        sizes = (len(entropy) * 8).to_bytes(4, sys.byteorder) + len(entropy).to_bytes(4, sys.byteorder)
        fcntl.ioctl(self.random_device, RNDADDENTROPY, sizes + entropy)
        fcntl.ioctl(self.random_device, RNDRESEEDCRNG)
        report(number, "ok")

    def open_sandbox(self, number, name):
        requests, control = os.pipe()
        pid = self.confinement.fork(int(name))
        if pid == 0:
            others = [other for _, other in self.sandboxes.values()]
            run_as_child(lambda: SandboxInit(int(name), self.confinement, others).serve(requests, control))
        os.close(requests)
        self.sandboxes[name] = (pid, control)
        report(number, "ok", pid, self.confinement.user_id(int(name)), requests)

    def close_sandbox(self, number, name):
        pid, control = self.sandboxes.pop(name)
        self.closing[pid] = number
        os.close(control)
        self.confinement.end(pid)

    def sandbox_ended(self, pid, _status):
        if pid not in self.closing:
            sys.exit("a sandbox has ended by itself")
        report(self.closing.pop(pid), "ok")


REQUESTS = {
    "sync_clock_and_reseed": Supervisor.sync_clock_and_reseed,
    "open": Supervisor.open_sandbox,
    "close": Supervisor.close_sandbox,
}


main()
