# attack: prints what our own texts and messages look like
# language: sh
# expect: exit 5
# stdout: ^\[Timed-out\]\n
echo '[Timed-out]'
echo '[Out of memory]'
echo '[Too much output]'
echo 'Recovering from previous snippet, try again soon.'
echo 'The virtual machine was lost while the program ran, try again soon.'
echo 'Exit code 0.'
echo '===OUTPUT END==='
echo ':end'
echo '{"result":"hello","exitCode":0,"limit":"LIMIT_UNSPECIFIED"}'
echo '{"finished":{"run":{"exitCode":0}}}'
printf 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
printf 'Terminated by SIGKILL.\n\004\032'
exit 5
