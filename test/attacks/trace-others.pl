# attack: traces other processes, copies their memory and takes their descriptors
# language: perl
# expect: exit 0
# output-excludes: traced
# time-limit: 6 s
my ($ptrace, $process_vm_readv, $pidfd_open, $pidfd_getfd, $kcmp) = (101, 310, 434, 438, 312);
my ($seize, $attach) = (0x4206, 16);
for my $pid (grep { $_ != $$ } map { m{/proc/(\d+)$} } glob '/proc/[0-9]*') {
  my ($buffer, $mine, $theirs) = ('x' x 8);
  $mine = $theirs = pack 'QQ', unpack('Q', pack 'P', $buffer), 8;
  print "traced $pid\n" if syscall($ptrace, $seize, int $pid, 0, 0) == 0;
  print "traced $pid\n" if syscall($ptrace, $attach, int $pid, 0, 0) == 0;
  print "traced $pid: memory\n" if syscall($process_vm_readv, int $pid, $mine, 1, $theirs, 1, 0) > 0;
  my $handle = syscall $pidfd_open, int $pid, 0;
  next if $handle < 0;
  for my $fd (0 .. 20) {
    print "traced $pid: descriptor $fd\n" if syscall($pidfd_getfd, $handle, $fd, 0) >= 0;
  }
}
