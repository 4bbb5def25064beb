# attack: stops every process that it may signal, those that wait for the next program too
# language: sh
# expect: exit *
kill -STOP -1
echo still here
