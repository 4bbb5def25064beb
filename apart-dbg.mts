process.env['PBOT_VM_TEST_PROGRAMS'] = process.argv[2];
const { bundleGuest, bundleHostPrograms } = await import('/tmp/h-apart/deploy/build/programs.ts');
await Promise.all([bundleHostPrograms(process.argv[2]), bundleGuest(process.argv[2])]);
const { ServicesApart } = await import('/tmp/h-apart/test/integration/system-of-services/apart-scene.ts');
const s = await ServicesApart.create();
try { await s.machine.powerOn(); for (const n of ['executor','watchdog','snapshot'] as const) s.start(n);
await new Promise(r=>setTimeout(r,9000));
for (const n of ['executor','watchdog','snapshot'] as const) console.log(n, s.service(n).child.exitCode, s.service(n).output().slice(-1200));
} finally { await s.remove(); }
process.exit(0);
