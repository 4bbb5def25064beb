// attack: ends by an exception of a megabyte, after it has changed the objects of its runtime
// language: javascript
// expect: exit *, limit OUTPUT, signal SIGABRT
// max-output: 64 KiB
// time-limit: 10 s
process.on('uncaughtException', (error) => {
  throw error;
});
for (const fd of [3, 4, 5, 6, 7, 8, 9]) {
  try {
    require('fs').writeSync(fd, 'x');
  } catch {}
}
Object.prototype.toString = () => 'x'.repeat(1_000_000);
throw {};
