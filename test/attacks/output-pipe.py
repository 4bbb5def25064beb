# attack: takes its output back out of the pipe, makes the pipe small, non-blocking and forbidden
# language: python3
# expect: exit 0
# stdout: (^|\n)end\n$
import fcntl, os
path = '/proc/self/fd/1'
try:
    other = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    os.write(1, b'stolen\n' * 1000)
    try:
        os.read(other, 1000)
    except BlockingIOError:
        pass
    os.close(other)
except OSError as error:
    print(error)
for fd in (0, 1, 2):
    for change in (lambda: fcntl.fcntl(fd, 1031, 4096), lambda: os.fchmod(fd, 0)):
        try:
            change()
        except OSError as error:
            print(error)
print('\nend', flush=True)
fcntl.fcntl(1, fcntl.F_SETFL, os.O_NONBLOCK)
