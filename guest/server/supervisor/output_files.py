"""Sends the files that a program has left and that were asked for.

Runs in a worker of its own when every process of the program is gone: as the program's user, in its sandbox and in a fence, so
that it reaches and uses no more than the program could, and nobody changes a file under its eyes.

What it writes, numbers little-endian: for each file the length of its path (16 bits), its size (32 bits), the path (UTF-8), the
content; at the end a length of 0 and, in place of a size, 1 where something was left out, else 0. Where a file can't be read to
the size that it was announced with there is no end: the worker fails, and whoever reads knows that the last file is a part.

A glob is matched as by `guest/protocol/glob.ts`.
"""

import os
import stat
import struct

HEAD = struct.Struct("<HI")

# More than a sandbox can hold.
MOST_ENTRIES = 20_000
MOST_PARTS = 32
LONGEST_PATH = 1024
COPY_BYTES = 64 * 1024


def send_files(output, max_files, max_bytes, globs):
    """Writes the files below the working directory that one of the globs stands for. `output` is a binary file."""
    sender = Sender(output, max_files, max_bytes)
    sender.visit(os.open(".", os.O_RDONLY | os.O_DIRECTORY), (), start(globs))
    output.write(HEAD.pack(0, sender.left_out))
    output.flush()


class Sender:
    def __init__(self, output, max_files, max_bytes):
        self.output = output
        self.bytes = max_bytes
        self.files = max_files
        self.entries = MOST_ENTRIES
        self.left_out = False

    def visit(self, directory, parents, places):
        for name, entry_places, is_directory in self.list(directory, places):
            path = (*parents, name)
            try:
                if is_directory:
                    self.descend(directory, path, entry_places)
                else:
                    self.send(directory, path)
            except OSError:
                self.left_out = True

    def list(self, directory, places):
        """What is asked for, or may hold what is, by name: (name, places in the globs, whether it is a directory)."""
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
                entry_places = step(places, name.decode(errors="replace"))
                if entry_places if is_directory else is_whole(entry_places):
                    wanted.append((name, entry_places, is_directory))
        return sorted(wanted, key=lambda each: each[0])

    def descend(self, directory, path, places):
        if len(path) == MOST_PARTS:
            self.left_out = True
            return
        child = os.open(path[-1], os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=directory)
        try:
            self.visit(child, path, places)
        finally:
            os.close(child)

    def send(self, directory, path):
        joined = b"/".join(path)
        if self.files == 0 or len(joined) > LONGEST_PATH or not is_text(joined):
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
    """A file was announced and can't be read. It is no OSError: nothing may be written behind it."""


def read(file, most_bytes):
    try:
        return os.read(file, most_bytes)
    except OSError as error:
        raise BrokenFile(error.strerror) from error


def is_text(name):
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


def start(globs):
    """A place is a glob, taken apart, and how many of its parts are behind us."""
    return through_any_parts({(tuple(glob.split("/")), 0) for glob in globs})


def step(places, name):
    """The places behind one more part of a path."""
    reached = set()
    for parts, at in places:
        if at == len(parts):
            continue
        if parts[at] == "**":
            reached.add((parts, at))
        elif matches(parts[at], name):
            reached.add((parts, at + 1))
    return through_any_parts(reached)


def through_any_parts(places):
    reached = set(places)
    for parts, at in places:
        while at < len(parts) and parts[at] == "**":
            at += 1
            reached.add((parts, at))
    return reached


def is_whole(places):
    return any(at == len(parts) for parts, at in places)


def matches(part, name):
    # What most globs hold, without a loop of our own: directories may be crowded.
    if part == "*":
        return True
    stars = part.count("*")
    if "?" not in part and stars < 2:
        if stars == 0:
            return part == name
        before, _, behind = part.partition("*")
        return len(name) >= len(part) - 1 and name.startswith(before) and name.endswith(behind)
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
