# attack: removes its own directory, and puts something else in its place
# language: sh
# expect: exit *
cd ..
rm -rf "$HOME"
ln -s /etc "$HOME"
mv "$HOME" elsewhere
exit 0
