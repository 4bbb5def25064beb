# attack: ends its main thread alone, so that the process looks dead and lives on
# language: python3
# expect: limit WALL_TIME
# time-limit: 2 s
import _thread, ctypes, time
_thread.start_new_thread(time.sleep, (600,))
exit_of_one_thread = 60
ctypes.CDLL(None).syscall(exit_of_one_thread, 0)
