# attack: types into terminals that it may open or take for its own
# language: python3
# expect: exit 0
# output-excludes: typed
import fcntl, glob, os, termios
if os.fork() == 0:
    os.setsid()
    for path in ['/dev/tty', '/dev/console', '/dev/ptmx'] + glob.glob('/dev/tty[0-9]*') + glob.glob('/dev/[thv]*[0-9]*'):
        try:
            terminal = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        except OSError:
            continue
        for request, argument in ((termios.TIOCSCTTY, 1), (termios.TIOCSTI, b'x'), (termios.TIOCCONS, 0)):
            try:
                fcntl.ioctl(terminal, request, argument)
                if path != '/dev/ptmx':
                    print('typed', path, request)
            except OSError:
                pass
    os._exit(0)
os.wait()
