# attack: reads from the machine's ports, so that the server misses what the host says
# language: sh
# expect: exit 0
# output-excludes: opened
for port in /dev/virtio-ports/* /dev/vport* /dev/ttyS* /dev/hvc*; do
  [ -e "$port" ] || continue
  (exec 9<"$port") 2>/dev/null && echo "opened $port"
done
exit 0
