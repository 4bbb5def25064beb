# attack: opens sockets of every family, so that the kernel loads the drivers of rare ones, outside of its limits
# language: perl
# expect: exit 0
# output-excludes: loaded
# time-limit: 6 s
sub modules { open my $list, '<', '/proc/modules' or return ''; join ' ', sort map { /^(\S+)/ } <$list> }
my $before = modules;
for my $family (1 .. 45) { socket my $socket, $family, 2, 0 }
my $after = modules;
print "loaded: $after, before $before\n" if $after ne $before;
exit 0;
