# attack: fills /dev/shm and leaves it full
# language: sh
# expect: exit *, limit MEMORY
# time-limit: 8 s
dd if=/dev/zero of=/dev/shm/full bs=1M count=2000
