"""Makes the system calls that Node.js has no function for. Answers each line of its input with "ok" or with an error.

clock MICROSECONDS   sets the clock
entropy HEX          reseeds the kernel's random generator. Bytes written to /dev/urandom would not be used before the
                     next reseed, which may be minutes away: two ioctls of random(4) credit the bytes and force it
pipe BYTES PATH      sets what a FIFO holds for as long as it is open; see F_SETPIPE_SZ in fcntl(2)
"""

import fcntl
import os
import struct
import sys
import time

RNDADDENTROPY = 0x40085203
RNDRESEEDCRNG = 0x5207
F_SETPIPE_SZ = 1031


def main():
    for line in sys.stdin:
        try:
            name, argument = line.rstrip("\n").split(" ", 1)
            CALLS[name](argument)
            answer = "ok"
        except (KeyError, OSError, ValueError) as error:
            answer = f"failed: {error}"
        print(answer, flush=True)


def set_clock(microseconds):
    time.clock_settime_ns(time.CLOCK_REALTIME, int(microseconds) * 1000)


def reseed(hex_bytes):
    entropy = bytes.fromhex(hex_bytes)
    # struct rand_pool_info: entropy in bits, size in bytes, then the bytes.
    pool = struct.pack(f"ii{len(entropy)}s", len(entropy) * 8, len(entropy), entropy)
    with open("/dev/urandom", "wb", buffering=0) as random_device:
        fcntl.ioctl(random_device, RNDADDENTROPY, pool)
        fcntl.ioctl(random_device, RNDRESEEDCRNG)


def set_pipe_size(argument):
    size, path = argument.split(" ", 1)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        fcntl.fcntl(descriptor, F_SETPIPE_SZ, int(size))
    finally:
        os.close(descriptor)


CALLS = {"clock": set_clock, "entropy": reseed, "pipe": set_pipe_size}

main()
