# attack: nests user namespaces and makes others until no more are given
# language: perl
# expect: exit *, limit MEMORY, limit WALL_TIME
# time-limit: 5 s
my ($unshare, $user) = (272, 0x10000000);
my $all = 0x7E020000;
my $depth = 0;
$depth++ while $depth < 100 && syscall($unshare, $user) == 0;
for (1 .. 100) { my $pid = fork; last if !defined $pid; if (!$pid) { syscall $unshare, $all; sleep 60 } }
print "$depth\n";
