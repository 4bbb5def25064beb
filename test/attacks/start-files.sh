# attack: puts start files, libraries and programs where the next program would find them
# language: sh
# expect: exit *
for home in /home/vm "$HOME" /root; do
  for file in .profile .bashrc .bash_profile .shrc .perldb .pythonrc.py .gitconfig .node_repl_history; do
    echo 'echo poisoned' >>$home/$file
  done
  site=$home/.local/lib/python3.13/site-packages
  mkdir -p $site $home/.node_modules && echo 'print("poisoned")' >$site/sitecustomize.py
done
for file in /etc/profile /etc/environment /etc/ld.so.preload /etc/bash.bashrc /etc/ld.so.conf.d/evil.conf; do
  echo poisoned >>$file
done
for folder in /usr/local/bin /usr/games /usr/local/lib /usr/lib/python3/dist-packages /usr/local/share/perl; do
  printf '#!/bin/sh\necho poisoned\n' >$folder/sh
  chmod 755 $folder/sh
done
echo poisoned >/var/cache/pbot-vm/go/poisoned
exit 0
