# attack: has cron, at and systemd run something later
# language: sh
# expect: exit 0
# output-excludes: planned
# time-limit: 8 s
echo '* * * * * id' | crontab - && echo planned
echo id | at now + 1 minute && echo planned
echo '* * * * * root id' >/etc/cron.d/evil && echo planned
echo '* * * * * id' >/var/spool/cron/crontabs/vm && echo planned
timeout 2 systemd-run --user --on-active=1 id && echo planned
timeout 2 systemd-run --no-ask-password id && echo planned
echo id >/etc/init.d/evil && echo planned
exit 0
