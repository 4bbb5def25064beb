# attack: leaves sockets without a file behind, held by a process of its own session
# language: python3
# expect: exit 0
import os, socket, time
if os.fork() == 0:
    os.setsid()
    held = []
    for number in range(20):
        server = socket.socket(socket.AF_UNIX)
        server.bind(f'\0left-{number}')
        server.listen()
        held.append(server)
    for fd in (0, 1, 2):
        os.close(fd)
    time.sleep(300)
time.sleep(0.5)
