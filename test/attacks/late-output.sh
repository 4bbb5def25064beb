# attack: prints after its end, out of a process that it leaves behind
# language: sh
# expect: exit 0
# stdout: ^early\n$
echo early
(sleep 1; echo late; while :; do echo later; done) &
