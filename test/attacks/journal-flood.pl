# attack: floods the system's journal
# language: perl
# expect: limit WALL_TIME, exit 0
# time-limit: 2 s
use Socket;
for (1 .. 4) { last if !fork }
my $line = '<0>evil: ' . 'x' x 8000;
for my $path ('/run/systemd/journal/dev-log', '/run/systemd/journal/socket') {
  socket my $log, AF_UNIX, SOCK_DGRAM, 0 or next;
  connect $log, sockaddr_un($path) or next;
  while (1) { send $log, $line, 0 }
}
