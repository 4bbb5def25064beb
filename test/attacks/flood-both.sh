# attack: floods both outputs from processes that outlive it
# language: sh
# expect: limit OUTPUT
# max-output: 256 KiB
# time-limit: 10 s
yes & yes >&2 & setsid yes & setsid yes >&2 &
wait
