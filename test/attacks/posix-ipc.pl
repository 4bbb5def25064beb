# attack: leaves message queues and named semaphores of POSIX behind, full
# language: perl
# expect: exit 0
my ($mq_open, $mq_timedsend) = (240, 242);
my ($create_write_nonblock, $message) = (0101 | 04000, 'x' x 8192);
for my $number (1 .. 300) {
  my $name = "left-$number";
  my $queue = syscall $mq_open, $name, $create_write_nonblock, 0666, 0;
  next if $queue < 0;
  for (1 .. 10) { syscall $mq_timedsend, $queue, $message, 8192, 0, 0 }
}
for my $name (qw(sem.left left)) {
  open my $file, '>', "/dev/shm/$name" or next;
  print $file 'secret';
}
exit 0;
