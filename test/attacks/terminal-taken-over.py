# attack: types on its own terminal, drops it as the one that controls it and takes it again for another session
# language: python3
# terminal: 24 80
# expect: exit *, signal *
import fcntl, os, signal, termios
signal.signal(signal.SIGHUP, signal.SIG_IGN)
for key in b'echo typed\n\x04\x03\x1a\x1c':
    try:
        fcntl.ioctl(0, termios.TIOCSTI, bytes([key]))
    except OSError:
        pass
path = os.ttyname(0)
fcntl.ioctl(0, termios.TIOCNOTTY)
if os.fork() == 0:
    os.setsid()
    terminal = os.open(path, os.O_RDWR)
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 1)
    fcntl.ioctl(terminal, termios.TIOCEXCL)
    os.write(terminal, b'taken\n')
    os._exit(0)
os.wait()
