"""
Reads and writes the small files of the kernel: of /proc and of control groups.

Python's own `open` would make a buffer and a decoder for each, which takes longer than the file.
"""

import os


def read_file(path, directory):
    """All bytes of a file of at most 4 KiB. `directory`: descriptor of what the path begins at."""
    file = os.open(path, os.O_RDONLY, dir_fd=directory)
    try:
        return os.read(file, 4096)
    finally:
        os.close(file)


def write_file(path, directory, value):
    file = os.open(path, os.O_WRONLY, dir_fd=directory)
    try:
        os.write(file, str(value).encode())
    finally:
        os.close(file)
