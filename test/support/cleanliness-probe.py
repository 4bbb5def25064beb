# Prints as JSON what a program finds that is not its own, and what it was given. Nothing is its own but its directory.
import json
import os
import resource
import socket
import time


def main():
    print(json.dumps({
        'findings': sorted(findings()),
        'surroundings': surroundings(),
        'threads': int(read('/proc/loadavg').split()[3].split('/')[1]),
        'random': os.urandom(16).hex(),
        'timeMs': time.time() * 1000,
    }))


def findings():
    yield from processes()
    yield from files()
    yield from ipc()
    yield from sockets()
    yield from keys()
    yield from space()
    if all(running_now() > 1 for _ in range(10)):
        yield 'load: something burns the processor'


def processes():
    own = set()
    pid = os.getpid()
    while pid != 0:
        own.add(pid)
        try:
            pid = int(status(pid, 'PPid'))
        except OSError:
            # Whoever is above belongs to another user, and is hidden.
            break
    kernel_threads = 0
    for pid in [int(name) for name in os.listdir('/proc') if name.isdigit()]:
        try:
            if pid in own:
                continue
            if status(pid, 'Kthread', '0') == '1' or not read(f'/proc/{pid}/cmdline'):
                kernel_threads += 1
            else:
                yield f'process: {status(pid, "Name")} of user {status(pid, "Uid").split()[0]}'
        except OSError:
            pass
    if kernel_threads:
        yield 'process: threads of the kernel, or zombies'


def files():
    for place in (
        '/tmp', '/var/tmp', '/dev/shm', '/run/lock', '/var/lock', '/dev/mqueue', '/run/user', '/var/crash',
        '/home/build', '/var/mail', '/var/spool/cron/crontabs', '/var/spool/at',
    ):
        yield from (f'file: {place}/{name}' for name in entries(place))
    here = os.getcwd()
    yield from (f'file: {name} beside the program' for name in entries(here) if name != 'program.py')
    parent = os.path.dirname(here)
    for name in entries(parent):
        path = os.path.join(parent, name)
        if path not in (here, '/home/build') and os.path.isdir(path):
            yield f'file: {path}, another working directory'
    home = own_home()
    if home != here:
        yield from (f'file: {home}/{name}' for name in entries(home) if name not in entries('/etc/skel'))
        for name in entries('/etc/skel'):
            if read_or_nothing(f'{home}/{name}') != read(f'/etc/skel/{name}'):
                yield f'file: {home}/{name} has changed'


def ipc():
    for kind in ('shm', 'sem', 'msg'):
        count = len(read_or_nothing(f'/proc/sysvipc/{kind}').splitlines()) - 1
        if count > 0:
            yield f'ipc: {kind}'


def sockets():
    for line in read_or_nothing('/proc/net/unix').splitlines()[1:]:
        words = line.split()
        if len(words) > 7 and words[7].startswith('@'):
            yield f'socket: {words[7]}'
    for kind in ('tcp', 'tcp6', 'udp', 'udp6', 'raw', 'packet'):
        for line in read_or_nothing(f'/proc/net/{kind}').splitlines()[1:]:
            yield f'socket: {kind} {line.split()[1]}'


def keys():
    for line in read_or_nothing('/proc/keys').splitlines():
        words = line.split()
        # Root's are the kernel's own.
        if words[5] != '0' and words[7] != 'keyring':
            yield 'key: one of somebody else'
            return


def space():
    for place in ('.', '/tmp', '/dev/shm'):
        free = os.statvfs(place)
        if free.f_bavail * free.f_frsize < 16 << 20:
            yield f'space: {place} is full'
        if free.f_files > 0 and free.f_favail < 1000:
            yield f'space: {place} has no inodes left'
    memory = dict(line.split(':') for line in read('/proc/meminfo').splitlines())
    if kib(memory['MemAvailable']) < 0.4 * kib(memory['MemTotal']):
        yield 'space: the memory is taken'


def surroundings():
    limits = [name for name in dir(resource) if name.startswith('RLIMIT_')]
    given = {name: list(resource.getrlimit(getattr(resource, name))) for name in limits}
    given.update({name: status('self', name, '') for name in (
        'Groups', 'SigBlk', 'SigIgn', 'CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb', 'NoNewPrivs', 'Seccomp',
        'Cpus_allowed',
    )})
    given['nice'] = os.nice(0)
    given['policy'] = os.sched_getscheduler(0)
    given['priority'] = os.sched_getparam(0).sched_priority
    given['umask'] = os.umask(0o22)
    given['oom'] = read('/proc/self/oom_score_adj').strip()
    given['environment'] = {
        name: value for name, value in os.environ.items() if name not in ('HOME', 'PWD', 'OLDPWD', 'USER', 'LOGNAME')
    }
    given['host'] = socket.gethostname()
    for name in ('kernel/core_pattern', 'vm/overcommit_memory', 'kernel/pid_max', 'fs/protected_symlinks'):
        given[name] = read_or_nothing(f'/proc/sys/{name}').strip()
    given['mounts'] = len(read('/proc/self/mountinfo').splitlines())
    for place in ('/', '/etc', '/run', '/home', '/usr/bin', '/usr/local/bin', '/usr/local/lib', '/var', '/var/lib'):
        given[place] = len(entries(place))
    given['directory'] = oct(os.stat('.').st_mode)
    return given


def running_now():
    time.sleep(0.02)
    return next(int(line.split()[1]) for line in read('/proc/stat').splitlines() if line.startswith('procs_running'))


def own_home():
    for line in read('/etc/passwd').splitlines():
        fields = line.split(':')
        if fields[2] == str(os.getuid()):
            return fields[5]
    return os.environ.get('HOME', '/')


def status(pid, key, fallback=None):
    for line in read(f'/proc/{pid}/status').splitlines():
        name, _, value = line.partition(':')
        if name == key:
            return value.strip()
    if fallback is None:
        raise OSError(f'no {key}')
    return fallback


def kib(text):
    return int(text.split()[0])


def entries(place):
    try:
        return sorted(os.listdir(place))
    except OSError:
        return []


def read(path):
    with open(path, encoding='utf-8', errors='replace') as file:
        return file.read()


def read_or_nothing(path):
    try:
        return read(path)
    except OSError:
        return ''


main()
