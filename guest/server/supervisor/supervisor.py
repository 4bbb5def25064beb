"""Does for the guest server what Node.js has no function for: sandboxes, the clock, the random generator.

A sandbox is a copy of this process (`fork`, no program is started) that goes into namespaces of its own and is their
init. For each phase of an execution it makes one more copy, a worker, which waits for its command and becomes it.

Called as `supervisor.py confined BYTES`, with what the files of a sandbox may take, or `unconfined BYTES` for tests on a host.

Every page of this process is copied or shared again for each sandbox: modules that bring many others (signal, argparse)
are left out.

Reads requests from its standard input, `NUMBER VERB ARGUMENTS`, one a line, and answers each, in any order, with
`NUMBER ok VALUES` or `NUMBER failed TEXT`:

renew MICROSECONDS HEX  sets the clock and reseeds the kernel's random generator. Bytes written to /dev/urandom would not be
                        used before the next reseed, which may be minutes away: two ioctls of random(4) credit the bytes
                        and force it
open SANDBOX            makes a sandbox; SANDBOX is a small number. Answers with the process id of its init and the user
                        id of its programs
worker SANDBOX            makes a worker. When it waits for its command, answers with its process id and the descriptors in it
                        that are the server's to open (/proc/ID/fd): of the pipes of its command, input, output, errors
signal SANDBOX LANE N   sends a signal to a worker's main process, or to whatever is in the foreground of its terminal; LANE is
                        the number of the request that made it
terminal SANDBOX LANE ROWS COLUMNS
                        makes a terminal for a worker that waits, and answers with its path. What comes through the pipe of
                        the input is typed on it, what it prints goes into that of the output
resize SANDBOX LANE ROWS COLUMNS
                        gives a worker's terminal, where it has one, another size
close SANDBOX           ends all that is in the sandbox. Answers when nothing is left of it

Besides it says `ended LANE STATUS` when a worker's main process has ended (STATUS as of wait(2)). A sandbox that ends by
itself, and anything else that nobody asked for, ends this process; the server notices. When the server goes away, so
does all that is here.

A command is its length in bytes, a line break, and then: the limits of each process (seconds of processor time, bytes of a
file, open files; 0 for what it has already, a space between), the directory to run in, the path of its terminal or nothing,
the number of environment variables, those (`NAME=VALUE`), the words of the command; a NUL between one and the next. Where the
first of the words is empty, the worker runs nothing, but sends files (`output_files.py`): the second one is how many, the
third how many bytes, the others are globs.
"""

import fcntl
import gc
import os
import select
import sys
import time

from confinement import Confined, Unconfined, limit_process
from output_files import send_files
from system_calls import SIGCHLD, block_signal, reset_signals, signal_descriptor, stop_tracing
from terminal import Terminal, take_terminal

RNDADDENTROPY = 0x40085203
RNDRESEEDCRNG = 0x5207
F_SETPIPE_SZ = 1031

# Linux gives 64 KiB. A program that fills more at a time needs fewer changes between it and the server, which cost
# most of all under emulation.
OUTPUT_PIPE_BYTES = 256 * 1024


def main():
    # It would write to every page, and each that was shared with a sandbox would be copied.
    gc.disable()
    confinement, files_bytes = sys.argv[1:]
    Keeper({"confined": Confined, "unconfined": Unconfined}[confinement](int(files_bytes))).serve()


def events(descriptor, poller, handlers):
    """
    Yields each line that comes in as a list of its words, and each child that ends as (process id, wait status). Other
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
            # Only of a child that has asked to be traced (PTRACE_TRACEME): nobody else would let it go on.
            stop_tracing(pid, os.WSTOPSIG(status))
            continue
        yield pid, status


def say(*words):
    """One write, so that lines of several processes don't mix."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


class Keeper:
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
            say(number, "failed", error)

    def renew(self, number, microseconds, hex_bytes):
        time.clock_settime_ns(time.CLOCK_REALTIME, int(microseconds) * 1000)
        entropy = bytes.fromhex(hex_bytes)
        # struct rand_pool_info: entropy in bits, size in bytes (both int), then the bytes.
        sizes = (len(entropy) * 8).to_bytes(4, sys.byteorder) + len(entropy).to_bytes(4, sys.byteorder)
        fcntl.ioctl(self.random_device, RNDADDENTROPY, sizes + entropy)
        fcntl.ioctl(self.random_device, RNDRESEEDCRNG)
        say(number, "ok")

    def open_sandbox(self, number, name):
        requests, control = os.pipe()
        pid = self.confinement.fork(int(name))
        if pid == 0:
            run_as_child(lambda: Sandbox(self, int(name)).serve(requests, control))
        os.close(requests)
        self.sandboxes[name] = (pid, control)
        say(number, "ok", pid, self.confinement.user_id(int(name)))

    def hand_over(self, number, verb, name, *arguments):
        _, control = self.sandboxes[name]
        os.write(control, (" ".join((number, verb, *arguments)) + "\n").encode())

    def make_lane(self, number, name):
        self.hand_over(number, "worker", name)

    def signal_lane(self, number, name, worker, signal_number):
        self.hand_over(number, "signal", name, worker, signal_number)

    def open_terminal(self, number, name, worker, rows, columns):
        self.hand_over(number, "terminal", name, worker, rows, columns)

    def resize_terminal(self, number, name, worker, rows, columns):
        self.hand_over(number, "resize", name, worker, rows, columns)

    def close_sandbox(self, number, name):
        pid, control = self.sandboxes.pop(name)
        self.closing[pid] = number
        os.close(control)
        self.confinement.end(pid)

    def sandbox_ended(self, pid, _status):
        if pid not in self.closing:
            sys.exit("a sandbox has ended by itself")
        say(self.closing.pop(pid), "ok")


REQUESTS = {
    "renew": Keeper.renew,
    "open": Keeper.open_sandbox,
    "worker": Keeper.make_lane,
    "signal": Keeper.signal_lane,
    "terminal": Keeper.open_terminal,
    "resize": Keeper.resize_terminal,
    "close": Keeper.close_sandbox,
}


def run_as_child(body):
    """The rest of a forked process's life; the code of its parent is not for it."""
    status = 1
    try:
        body()
        status = 0
    except BaseException as error:
        os.write(2, f"supervisor: {error!r}\n".encode())
    finally:
        os._exit(status)


class Sandbox:
    """The init of one sandbox: makes its workers, tells how they end, reaps what they leave."""

    def __init__(self, keeper, name):
        self.confinement = keeper.confinement
        self.other_sandboxes = [control for _, control in keeper.sandboxes.values()]
        self.name = name
        self.workers = {}
        self.terminals = {}
        self.poller = select.poll()
        self.handlers = {}

    def serve(self, requests, control):
        # Held open here, they would hide from other sandboxes that the keeper has gone.
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
            SANDBOX_REQUESTS[verb](self, number, *arguments)
        except OSError as error:
            say(number, "failed", error)

    def make_lane(self, number):
        pid = os.fork()
        if pid == 0:
            run_as_child(lambda: self.become_lane(number))
        self.workers[pid] = int(number)

    def signal_lane(self, number, worker, signal_number):
        pid = self.process_of(worker)
        if pid is not None:
            terminal = self.terminals.get(worker)
            os.kill(-terminal.foreground_group() or pid if terminal else pid, signal_number)
        say(number, "ok")

    def open_terminal(self, number, worker, rows, columns):
        pipes = [
            os.open(f"/proc/{self.process_of(worker)}/fd/{stream}", access | os.O_NONBLOCK)
            for stream, access in ((0, os.O_RDONLY), (1, os.O_WRONLY))
        ]
        terminal = Terminal(self.poller, pipes, self.confinement.user_id(self.name))
        terminal.resize(rows, columns)
        self.terminals[worker] = terminal
        for descriptor in terminal.descriptors():
            self.handlers[descriptor] = terminal.handle
        say(number, "ok", terminal.path)

    def resize_terminal(self, number, worker, rows, columns):
        if worker in self.terminals:
            self.terminals[worker].resize(rows, columns)
        say(number, "ok")

    def process_of(self, worker):
        return next((pid for pid, each in self.workers.items() if each == worker), None)

    def child_ended(self, pid, status):
        worker = self.workers.pop(pid, None)
        if worker is None:
            return
        if worker in self.terminals:
            self.terminals[worker].program_ended()
        say("ended", worker, status)

    def become_lane(self, number):
        reset_signals()
        os.setsid()
        process_id = self.confinement.outer_process_id()
        said = os.dup(1)
        # The pipes belong to the program's user: it may open /dev/stdout.
        self.confinement.own_new_files_as_program(self.name)
        control, control_end = os.pipe()
        stdin, stdin_end = os.pipe()
        stdout_end, stdout = os.pipe()
        stderr_end, stderr = os.pipe()
        for output in (stdout, stderr):
            fcntl.fcntl(output, F_SETPIPE_SZ, OUTPUT_PIPE_BYTES)
        for target, end in enumerate((stdin, stdout, stderr)):
            os.dup2(end, target)
        os.write(said, f"{number} ok {process_id} {control_end} {stdin_end} {stdout_end} {stderr_end}\n".encode())
        command = read_command(control)
        # Not before: what runs in the sandbox meanwhile, a compiler above all, could stop the worker or kill it.
        self.confinement.drop_privileges(self.name)
        # All but the standard streams are closed by the command's start.
        become(command)


SANDBOX_REQUESTS = {
    "worker": Sandbox.make_lane,
    "signal": Sandbox.signal_lane,
    "terminal": Sandbox.open_terminal,
    "resize": Sandbox.resize_terminal,
}


def read_command(descriptor):
    length, _, command = os.read(descriptor, 65536).partition(b"\n")
    while len(command) < int(length):
        command += os.read(descriptor, 65536)
    return command


def become(command):
    """Runs the command in place of this process. Exit codes are a shell's: 127 not found, 126 not to be run."""
    limits, directory, terminal, count, *rest = command.split(b"\0")
    pairs, words = rest[: int(count)], rest[int(count) :]
    environment = dict(pair.split(b"=", 1) for pair in pairs)
    exit_code, reason = 126, directory
    try:
        if terminal:
            take_terminal(terminal)
        # Behind the terminal, which takes a descriptor: this process holds more than the program will.
        limit_process(*map(int, limits.split()))
        os.chdir(directory)
        if words[0] == b"":
            send_asked_files(words)
        exit_code, reason = 127, words[0]
        execute(words, environment)
    except FileNotFoundError:
        os.write(2, reason + b": not found\n")
    except OSError as error:
        exit_code = 126
        os.write(2, reason + f": {error.strerror}\n".encode())
    os._exit(exit_code)


def send_asked_files(words):
    _, max_files, max_bytes, *globs = words
    with open(1, "wb", closefd=False) as output:
        send_files(output, int(max_files), int(max_bytes), [glob.decode() for glob in globs])
    os._exit(0)


def execute(words, environment):
    name = words[0]
    if b"/" in name:
        os.execve(name, words, environment)
    for folder in environment[b"PATH"].split(b":"):
        try:
            os.execve(folder + b"/" + name, words, environment)
        except (FileNotFoundError, NotADirectoryError):
            continue
    raise FileNotFoundError


main()
