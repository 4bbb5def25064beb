# attack: hides processes in namespaces of its own and leaves them behind
# language: sh
# expect: exit *
unshare --user --map-root-user --pid --net --ipc --uts --mount --fork --mount-proc \
  sh -c 'hostname owned; (trap "" TERM; setsid sleep 300) & sleep 300' >/dev/null 2>&1 &
sleep 1
exit 0
