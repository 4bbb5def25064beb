# attack: leaves links in its directory that lead its removal to files of the system
# language: sh
# expect: exit 0
ln -s / root
ln -s /usr/local/lib/pbot-vm server
ln -s /usr/bin usr-bin
ln -s /etc etc
ln -s .. parent
mkdir -p deep/deeper && ln -s ../../.. deep/deeper/up
ln /etc/passwd hard 2>/dev/null
ln /etc/shadow shadow 2>/dev/null
ln /usr/bin/env env 2>/dev/null
rm -f program.sh && ln -s /etc/hostname program.sh
exit 0
