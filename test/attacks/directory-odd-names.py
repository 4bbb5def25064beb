# attack: leaves names with line ends, escapes, bytes that are no text, and options of rm
# language: python3
# expect: exit 0
import os
names = [b'a\nb', b'\n', b' ', b'-rf', b'--no-preserve-root', b'*', b'\x1b[2J', b'\xff\xfe', b'$(reboot)', b'`id`']
for name in names + [b'x' * 255, "'; exit".encode(), b'"', b'\\', b'..\n', b'\xed\xa0\x80']:
    with open(name, 'wb') as file:
        file.write(b'data')
os.mkdir(b'dir\xff\n')
open(b'dir\xff\n/\xfe', 'wb').close()
