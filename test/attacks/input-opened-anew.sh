# attack: opens its input again by name when all of it has come
# language: sh
# stdin: "data\n"
# expect: exit 0
# stdout: ^data\n$
# time-limit: 2 s
sleep 0.3
cat /dev/stdin
