# attack: ends at once and leaves processes behind that burn the processor
# language: sh
# expect: exit 0
for _ in 1 2 3 4; do
  setsid sh -c 'trap "" TERM HUP; while :; do :; done' >/dev/null 2>&1 </dev/null &
done
