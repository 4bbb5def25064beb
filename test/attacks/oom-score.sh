# attack: makes itself the last one that the kernel ends for want of memory, then takes all of it
# language: sh
# expect: limit MEMORY
# output-excludes: lowered
# time-limit: 10 s
echo -1000 >/proc/self/oom_score_adj && echo lowered
echo -17 >/proc/self/oom_adj && echo lowered
exec perl -e 'my @taken; push @taken, "x" x 5_000_000 while 1'
