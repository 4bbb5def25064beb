# attack: stops itself
# language: sh
# expect: limit WALL_TIME
# time-limit: 1 s
kill -STOP $$
