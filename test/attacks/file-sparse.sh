# attack: makes files of terabytes that hold nothing
# language: sh
# expect: exit *
for size in 1T 8T 100T 8E; do truncate -s $size sparse-$size; done
fallocate -l 1T reserved
ls -ls
