"""Confines the programs of a sandbox: namespaces, mounts, users, capabilities, limits of each process."""

import errno
import os
import resource

from control_groups import NO_USAGE, ControlGroups
from kernel_files import read_file, write_file
from system_calls import (
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWUTS,
    MNT_DETACH,
    MOUNT_ATTR_NODEV,
    MOUNT_ATTR_NOSUID,
    MOUNT_ATTR_RDONLY,
    MS_BIND,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_PRIVATE,
    MS_REC,
    SIGKILL,
    act_on_files_as,
    call,
    collect_unix_sockets,
    die_with_parent,
    drop_bounding_capabilities,
    forbid_new_privileges,
    make_mount_writable,
    mount,
    pivot_root,
    raise_loopback,
    set_mount_attributes,
)

# Used by nobody else: not in any passwd, and below the range that systemd gives away (61184 and up).
FIRST_USER = 61000
MAX_SANDBOXES = 16

HOST_NAME = b"pbot-vm"

MAX_FILES = 16384

# The kernel has some thousands for all sandboxes together.
MAX_TERMINALS = 64

DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9), "tty": (5, 0)}
DEVICE_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
    "ptmx": "pts/ptmx",
}

# Empty for programs, where they exist: the state of the system's services, the kernel's devices and control groups,
# the guest server itself.
SERVER = "/usr/local/lib/pbot-vm"
HIDDEN = ("/run", "/sys", "/boot", "/mnt", "/media", SERVER, "/etc/pbot-vm")

# Of the server's files programs see these, at their own path: what explains crashes.
INSPECTION = f"{SERVER}/inspection"

MAX_CORE_BYTES = 32 * 1024 * 1024

# A sandbox has its own, one file system for all: what they hold counts together.
PRIVATE = {"/tmp": 0o1777, "/var/tmp": 0o1777, "/dev/shm": 0o1777, "/home/vm": 0o700, "/home/build": 0o700}

# In a user namespace of its own a program would be root, and reach much more of the kernel. Keys are kept by user, beyond
# the life of all its processes; the smallest takes more than one byte.
# A socket of an exotic family would have the kernel start modprobe, as root and outside of any sandbox.
# A core file is written by the process that crashes, among the files of its sandbox: no program of the system sees it.
KERNEL_LIMITS = {
    "user/max_user_namespaces": "0",
    "kernel/keys/maxbytes": "1",
    "kernel/modprobe": "",
    "kernel/core_pattern": "/home/build/core",
    "kernel/core_uses_pid": "0",
}

LIMITS = {
    resource.RLIMIT_NOFILE: 1024,
    # The cgroup limits processes too; this limit holds if a process could leave its cgroup.
    resource.RLIMIT_NPROC: 512,
    # Both as plain Linux has them. Locked memory and messages count to the cgroup; queues go with their namespace.
    resource.RLIMIT_MEMLOCK: 8 * 1024 * 1024,
    resource.RLIMIT_MSGQUEUE: 800 * 1024,
    resource.RLIMIT_RTPRIO: 0,
}


class Unconfined:
    """Programs run as this user and see what it sees. For tests on a host."""

    def __init__(self, _files_bytes, _memory_bytes):
        pass

    def fork(self, _name):
        return os.fork()

    def user_id(self, _name):
        return os.getuid()

    def enter(self, _name):
        pass

    def renew(self, _name):
        raise OSError(errno.ENOTSUP, "a process may have left its group")

    def outer_process_id(self):
        return os.getpid()

    def begin_worker(self, _name, _worker):
        """Its processes are a process group."""

    def limit_worker(self, _name, _worker, _memory_bytes, _processes):
        """A process group limits nothing."""

    def end_worker(self, _name, _worker, pid, _has_failed):
        end_process_group(pid)
        return NO_USAGE

    def make_as_program(self, _name, make):
        return make()

    def drop_privileges(self, _name):
        """Programs run as this user."""

    def end(self, _pid):
        """Its requests have ended, which ends it."""

    def leave(self, workers):
        for pid in workers:
            end_process_group(pid)


class Confined:
    """Each sandbox has namespaces of its own and sees the system read-only. Needs root."""

    def __init__(self, files_bytes, memory_bytes, groups):
        """What is the same for all sandboxes is done once, here: forked processes inherit it."""
        # Opened before the root changes: what the supervisor still needs of the system and programs don't see.
        self.host_proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
        self.own_processes = os.open("/proc/self/ns/pid", os.O_RDONLY)
        self.kernel_files = writable_kernel_files()
        self.groups = ControlGroups(groups, memory_bytes)
        self.networks = {}
        self.files_bytes = files_bytes
        limit_kernel()
        call("unshare", CLONE_NEWNS | CLONE_NEWUTS)
        call("sethostname", HOST_NAME, len(HOST_NAME))
        change_root()
        limit_programs(files_bytes, memory_bytes)

    def fork(self, name):
        """As `os.fork`; the child is the init of new process ids."""
        self.networks[name] = self.unused_network(self.networks.get(name))
        call("unshare", CLONE_NEWPID)
        try:
            return os.fork()
        finally:
            # In the child it changes nothing: its own children belong to the same ids as itself.
            if os.getpid() != 1:
                call("setns", self.own_processes, CLONE_NEWPID)

    def unused_network(self, network):
        """
        A namespace with nothing but a loopback that is up. The last one of the sandbox, if no program has used it: to make and
        unmake one takes longer than the other namespaces together. A used one holds ports that wait, and counts.
        """
        own = self.open_own_network()
        try:
            if network is not None:
                call("setns", network, CLONE_NEWNET)
                if not self.has_carried_packets():
                    return network
                os.close(network)
            call("unshare", CLONE_NEWNET)
            raise_loopback()
            return self.open_own_network()
        finally:
            call("setns", own, CLONE_NEWNET)
            os.close(own)

    def has_carried_packets(self):
        """Whether the loopback of the present network has. Two lines of headings come before it, its name and its bytes."""
        loopback = read_file("self/net/dev", self.host_proc).split(b"\n")[2].split()
        return loopback[1] != b"0"

    def open_own_network(self):
        return os.open("self/ns/net", os.O_RDONLY, dir_fd=self.host_proc)

    def user_id(self, name):
        return FIRST_USER + name

    def enter(self, name):
        die_with_parent()
        self.groups.enter_init(name)
        # Its end would be that of the server: where the sandbox is out of memory, something else must go.
        self.go_without_memory(-1000)
        call("unshare", CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS)
        call("setns", self.networks[name], CLONE_NEWNET)
        collect_unix_sockets()
        self.mount_proc()
        mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, f"newinstance,ptmxmode=0666,mode=0600,max={MAX_TERMINALS}")
        self.mount_files(self.user_id(name))

    def mount_files(self, user):
        mount("files", "/run", "tmpfs", MS_NOSUID | MS_NODEV, f"size={self.files_bytes},nr_inodes={MAX_FILES},mode=755")
        for number, (target, mode) in enumerate(PRIVATE.items()):
            source = f"/run/{number}"
            os.mkdir(source)
            os.chown(source, user, user)
            os.chmod(source, mode)
            mount(source, target, None, MS_BIND)
        call("umount2", b"/run", MNT_DETACH)

    def renew(self, name):
        """
        To make all of the namespaces again takes several times as long. What stays of them is what programs can't change: of the
        mounts, of the names of the system, of a network that has carried nothing. Raises where a program has left more.
        """
        if [each for each in os.listdir("/proc") if each.isdigit()] != ["1"]:
            raise OSError(errno.EBUSY, "processes are left")
        if self.has_carried_packets():
            raise OSError(errno.EBUSY, "the network was used")
        # Files of this sandbox may be on their way between sockets that hold each other.
        collect_unix_sockets()
        call("unshare", CLONE_NEWIPC)
        for target in PRIVATE:
            # Fails where a file is still in use.
            call("umount2", target.encode(), 0)
        self.mount_files(self.user_id(name))
        self.begin_process_ids()

    def begin_process_ids(self):
        """The next process gets the id that the first one had: ids would tell how many others there were."""
        write_file("sys/kernel/ns_last_pid", self.host_proc, 1)

    def mount_proc(self):
        """Programs need not see other users' processes. They write to their own: debuggers to /proc/PID/mem."""
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "hidepid=2")
        for path in self.kernel_files:
            mount(path, path, None, MS_BIND)
        set_mount_attributes("/proc", MOUNT_ATTR_RDONLY)
        make_mount_writable("/proc")

    def outer_process_id(self):
        return int(os.readlink("self", dir_fd=self.host_proc))

    def begin_worker(self, name, worker):
        self.groups.enter(name, worker)
        # Where the whole machine runs out of memory, programs go first.
        self.go_without_memory(500)

    def go_without_memory(self, score):
        """How soon the kernel ends this process where memory is lacking: from -1000, never, to 1000."""
        write_file("self/oom_score_adj", self.host_proc, score)

    def limit_worker(self, name, worker, memory_bytes, processes):
        self.groups.limit(name, worker, memory_bytes, processes)

    def end_worker(self, name, worker, _pid, has_failed):
        return self.groups.end(name, worker, has_failed)

    def make_as_program(self, name, make):
        """What the function makes belongs to the user of the programs."""
        act_on_files_as(self.user_id(name))
        made = make()
        act_on_files_as(0)
        return made

    def drop_privileges(self, name):
        user = self.user_id(name)
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)

    def end(self, pid):
        os.kill(pid, SIGKILL)

    def leave(self, _workers):
        """Without its init nothing of a sandbox goes on."""


def end_process_group(leader):
    try:
        os.killpg(leader, SIGKILL)
    except ProcessLookupError:
        # It has ended.
        pass


def writable_kernel_files():
    """
    What /proc has besides processes and is a directory or may be written to: settings of the kernel and of devices, and
    /proc/pressure, which everybody may write to. Permissions keep programs out of most of it.
    """
    with os.scandir("/proc") as entries:
        others = [each for each in entries if not each.name.isdigit() and not each.is_symlink()]
        return [each.path for each in others if each.is_dir() or each.stat().st_mode & 0o222]


def limit_kernel():
    for setting, value in KERNEL_LIMITS.items():
        try:
            with open(f"/proc/sys/{setting}", "w") as file:
                file.write(f"{value}\n")
        except FileNotFoundError:
            # This kernel was built without the feature.
            continue


def change_root():
    """Goes into a copy of the system that can't be written to, with what programs may have of /dev and /etc/passwd."""
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    root = "/run"
    mount("system", root, "tmpfs", MS_NOSUID, "mode=755")
    own = f"{root}/own"
    root = f"{root}/root"
    os.mkdir(own)
    os.mkdir(root)
    make_devices(f"{own}/dev")
    make_accounts(own)
    for name in ("vm", "build"):
        os.makedirs(f"{own}/home/{name}")
    os.mkdir(f"{own}/empty")
    mount("/", root, None, MS_BIND | MS_REC)
    for path in ("/proc", "/dev", "/run", "/sys"):
        while os.path.ismount(root + path):
            call("umount2", (root + path).encode(), MNT_DETACH)
    set_mount_attributes(root, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)
    for path in HIDDEN:
        if os.path.isdir(root + path):
            mount(f"{own}/empty", root + path, None, MS_BIND)
            set_mount_attributes(root + path, MOUNT_ATTR_RDONLY)
    show_inspection(root, own)
    for name in ("dev", "home", "etc/passwd", "etc/group"):
        mount(f"{own}/{name}", f"{root}/{name}", None, MS_BIND)
        set_mount_attributes(f"{root}/{name}", MOUNT_ATTR_RDONLY)
    os.chdir(root)
    pivot_root(".", ".")
    call("umount2", b".", MNT_DETACH)
    os.chdir("/")


def show_inspection(root, own):
    """In a directory with nothing else, over the one that hides the server's."""
    if not os.path.isdir(INSPECTION):
        return
    os.makedirs(f"{own}/server/inspection")
    mount(f"{own}/server", root + SERVER, None, MS_BIND)
    mount(INSPECTION, root + INSPECTION, None, MS_BIND)
    set_mount_attributes(root + SERVER, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)


def make_devices(directory):
    os.mkdir(directory)
    for name, numbers in DEVICES.items():
        path = f"{directory}/{name}"
        os.mknod(path, 0o020666, os.makedev(*numbers))
        os.chmod(path, 0o666)
    for name, target in DEVICE_LINKS.items():
        os.symlink(target, f"{directory}/{name}")
    for name in ("pts", "shm"):
        os.mkdir(f"{directory}/{name}")


def make_accounts(directory):
    """Whichever sandbox a program is in, its user is called vm."""
    os.mkdir(f"{directory}/etc")
    for name, line in (("passwd", "vm:x:{0}:{0}::/home/vm:/bin/sh\n"), ("group", "vm:x:{0}:\n")):
        with open(f"/etc/{name}") as accounts:
            others = [each for each in accounts if not each.startswith("vm:")]
        with open(f"{directory}/etc/{name}", "w") as accounts:
            accounts.writelines(others)
            accounts.writelines(line.format(FIRST_USER + each) for each in range(MAX_SANDBOXES))


def limit_programs(largest_file, memory_bytes):
    """The supervisor stays root with all capabilities until a worker changes its user. The other limits hold for both."""
    os.setgroups([])
    for limit, value in {**LIMITS, resource.RLIMIT_FSIZE: largest_file}.items():
        resource.setrlimit(limit, (value, value))
    # Each worker sets its own: none, but for a program that is to be explained if it crashes.
    resource.setrlimit(resource.RLIMIT_CORE, (0, MAX_CORE_BYTES))
    # Half: a recursion without end is then a segmentation fault, which names it, and not a lack of memory. A program may
    # raise it, as on plain Linux: the stack counts to the cgroup.
    resource.setrlimit(resource.RLIMIT_STACK, (memory_bytes // 2, resource.RLIM_INFINITY))
    drop_bounding_capabilities()
    forbid_new_privileges()


def limit_process(cpu_seconds, file_bytes, open_files, stack_bytes, core_bytes):
    """This process and what it becomes or starts, each for itself. 0 is what it has, but no core file; no maximum is raised."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    size = core_bytes if most == resource.RLIM_INFINITY else min(core_bytes, most)
    resource.setrlimit(resource.RLIMIT_CORE, (size, size))
    # SIGXCPU names the cause. A process that ignores it is killed a second later.
    for limit, soft, hard in (
        (resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1),
        (resource.RLIMIT_FSIZE, file_bytes, file_bytes),
        (resource.RLIMIT_NOFILE, open_files, open_files),
        (resource.RLIMIT_STACK, stack_bytes, stack_bytes),
    ):
        _, maximum = resource.getrlimit(limit)
        if soft != 0 and (maximum == resource.RLIM_INFINITY or hard <= maximum):
            resource.setrlimit(limit, (soft, hard))
