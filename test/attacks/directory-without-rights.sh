# attack: leaves directories that nobody may enter
# language: sh
# expect: exit 0
mkdir -p closed/inside/deep
echo data >closed/inside/deep/file
chmod 000 closed/inside/deep/file closed/inside/deep closed/inside closed
chmod 000 .
