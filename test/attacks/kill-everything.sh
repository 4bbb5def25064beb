# attack: kills every process that it may signal, those that wait for the next program too
# language: sh
# expect: exit *, signal *
kill -9 -1
echo still here
