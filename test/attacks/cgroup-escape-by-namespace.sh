# attack: becomes root of namespaces of its own and mounts cgroups, devices and the disk there
# language: sh
# expect: exit *
# output-excludes: escaped
# time-limit: 6 s
unshare --user --map-root-user --mount --cgroup --pid --fork sh -c '
  mkdir -p here
  mount -t cgroup2 none here && echo max >here/memory.max && echo "escaped: memory"
  mount -t ext4 /dev/vda here && echo "escaped: disk"
  mount -t devtmpfs none here && ls here/vda && exec 7<here/vda && echo "escaped: device"
  mount -t proc proc here && cat here/1/environ >/dev/null && echo b >here/sysrq-trigger && echo "escaped: sysrq"
' 2>/dev/null
exit 0
