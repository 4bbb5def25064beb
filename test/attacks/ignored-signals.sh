# attack: ignores every signal that can be ignored and does not end
# language: sh
# expect: limit WALL_TIME
# time-limit: 1 s
# stdout: ^begun\n$
trap '' HUP INT QUIT TERM USR1 USR2 ALRM PIPE
echo begun
while :; do sleep 60; done
