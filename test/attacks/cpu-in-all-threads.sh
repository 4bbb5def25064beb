# attack: burns the processor in many processes at once
# language: sh
# expect: limit WALL_TIME
# time-limit: 2 s
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
  (while :; do :; done) &
done
while :; do :; done
