# attack: fills every place that it can write to, and leaves it full
# language: sh
# expect: exit *, signal *, limit MEMORY, limit WALL_TIME
# time-limit: 4 s
for place in /tmp /var/tmp /run/lock /dev/mqueue /home/vm .; do
  dd if=/dev/zero of=$place/full bs=1M count=300 &
done
wait
