# attack: loads and unloads kernel modules
# language: sh
# expect: exit 0
# output-excludes: loaded
# time-limit: 6 s
modules() { cut -d' ' -f1 /proc/modules | sort; }
before=$(modules)
for module in dummy loop nbd overlay virtio_blk; do
  /usr/sbin/modprobe $module
  /usr/sbin/rmmod $module
done 2>/dev/null
[ "$(modules)" = "$before" ] || echo loaded
exit 0
