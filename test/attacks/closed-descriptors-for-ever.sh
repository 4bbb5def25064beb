# attack: closes its standard streams and never ends
# language: sh
# expect: limit WALL_TIME
# time-limit: 1 s
exec 0<&- 1>&- 2>&-
while :; do sleep 60; done
