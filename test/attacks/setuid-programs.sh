# attack: runs every setuid program with the words and the environment that may confuse it
# language: sh
# expect: exit 0
# output-excludes: uid=0|root:[^ ]*:\d+:
# time-limit: 10 s
export LD_PRELOAD=./evil.so LD_LIBRARY_PATH=. GCONV_PATH=. PATH=.:$PATH LANG=../../evil TZ=/etc/shadow
printf '#!/bin/sh\nid\n' >mount && chmod 755 mount
for program in $(env -u LD_PRELOAD find /usr/bin /usr/sbin /usr/lib/openssh -xdev -perm -4000 2>/dev/null); do
  echo | timeout 1 "$program" -c id
  echo | timeout 1 "$program" /etc/shadow
done 2>&1
su -c id </dev/null 2>&1
sudo -n id 2>&1
exit 0
