# attack: writes a file without end into its directory
# language: sh
# expect: exit *, signal SIGXFSZ, limit MEMORY, limit WALL_TIME
# time-limit: 3 s
exec cat /dev/zero >huge
