# attack: leaves files, sockets, pipes and setuid programs wherever it can write
# language: sh
# expect: exit *
for place in /tmp /var/tmp /dev/shm /run/lock /dev/mqueue /var/lock /run /home /home/vm /var/lib /; do
  echo secret >$place/left-behind
  mkfifo $place/left-pipe
  cp /bin/sh $place/left-shell && chmod 6755 $place/left-shell
  ln -s /etc/passwd $place/go-cache-trim
done 2>/dev/null
exit 0
