# attack: starts threads until no more can be made
# language: python3
# expect: exit *, limit WALL_TIME, limit MEMORY
# time-limit: 5 s
import _thread, time
count = 0
try:
    while count < 5000:
        _thread.start_new_thread(time.sleep, (60,))
        count += 1
except RuntimeError:
    pass
print(count)
