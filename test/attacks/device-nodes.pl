# attack: makes nodes of the disk, of memory and of the ports, in its own directory and in its own user namespace
# language: perl
# expect: exit 0
# output-excludes: opened
my ($mknod, $unshare) = (133, 272);
sub try {
  for my $node ([0060660, 254 << 8], [0020660, 4 << 8 | 65], [0020660, 1 << 8 | 1], [0020660, 246 << 8 | 1]) {
    my $path = "node-$node->[1]";
    syscall $mknod, $path, $node->[0], $node->[1];
    print "opened $path\n" if open my $device, '<', $path;
  }
}
try;
try if syscall($unshare, 0x10000000) == 0;
