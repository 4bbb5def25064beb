# attack: changes settings of the kernel
# language: sh
# expect: exit 0
# output-excludes: changed
for setting in kernel/core_pattern kernel/modprobe kernel/hostname kernel/panic kernel/pid_max vm/overcommit_memory \
  vm/drop_caches vm/min_free_kbytes fs/file-max fs/protected_symlinks fs/suid_dumpable kernel/ns_last_pid; do
  value=$(cat /proc/sys/$setting 2>/dev/null)
  (echo "${value:-1}" >/proc/sys/$setting) 2>/dev/null && echo "changed $setting"
done
(echo disk >/sys/power/state) 2>/dev/null && echo 'changed the power state'
(echo 0 >/sys/devices/system/cpu/cpu0/online) 2>/dev/null && echo 'changed processors'
exit 0
