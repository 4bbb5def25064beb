# attack: reads and writes the kernel's and the machine's memory
# language: sh
# expect: exit 0
# output-excludes: opened
for file in /dev/mem /dev/kmem /dev/port /proc/kcore /proc/kallsyms-raw /dev/cpu/0/msr /sys/kernel/debug/x /dev/kvm /dev/vda; do
  (exec 8<"$file") 2>/dev/null && echo "opened $file"
  (exec 8>>"$file") 2>/dev/null && echo "opened $file to write"
done
exit 0
