import fc from '/tmp/h-apart/node_modules/fast-check/lib/fast-check.js';
const { lines } = await import('/tmp/me/apart-wt/test/fuzz/targets/lines.ts');
for (let i=0;i<5;i++) { const r = await fc.check(lines.property as any, {numRuns: 300}); console.log(r.failed, r.numRuns, r.seed, String((r.errorInstance as any)?.message ?? '').slice(0,200)); }
