# attack: leaves processes behind in sessions of their own, deaf to signals
# language: sh
# expect: exit 0
setsid sleep 300 >/dev/null 2>&1 &
(trap '' TERM HUP INT; setsid sh -c 'sleep 300; sleep 300' >/dev/null 2>&1) &
