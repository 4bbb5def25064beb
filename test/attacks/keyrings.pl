# attack: fills the keyrings of its user and leaves them full
# language: perl
# expect: exit *
my ($add_key, $user_keyring, $user_session) = (248, -4, -5);
my $count = 0;
for my $ring ($user_keyring, $user_session) {
  for my $number (1 .. 300) {
    my ($type, $name, $payload) = ('user', "key-$number", 'x' x 60);
    $count++ if syscall($add_key, $type, $name, $payload, length $payload, $ring) >= 0;
  }
}
print "$count\n";
