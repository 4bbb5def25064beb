"""A worker: a process that waits in a sandbox for its command, and becomes it.

A command is its length in bytes, a line break, and then fields with a NUL between one and the next:

- the limits of all its processes together, bytes of memory and number of processes, a space between. 0 changes nothing
- the limits of each process: seconds of processor time, bytes of a file, open files, bytes of the stack, bytes of a core file,
  a space between. 0 changes nothing; of a core file it is the limit
- the directory to run in
- the path of its terminal, or nothing
- the number of environment variables, then those (`NAME=VALUE`)
- its argv

If the first field of argv is empty, the worker runs no program. It sends files (`output_files.py`): the second field is
how many, the third how many bytes, the fourth a temporary directory whose files are sent too, or empty; the others are globs.
"""

import fcntl
import os

from confinement import limit_process
from output_files import send_files
from system_calls import reset_signals
from terminal import take_terminal

F_SETPIPE_SZ = 1031

# Linux gives 64 KiB. With a larger pipe the processor switches less often between a program and the server. Under emulation
# these switches cost most.
OUTPUT_PIPE_BYTES = 256 * 1024


def run_worker(number, sandbox, confinement):
    """Reports the pipes of a new worker, waits for its command and becomes it. `sandbox` is the number of its sandbox."""
    reset_signals()
    os.setsid()
    process_id = confinement.outer_process_id()
    reports = os.dup(1)
    # They belong to the program's user: it may open /dev/stdout.
    pipes = confinement.make_as_program(sandbox, lambda: [os.pipe() for _ in range(4)])
    (control, control_end), (stdin, stdin_end), (stdout_end, stdout), (stderr_end, stderr) = pipes
    for output in (stdout, stderr):
        fcntl.fcntl(output, F_SETPIPE_SZ, OUTPUT_PIPE_BYTES)
    for target, end in enumerate((stdin, stdout, stderr)):
        os.dup2(end, target)
    confinement.begin_worker(sandbox, number)
    os.write(reports, f"{number} ok {process_id} {control_end} {stdin_end} {stdout_end} {stderr_end}\n".encode())
    limits, *command = read_command(control).split(b"\0")
    confinement.limit_worker(sandbox, number, *map(int, limits.split()))
    # Not earlier: a program that runs in the sandbox meanwhile, such as a compiler, could stop or kill the worker.
    confinement.drop_privileges(sandbox)
    # Exec closes all descriptors but the standard streams.
    become(command)


def read_command(descriptor):
    length, _, command = os.read(descriptor, 65536).partition(b"\n")
    while len(command) < int(length):
        command += os.read(descriptor, 65536)
    return command


def become(command):
    """Runs the command in place of this process. Exit codes are a shell's: 127 not found, 126 not to be run."""
    limits, directory, terminal, count, *rest = command
    pairs, argv = rest[: int(count)], rest[int(count) :]
    environment = dict(pair.split(b"=", 1) for pair in pairs)
    exit_code, reason = 126, directory
    try:
        if terminal:
            take_terminal(terminal)
        # After the terminal, which takes a descriptor: this process holds more than the program will.
        limit_process(*map(int, limits.split()))
        os.chdir(directory)
        if argv[0] == b"":
            send_asked_files(argv)
        exit_code, reason = 127, argv[0]
        execute(argv, environment)
    except FileNotFoundError:
        os.write(2, reason + b": not found\n")
    except OSError as error:
        exit_code = 126
        os.write(2, reason + f": {error.strerror}\n".encode())
    os._exit(exit_code)


def send_asked_files(argv):
    _, max_files, max_bytes, temporary, *globs = argv
    with open(1, "wb", closefd=False) as output:
        send_files(output, int(max_files), int(max_bytes), [glob.decode() for glob in globs], temporary)
    os._exit(0)


def execute(argv, environment):
    name = argv[0]
    if b"/" in name:
        os.execve(name, argv, environment)
    for folder in environment[b"PATH"].split(b":"):
        try:
            os.execve(folder + b"/" + name, argv, environment)
        except (FileNotFoundError, NotADirectoryError):
            continue
    raise FileNotFoundError
