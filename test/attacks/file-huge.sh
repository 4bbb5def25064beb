# attack: writes a file without end into its directory
# language: sh
# expect: exit *, limit FILE_SIZE, limit MEMORY, limit WALL_TIME
# time-limit: 3 s
exec cat /dev/zero >huge
