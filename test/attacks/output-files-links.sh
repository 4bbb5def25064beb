# attack: leaves links, pipes and endless files in the place of those that are asked for
# language: sh
# expect: exit 0
# output-files: ** shadow etc/shadow proc/1/* pipe zero dir/dir/dir/**
# stdout: ^left\n$
ln -s /etc/shadow shadow
ln -s /etc etc
ln -s /proc proc
ln -s /dev/zero zero
mkfifo pipe
mkdir dir
ln -s . dir/dir
truncate -s 200M sparse
ls -l > listing
chmod 0 listing
echo left
