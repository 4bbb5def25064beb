# attack: makes the system calls that are root's alone
# language: perl
# expect: exit 0
# output-excludes: allowed
my ($dot, $tmpfs, $empty, $name) = ('.', 'tmpfs', '', 'owned');
my $attributes = pack 'L32', 1, 120;
my %calls = (
  mount => [165, $tmpfs, $dot, $tmpfs, 0, 0],
  umount2 => [166, $dot, 0],
  pivot_root => [155, $dot, $dot],
  chroot => [161, $dot],
  swapon => [167, $dot, 0],
  acct => [163, $name],
  sethostname => [170, $name, 5],
  setdomainname => [171, $name, 5],
  iopl => [172, 3],
  ioperm => [173, 0, 1024, 1],
  init_module => [175, $empty, 0, $empty],
  finit_module => [313, 0, $empty, 0],
  delete_module => [176, $tmpfs, 0],
  kexec_load => [246, 0, 0, 0, 0],
  kexec_file_load => [320, 0, 0, 0, $empty, 0],
  syslog => [103, 5, 0, 0],
  quotactl => [179, 0x800002 << 8, $dot, 0, 0],
  bpf => [321, 5, $attributes, 120],
  perf_event_open => [298, $attributes, -1, 0, -1, 0],
  setuid => [105, 0],
  setgid => [106, 0],
  setgroups => [116, 0, 0],
  vhangup => [153],
  open_by_handle_at => [304, -100, $attributes, 0],
  setns => [308, 0, 0],
  fanotify_init => [300, 0, 0],
  open_tree => [428, -100, $dot, 1],
  fsopen => [430, $tmpfs, 0],
  move_pages_of_init => [279, 1, 0, 0, 0, 0, 0],
);
for my $call (sort keys %calls) {
  my ($number, @arguments) = @{ $calls{$call} };
  print "allowed: $call\n" if syscall($number, @arguments) != -1;
}
