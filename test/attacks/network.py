# attack: reaches for the network, the host and the internet
# language: python3
# expect: exit 0
# output-excludes: reached
# time-limit: 8 s
import socket
for address in ('10.0.2.2', '192.168.122.1', '169.254.169.254', '1.1.1.1', '255.255.255.255'):
    for port in (22, 53, 80, 9000, 5555):
        try:
            socket.create_connection((address, port), 0.1).close()
            print('reached', address, port)
        except OSError:
            pass
for family, kind, protocol in ((socket.AF_INET, socket.SOCK_RAW, 1), (socket.AF_PACKET, socket.SOCK_RAW, 3), (40, 1, 0)):
    try:
        other = socket.socket(family, kind, protocol)
        if family == 40:
            other.settimeout(0.2)
            other.connect((2, 1024))
        print('reached by', family)
    except OSError:
        pass
try:
    print('reached', socket.getaddrinfo('example.com', 80))
except OSError:
    pass
