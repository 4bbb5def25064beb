# attack: reads and writes memory, files and descriptors of other processes through /proc
# language: python3
# expect: exit 0
# output-excludes: opened
# time-limit: 8 s
import os
for pid in [name for name in os.listdir('/proc') if name.isdigit() and int(name) != os.getpid()]:
    for name in ('mem', 'environ', 'maps', 'auxv', 'stack', 'syscall', 'exe', 'root/etc/shadow', 'cwd/.', 'fd', 'map_files'):
        path = f'/proc/{pid}/{name}'
        try:
            folder = name in ('fd', 'cwd/.', 'map_files')
            if os.listdir(path) if folder else open(path, 'rb').read(1):
                print('opened', path)
        except OSError:
            pass
