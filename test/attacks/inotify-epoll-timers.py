# attack: takes all of the kernel's watches, polls, event counters and timers that a user may have
# language: python3
# expect: exit *, limit MEMORY, limit WALL_TIME
# time-limit: 4 s
import ctypes, os, select
libc = ctypes.CDLL(None)
held = []
def exhaust(name, make):
    count = 0
    while count < 2000 and make() != -1:
        count += 1
    print(name, count)
watch = libc.inotify_init1(0)
exhaust('inotify', lambda: libc.inotify_init1(0))
exhaust('watches', lambda: libc.inotify_add_watch(watch, b'/proc/%d' % os.getpid(), 2))
exhaust('epoll', lambda: libc.epoll_create1(0))
exhaust('eventfd', lambda: libc.eventfd(0, 0))
exhaust('timerfd', lambda: libc.timerfd_create(1, 0))
timer = ctypes.c_long()
exhaust('timer', lambda: libc.timer_create(1, None, ctypes.byref(timer)))
