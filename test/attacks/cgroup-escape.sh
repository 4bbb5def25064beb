# attack: leaves its cgroup, makes others, and lifts its limits
# language: sh
# expect: exit 0
# output-excludes: escaped
own=/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)
for group in /sys/fs/cgroup "$own" "$own/.." "$own/../server" "$own/../worker-1" /sys/fs/cgroup/system.slice; do
  (echo $$ >$group/cgroup.procs) 2>/dev/null && echo "escaped to $group"
  (echo max >$group/memory.max) 2>/dev/null && echo "escaped: memory of $group"
  (echo max >$group/pids.max) 2>/dev/null && echo "escaped: processes of $group"
  (echo 1 >$group/cgroup.freeze) 2>/dev/null && echo "escaped: froze $group"
  (echo 1 >$group/cgroup.kill) 2>/dev/null && echo "escaped: killed $group"
  mkdir $group/mine 2>/dev/null && echo "escaped: made a group in $group"
done
mkdir cgroup && mount -t cgroup2 none cgroup 2>/dev/null && echo 'escaped: mounted'
exit 0
