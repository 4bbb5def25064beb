# attack: stops and kills its parent
# language: sh
# expect: exit *, signal *
for signal in STOP TERM KILL; do kill -$signal "$PPID"; done
echo still here
