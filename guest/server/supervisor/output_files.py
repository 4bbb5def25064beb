"""Sends the files that a program has left and that were asked for.

Runs in a worker of its own when every process of the program is gone: as the program's user, in its sandbox and in a
cgroup. So it reaches and uses no more than the program could, and nobody changes a file while it is read.

What it writes, numbers little-endian: for each file the length of its path (16 bits), its size (32 bits), the path (UTF-8), the
content; at the end a length of 0 and, in place of a size, 1 where something was left out, else 0. Where a file can't be read to
its announced size, the worker fails without an end, and the reader knows that the last file is incomplete.

A glob is matched as by `guest/protocol/glob.ts`.
"""

import os
import stat
import struct

HEAD = struct.Struct("<HI")

# More than a sandbox can hold.
MAX_ENTRIES = 20_000
MAX_PARTS = 32
MAX_PATH_BYTES = 1024
COPY_BYTES = 64 * 1024

# As in guest/protocol/paths.ts.
TEMPORARY_PART = b".tmp"


def send_files(output, max_files, max_bytes, globs, temporary=b""):
    """
    Writes the files below the working directory that one of the globs stands for. `output` is a binary file. Files of the
    temporary directory have a path that begins with `.tmp`.
    """
    sender = FileSender(output, max_files, max_bytes)
    sender.visit(os.open(".", os.O_RDONLY | os.O_DIRECTORY), (), start(globs))
    if temporary:
        directory = os.open(temporary, os.O_RDONLY | os.O_DIRECTORY)
        sender.visit(directory, (TEMPORARY_PART,), step(start(globs), TEMPORARY_PART.decode()))
    output.write(HEAD.pack(0, sender.left_out))
    output.flush()


class FileSender:
    def __init__(self, output, max_files, max_bytes):
        self.output = output
        self.bytes = max_bytes
        self.files = max_files
        self.entries = MAX_ENTRIES
        self.left_out = False

    def visit(self, directory, parents, positions):
        for name, entry_positions, is_directory in self.list(directory, positions):
            path = (*parents, name)
            try:
                if is_directory:
                    self.descend(directory, path, entry_positions)
                else:
                    self.send(directory, path)
            except OSError:
                self.left_out = True

    def list(self, directory, positions):
        """What is asked for, or may hold what is, by name: (name, positions in the globs, whether it is a directory)."""
        wanted = []
        with os.scandir(directory) as entries:
            for entry in entries:
                if self.entries == 0:
                    self.left_out = True
                    break
                self.entries -= 1
                is_directory = entry.is_dir(follow_symlinks=False)
                if not is_directory and not entry.is_file(follow_symlinks=False):
                    continue
                name = os.fsencode(entry.name)
                entry_positions = step(positions, name.decode(errors="replace"))
                if entry_positions if is_directory else is_whole(entry_positions):
                    wanted.append((name, entry_positions, is_directory))
        return sorted(wanted, key=lambda each: each[0])

    def descend(self, directory, path, positions):
        if len(path) == MAX_PARTS:
            self.left_out = True
            return
        child = os.open(path[-1], os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=directory)
        try:
            self.visit(child, path, positions)
        finally:
            os.close(child)

    def send(self, directory, path):
        joined = b"/".join(path)
        if self.files == 0 or len(joined) > MAX_PATH_BYTES or not is_text(joined):
            self.left_out = True
            return
        # Whatever has taken the place of a file since it was listed, nobody waits for it.
        file = os.open(path[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY, dir_fd=directory)
        try:
            status = os.fstat(file)
            if not stat.S_ISREG(status.st_mode) or status.st_size > self.bytes:
                self.left_out = True
                return
            self.files -= 1
            self.bytes -= status.st_size
            self.output.write(HEAD.pack(len(joined), status.st_size) + joined)
            self.copy(file, status.st_size)
        finally:
            os.close(file)

    def copy(self, file, size):
        while size > 0:
            data = read(file, min(size, COPY_BYTES))
            if not data:
                raise BrokenFile("it has become shorter")
            self.output.write(data)
            size -= len(data)


class BrokenFile(Exception):
    """A file was announced and can't be read. It is no OSError: nothing may be written after it."""


def read(file, max_bytes):
    try:
        return os.read(file, max_bytes)
    except OSError as error:
        raise BrokenFile(error.strerror) from error


def is_text(name):
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


def start(globs):
    """A position is the parts of a glob, and how many of them have matched."""
    return through_any_parts({(tuple(glob.split("/")), 0) for glob in globs})


def step(positions, name):
    """The positions after one more part of a path."""
    reached = set()
    for parts, at in positions:
        if at == len(parts):
            continue
        if parts[at] == "**":
            reached.add((parts, at))
        elif matches(parts[at], name):
            reached.add((parts, at + 1))
    return through_any_parts(reached)


def through_any_parts(positions):
    reached = set(positions)
    for parts, at in positions:
        while at < len(parts) and parts[at] == "**":
            at += 1
            reached.add((parts, at))
    return reached


def is_whole(positions):
    return any(at == len(parts) for parts, at in positions)


def matches(part, name):
    # The common cases need no loop in Python: directories may hold many entries.
    if part == "*":
        return True
    stars = part.count("*")
    if "?" not in part and stars < 2:
        if stars == 0:
            return part == name
        before, _, after = part.partition("*")
        return len(name) >= len(part) - 1 and name.startswith(before) and name.endswith(after)
    return matches_slowly(part, name)


def matches_slowly(part, name):
    at, i, last_star, last_star_end = 0, 0, -1, 0
    while i < len(name):
        if at < len(part) and part[at] == "*":
            last_star, last_star_end = at, i
            at += 1
        elif at < len(part) and part[at] in ("?", name[i]):
            at += 1
            i += 1
        elif last_star != -1:
            last_star_end += 1
            at, i = last_star + 1, last_star_end
        else:
            return False
    return part[at:].strip("*") == ""
