# attack: floods standard output
# language: sh
# expect: limit OUTPUT
# max-output: 64 KiB
# time-limit: 10 s
exec yes
