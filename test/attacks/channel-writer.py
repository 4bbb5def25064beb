# attack: writes forged frames and heartbeats to the machine's ports
# language: python3
# expect: exit 0
# output-excludes: written
import glob, os
finished = bytes.fromhex('00010201010b0501010801150101010101010109010142020801bc8a061a00')
ports = [glob.glob(f'/dev/{name}') for name in ('virtio-ports/*', 'vport*', 'ttyS*', 'hvc*')]
for path in sum(ports, []):
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_RDONLY):
        try:
            port = os.open(path, flags | os.O_NONBLOCK)
        except OSError:
            continue
        try:
            os.write(port, finished)
            print('written', path)
        except OSError:
            pass
