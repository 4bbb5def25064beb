# attack: opens files until the system's table is full
# language: perl
# expect: exit *, limit MEMORY, limit WALL_TIME
# time-limit: 4 s
my ($prlimit, $nofile) = (302, 7);
my $limit = pack 'QQ', 1 << 19, 1 << 19;
syscall $prlimit, 0, $nofile, $limit, 0;
for (1 .. 20) { last if !fork }
my @held;
while (open my $file, '<', '/dev/null') { push @held, $file }
print scalar @held, "\n";
sleep 1;
