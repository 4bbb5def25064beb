# attack: sets the clock and slows it
# language: python3
# expect: exit 0
# output-excludes: changed
import ctypes, subprocess, time
libc = ctypes.CDLL(None, use_errno=True)
for clock in (0, 1, 7, 11):
    try:
        time.clock_settime(clock, 1_000_000_000)
        print('changed', clock)
    except OSError:
        pass
if libc.settimeofday((ctypes.c_long * 2)(1_000_000_000, 0), None) == 0:
    print('changed by settimeofday')
frequency = (ctypes.c_long * 26)(0x4002, 0, -500_000 << 16)
if libc.adjtimex(frequency) >= 0 and frequency[0] & 0x4002 and ctypes.get_errno() == 0:
    print('changed by adjtimex')
subprocess.run(['date', '-s', '2001-01-01'], capture_output=True)
