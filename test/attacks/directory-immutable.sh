# attack: leaves files that can't be removed
# language: sh
# expect: exit *
mkdir kept && echo data >kept/file
chattr +i kept/file kept || chattr +a kept/file kept
mkdir sticky && chmod 1000 sticky
setfattr -n user.kept -v yes kept/file
exit 0
