# attack: forks in every process and never ends, whatever fails
# language: perl
# expect: limit WALL_TIME, limit MEMORY, lost
# time-limit: 2 s
$SIG{$_} = 'IGNORE' for qw(TERM HUP INT CHLD);
fork while 1;
