# attack: leaves links that lead in circles
# language: sh
# expect: exit 0
ln -s b a
ln -s a b
ln -s . self
ln -s self/self/self/self again
mkdir inner && ln -s .. inner/up && ln -s inner/up/inner/up ring
mkfifo pipe
ls -R . >/dev/null 2>&1
exit 0
