"""A terminal between a program and the pipes that the guest server reads and writes."""

import fcntl
import os
import select
import struct

# From <asm-generic/ioctls.h>; the module termios would bring no more than these.
TIOCSCTTY = 0x540E
TIOCGPGRP = 0x540F
TIOCSWINSZ = 0x5414
TIOCGPTN = 0x80045430
TIOCSPTLCK = 0x40045431

# What a terminal takes for the end of the input, at the beginning of a line.
END_OF_INPUT = b"\x04"

PIECE_BYTES = 16 * 1024


class PseudoTerminal:
    """Carries what is typed and printed, never more than one piece each way: what nobody takes waits."""

    def __init__(self, poller, pipes, user):
        """`pipes` are the program's ends of its input and its output, which are the terminal's to close."""
        self.poller = poller
        self.stdin, self.stdout = pipes
        self.to_type = b""
        self.to_print = b""
        self.is_line_begun = False
        self.master = os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        fcntl.ioctl(self.master, TIOCSPTLCK, struct.pack("i", 0))
        (number,) = struct.unpack("i", fcntl.ioctl(self.master, TIOCGPTN, bytes(4)))
        self.path = f"/dev/pts/{number}"
        os.chown(self.path, user, user)
        # Without anybody on its other side a terminal takes nothing; the program opens it when it likes.
        self.program_side = os.open(self.path, os.O_RDWR | os.O_NOCTTY)
        self.await_events()

    def resize(self, rows, columns):
        if self.master is not None:
            fcntl.ioctl(self.master, TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def foreground_group(self):
        """The process group that a key like Ctrl-C would interrupt. 0: none."""
        if self.master is None:
            return 0
        (group,) = struct.unpack("i", fcntl.ioctl(self.master, TIOCGPGRP, bytes(4)))
        return group

    def program_ended(self):
        """What it has printed is still carried. The end comes when no process has the terminal open."""
        self.forget("program_side")

    def descriptors(self):
        return [each for each in (self.master, self.stdin, self.stdout) if each is not None]

    def handle(self, descriptor, event):
        if descriptor not in self.descriptors():
            # Closed by what came with this event.
            return
        try:
            if descriptor == self.stdin:
                self.take_input()
            elif descriptor == self.master and event & select.POLLOUT:
                self.write_typed()
            elif descriptor == self.master:
                self.take_output()
            self.write_printed()
        except BlockingIOError:
            pass
        except OSError:
            # No process has the terminal open any more, or nobody reads what it prints.
            for name in ("master", "stdin", "stdout"):
                self.forget(name)
        self.await_events()

    def take_input(self):
        data = os.read(self.stdin, PIECE_BYTES)
        if data:
            self.to_type = data
            self.is_line_begun = not data.endswith(b"\n")
        else:
            # In the middle of a line the first one only hands over what the line has so far.
            self.to_type = END_OF_INPUT * 2 if self.is_line_begun else END_OF_INPUT
            self.forget("stdin")
        self.write_typed()

    def write_typed(self):
        try:
            self.to_type = self.to_type[os.write(self.master, self.to_type) :]
        except BlockingIOError:
            pass
        except OSError:
            # The program has ended; what it has printed may still be there.
            self.to_type = b""

    def take_output(self):
        self.to_print = os.read(self.master, PIECE_BYTES)

    def write_printed(self):
        if self.to_print:
            self.to_print = self.to_print[os.write(self.stdout, self.to_print) :]

    def await_events(self):
        # A descriptor with nothing to wait for is left out: poll would report its end again and again.
        self.await_event(self.stdin, not self.to_type and select.POLLIN)
        self.await_event(self.stdout, self.to_print and select.POLLOUT)
        reads = 0 if self.to_print else select.POLLIN
        self.await_event(self.master, reads | (select.POLLOUT if self.to_type else 0))

    def await_event(self, descriptor, event):
        if descriptor is None:
            return
        if event:
            self.poller.register(descriptor, event)
        else:
            self.unregister(descriptor)

    def unregister(self, descriptor):
        try:
            self.poller.unregister(descriptor)
        except KeyError:
            # It was not awaited.
            pass

    def forget(self, name):
        descriptor = getattr(self, name)
        setattr(self, name, None)
        if descriptor is not None:
            self.unregister(descriptor)
            os.close(descriptor)


def take_terminal(path):
    """Makes a terminal the standard streams of this process, which leads a session, and the one that controls it."""
    terminal = os.open(path, os.O_RDWR | os.O_NOCTTY)
    fcntl.ioctl(terminal, TIOCSCTTY, 0)
    for stream in range(3):
        os.dup2(terminal, stream)
