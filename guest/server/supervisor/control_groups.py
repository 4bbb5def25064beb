"""
Control groups (cgroups v2): each worker has one, which limits its processes, counts what they use and ends what is left of them.

Workers make and enter their own, and the init of a sandbox measures and removes them: the server takes longer for each file.
"""

import errno
import os
import time

from kernel_files import read_file, write_file

# Processes of a phase where nobody asks for another number: a parallel compiler has room, a fork bomb has not.
DEFAULT_PROCESSES = 256

# Microseconds of the processor for the programs and for the kernel, peak of the memory in bytes, peak of the processes, whether the
# kernel has ended a process for lack of memory, whether it has refused a process. 0 is not known, too.
NO_USAGE = (0, 0, 0, 0, 0, 0)


class ControlGroups:
    """
    Those of all sandboxes, below one directory: `sandbox-0/init` and such are there. Programs can't see it, so that it is opened
    before the root changes. A worker is named by its sandbox and its number.
    """

    def __init__(self, path, memory_bytes):
        """`memory_bytes`: the most that the processes of a worker may have."""
        self.root = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        self.memory_bytes = memory_bytes

    def enter_init(self, sandbox):
        """What this process does for its programs is counted with them."""
        self.write(f"sandbox-{sandbox}/init/cgroup.procs", 0)

    def enter(self, sandbox, worker):
        """Makes the group of this process, and goes into it."""
        group = group_of(sandbox, worker)
        os.mkdir(group, dir_fd=self.root)
        self.write(f"{group}/pids.max", DEFAULT_PROCESSES)
        self.write(f"{group}/memory.max", self.memory_bytes)
        self.write(f"{group}/memory.oom.group", 1)
        self.write(f"{group}/cgroup.procs", 0)

    def limit(self, sandbox, worker, memory_bytes, processes):
        """0 leaves what the group has."""
        group = group_of(sandbox, worker)
        if processes not in (0, DEFAULT_PROCESSES):
            self.write(f"{group}/pids.max", processes)
        if memory_bytes not in (0, self.memory_bytes):
            self.write(f"{group}/memory.max", min(memory_bytes, self.memory_bytes))

    def end(self, sandbox, worker, has_failed):
        """
        Ends what is left in the group of a worker whose main process has ended, removes the group, and returns what was used.
        Whether a process was refused is found out for a worker that has failed.
        """
        group = group_of(sandbox, worker)
        while True:
            try:
                usage = self.usage(group, has_failed)
                # Fails where a process is inside. One that has ended and was not waited for is none.
                os.rmdir(group, dir_fd=self.root)
                return usage
            except FileNotFoundError:
                # It has ended before it had a group.
                return NO_USAGE
            except OSError as error:
                # A process that is left may also have taken the memory that is needed to look at its group.
                if error.errno not in (errno.EBUSY, errno.ENOMEM):
                    raise
                self.write(f"{group}/cgroup.kill", 1)
                time.sleep(0.001)

    def usage(self, group, has_failed):
        processor = self.read(f"{group}/cpu.stat")
        return (
            number_after(b"user_usec", processor),
            number_after(b"system_usec", processor),
            self.peak(f"{group}/memory.peak"),
            self.peak(f"{group}/pids.peak"),
            int(number_after(b"oom_kill", self.read(f"{group}/memory.events")) > 0),
            int(has_failed and number_after(b"max", self.read(f"{group}/pids.events")) > 0),
        )

    def peak(self, path):
        """Peaks came with Linux 5.19 (memory) and 6.1 (processes)."""
        try:
            return int(self.read(path))
        except FileNotFoundError:
            return 0

    def read(self, path):
        return read_file(path, self.root)

    def write(self, path, value):
        write_file(path, self.root, value)


def group_of(sandbox, worker):
    return f"sandbox-{sandbox}/worker-{worker}"


def number_after(key, text):
    """What a file with one pair a line has for a key."""
    for line in text.split(b"\n"):
        name, _, value = line.partition(b" ")
        if name == key:
            return int(value)
    return 0
