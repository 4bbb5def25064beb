# attack: prints nothing but zeros, which part the frames of the channel
# language: sh
# expect: exit 0
# stdout: ^\0{100000}$
head -c 100000 /dev/zero
