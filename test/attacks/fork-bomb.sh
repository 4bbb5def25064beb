# attack: starts processes that start processes, until the machine has none left
# language: sh
# expect: exit *, signal *, limit PROCESSES, limit MEMORY, limit WALL_TIME, lost
# time-limit: 2 s
f() { f | f & }
f
sleep 1
