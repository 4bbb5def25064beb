# attack: floods standard error
# language: sh
# expect: limit OUTPUT
# max-output: 64 KiB
# time-limit: 10 s
exec yes >&2
