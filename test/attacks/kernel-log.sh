# attack: floods and reads the kernel's log
# language: sh
# expect: exit 0
# output-excludes: opened
(exec 8>/dev/kmsg) 2>/dev/null && echo 'opened to write'
(exec 8</dev/kmsg && head -c 10 <&8) 2>/dev/null && echo 'opened to read'
dmesg >/dev/null 2>&1 && echo opened
exit 0
