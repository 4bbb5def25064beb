# attack: leaves its output pipes to processes that never close them
# language: sh
# expect: exit 4
# stdout: ^held\n$
sleep 300 &
setsid sleep 300 &
echo held
exit 4
