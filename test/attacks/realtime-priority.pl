# attack: asks for realtime and highest priority, and spins if it gets one
# language: perl
# expect: exit 0
# output-excludes: granted
my ($setscheduler, $setpriority, $ioprio, $setattr) = (144, 141, 251, 314);
my ($fifo, $round_robin) = (1, 2);
my $granted = 0;
for my $policy ($fifo, $round_robin) {
  my $parameter = pack 'i', 99;
  $granted++ if syscall($setscheduler, 0, $policy, $parameter) == 0;
}
my $deadline = pack 'LLQlLQQQ', 48, 6, 0, 0, 0, 900_000_000, 1_000_000_000, 1_000_000_000;
$granted++ if syscall($setattr, 0, $deadline, 0) == 0;
$granted++ if syscall($setpriority, 0, 0, -20) == 0;
$granted++ if syscall($ioprio, 1, 0, (1 << 13) | 0) == 0;
if ($granted) { print "granted\n"; 1 while 1 }
