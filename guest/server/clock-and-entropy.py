"""Sets the clock and reseeds the kernel's random generator, once for each line "MICROSECONDS HEX".

Answers each line with "ok" or with an error. Bytes written to /dev/urandom would not be used before the next reseed,
which may be minutes away: the two ioctls of random(4) credit the bytes and force the reseed.
"""

import fcntl
import struct
import sys
import time

RNDADDENTROPY = 0x40085203
RNDRESEEDCRNG = 0x5207


def main():
    with open("/dev/urandom", "wb", buffering=0) as random_device:
        for line in sys.stdin:
            try:
                microseconds, entropy = line.split()
                time.clock_settime_ns(time.CLOCK_REALTIME, int(microseconds) * 1000)
                reseed(random_device, bytes.fromhex(entropy))
                answer = "ok"
            except (OSError, ValueError) as error:
                answer = f"failed: {error}"
            print(answer, flush=True)


def reseed(random_device, entropy):
    # struct rand_pool_info: entropy in bits, size in bytes, then the bytes.
    pool = struct.pack(f"ii{len(entropy)}s", len(entropy) * 8, len(entropy), entropy)
    fcntl.ioctl(random_device, RNDADDENTROPY, pool)
    fcntl.ioctl(random_device, RNDRESEEDCRNG)


main()
