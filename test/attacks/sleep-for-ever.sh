# attack: sleeps for ever
# language: sh
# expect: limit WALL_TIME
# time-limit: 1 s
exec sleep infinity
