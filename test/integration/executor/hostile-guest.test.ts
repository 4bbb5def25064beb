import { describe, expect, it } from 'vitest';
import { type Host, readyBody, runHonestly } from '../../support/hostile-guest.js';
import { untold } from '../../support/untried-language.js';
import { waitFor } from '../../support/wait.js';
import {
  answerMs,
  attempt,
  connected,
  execute,
  expectLost,
  expectService,
  expectServiceDuring,
  fileData,
  filesFinished,
  finished,
  garbage,
  guest,
  isHostileConnected,
  languages,
  megabyte,
  most32,
  onReady,
  onStart,
  output,
  phaseFinished,
  phaseStarted,
  pourInput,
  reverted,
  sent,
} from './hostile-scene.js';

describe('an Executor beside a hostile guest', () => {
  it('an Executor serves its other machine while a guest sends garbage in place of an answer', async () => {
    const behaviour = {
      onFrame: () => undefined,
      onConnect: (host: Host) => host.flood(() => garbage),
    };
    await expectServiceDuring(behaviour, sent(30 * megabyte));
  });

  it('an Executor serves its other machine while a guest sends garbage after each Ready', async () => {
    await expectServiceDuring(
      onReady((host) => host.flood(() => garbage)),
      reverted(3),
    );
  });

  it('an Executor serves its other machine while a guest sends bytes that never end a frame', async () => {
    const endless = Buffer.alloc(megabyte, 1);
    const behaviour = {
      onFrame: () => undefined,
      onConnect: (host: Host) => host.flood(() => endless),
    };
    await expectServiceDuring(behaviour, sent(30 * megabyte));
  });

  it('an Executor serves its other machine while a guest repeats that it is ready', async () => {
    const flood = (host: Host) => {
      const frames = Buffer.concat(Array.from({ length: 1000 }, () => host.frame(readyBody())));
      host.flood(() => frames);
    };
    await expectServiceDuring(onReady(flood), sent(10 * megabyte));
  });

  it('an Executor serves its other machine while a guest repeats that it is ready, with a clock that is wrong', async () => {
    const wrong = () => readyBody({ timeUs: 0n });
    const flood = (host: Host) => {
      const frames = Buffer.concat(Array.from({ length: 1000 }, () => host.frame(wrong())));
      host.flood(() => frames);
    };
    await expectServiceDuring(onReady(flood, wrong), sent(10 * megabyte));
  });

  it('an Executor serves its other machine while a guest repeats that it knows no session', async () => {
    const flood = (host: Host) => {
      const frame = host.frame({ $case: 'noSession', value: {} });
      const frames = Buffer.concat(Array.from({ length: 1000 }, () => frame));
      host.flood(() => frames);
    };
    await expectServiceDuring({ onFrame: flood }, sent(10 * megabyte));
  });

  it('an Executor serves its other machine while a guest claims to have room for everything, and accepts nothing', async () => {
    const ready = () =>
      readyBody({
        capacity: most32,
        serverVersion: 'v'.repeat(1000),
        languages: Array.from({ length: 1500 }, (_, i) => ({
          name: `l${i}`,
          aliases: i === 0 ? ['sh'] : [],
          version: '',
          compiled: false,
          sourceFile: 'main',
          ...untold,
        })),
      });
    await expectServiceDuring(
      onStart(() => undefined, ready),
      reverted(1),
    );
  });

  it('an Executor serves its other machine while a guest has names of 30 KB', async () => {
    const long = 'n'.repeat(30_000);
    const ready = () =>
      readyBody({
        languages: [
          { name: long, aliases: [], version: '', compiled: false, sourceFile: 'main', ...untold },
        ],
      });
    const enough = connected(1);
    await expectServiceDuring(
      onStart(() => undefined, ready),
      enough,
    );
  });

  it('an Executor serves its other machine while a guest has as many languages as a frame can hold', async () => {
    const flood = (host: Host) => {
      const many = Array.from({ length: 10_000 }, () => ({
        name: '',
        aliases: [],
        version: '',
        compiled: false,
        sourceFile: '',
        title: '',
        commentBegin: '',
        neededMemoryMib: 0,
        commentEnd: '',
        hello: '',
      }));
      host.ready({ languages: many });
    };
    await expectServiceDuring({ onFrame: flood }, connected(1));
  });

  it('an Executor serves its other machine while a guest has no slot for anybody', async () => {
    await expectServiceDuring(
      onStart(
        () => undefined,
        () => readyBody({ capacity: 0 }),
      ),
      connected(1),
    );
  });

  it.each<[string, (host: Host, execution: number) => void]>([
    ['prints outside a phase', (host, execution) => host.say(output(execution), Buffer.from('x'))],
    ['ends what has not begun', (host, execution) => host.say(finished(execution))],
    ['begins a phase that there is not', (host, execution) => host.say(phaseStarted(execution, 9))],
    [
      'begins a phase twice',
      (host, execution) => {
        host.say(phaseStarted(execution));
        host.say(phaseStarted(execution));
      },
    ],
    [
      'refuses what has begun',
      (host, execution) => {
        host.say(phaseStarted(execution));
        host.say({ $case: 'refused', value: { execution, reason: 'r' } });
      },
    ],
    [
      'prints more than it has credit for',
      (host, execution) => {
        host.say(phaseStarted(execution));
        const frame = host.frame(output(execution), garbage.subarray(0, 60_000));
        for (let i = 0; i < 100; i += 1) host.write(frame);
      },
    ],
    [
      'prints nothing, without end',
      (host, execution) => {
        host.say(phaseStarted(execution));
        const frame = host.frame(output(execution), Buffer.alloc(0), { padding: 20_000 });
        host.flood(() => frame);
      },
    ],
  ])('an Executor serves its other machine while a guest %s', async (_what, act) => {
    await expectServiceDuring(onStart(act), reverted(2));
  });

  it('an Executor serves its other machine while a guest ends what has ended, and goes on about programs that there are not', async () => {
    const act = (host: Host, execution: number) => {
      host.say(phaseStarted(execution));
      host.say(phaseFinished(execution));
      const frames = Buffer.concat([
        host.frame(finished(execution)),
        host.frame(finished(execution)),
        host.frame(output(execution + 1), garbage.subarray(0, 60_000)),
        host.frame(output(most32), garbage.subarray(0, 60_000)),
        host.frame(phaseFinished(execution)),
      ]);
      host.flood(() => frames);
    };
    await expectServiceDuring(onStart(act), sent(30 * megabyte));
  });

  it('an Executor serves its other machine while a guest allows more input than anybody has', async () => {
    const act = (host: Host, execution: number) => {
      const frame = host.frame({ $case: 'credit', value: { execution, bytes: most32 } });
      const frames = Buffer.concat(Array.from({ length: 1000 }, () => frame));
      host.flood(() => frames);
    };
    await expectServiceDuring(onStart(act), reverted(1));
  });

  it('an Executor serves its other machine while a guest refuses with a reason of 30 KB', async () => {
    const act = (host: Host, execution: number) =>
      host.say({ $case: 'refused', value: { execution, reason: 'é\n'.repeat(10_000) } });
    const before = guest.frames;
    await expectServiceDuring(onStart(act), () => guest.frames > before + 10);
    guest.behave(onStart(act));
    await waitFor('a refusal', async () => (await attempt()) === 'REFUSED_BY_GUEST');
  });

  it('an Executor serves its other machine while a guest gives credit without end and reads nothing', async () => {
    const act = (host: Host, execution: number) => {
      host.say(phaseStarted(execution));
      host.socket.pause();
      const frame = host.frame({ $case: 'credit', value: { execution, bytes: most32 } });
      const timer = setInterval(() => host.write(frame), 1);
      host.socket.once('close', () => clearInterval(timer));
    };
    guest.behave(onStart(act));
    const enough = reverted(1);
    const end = await pourInput();
    // On a slow host the program reaches its time limit before the Executor has said more than a guest may leave unread.
    expect(['MACHINE_LOST', 'it has ended']).toContain(end.message);
    expect(end.writtenBytes).toBeLessThan(64 * megabyte);
    await waitFor('a revert', enough);
    await expectService();
  });

  it('an Executor serves its other machine while a guest reports numbers that nobody can believe', async () => {
    const act = (host: Host, execution: number) => {
      host.say(phaseStarted(execution));
      host.say(phaseFinished(execution));
      host.say(finished(execution));
    };
    guest.behave(onStart(act));
    const result = await waitFor('a result', async () => {
      const end = await attempt();
      return typeof end !== 'string' && end;
    });
    // As google.protobuf.Duration allows.
    expect(Number(result.run?.wallTime?.seconds)).toBeLessThanOrEqual(315_576_000_000);
    await expectService();
  });

  it.each<[string, { paths: readonly string[]; pieceBytes?: number; asked?: readonly string[] }]>([
    ['that nobody has asked for any', { paths: ['a'], asked: [] }],
    ['of another name than was asked for', { paths: ['a', 'b.txt'] }],
    ['of an absolute path', { paths: ['/etc/cron.d/a'] }],
    ['above the working directory', { paths: ['../a'] }],
    ['that lie in another file', { paths: ['out', 'out/a'] }],
    ['in pieces that are mixed', { paths: ['a', 'out/a', 'a'] }],
    ['that are too many', { paths: Array.from({ length: 257 }, (_, i) => `out/${i}`) }],
    ['that are too large', { paths: Array<string>(40).fill('a'), pieceBytes: 60_000 }],
  ])(
    'an Executor serves its other machine while a guest sends files %s',
    async (_what, { paths, pieceBytes = 10, asked = ['a', 'out', 'out/*'] }) => {
      const act = (host: Host, execution: number) => {
        host.say(phaseStarted(execution));
        host.say(phaseFinished(execution));
        for (const path of paths) {
          host.say(fileData(execution, path), garbage.subarray(0, pieceBytes));
        }
        host.say(filesFinished(execution));
        host.say(finished(execution));
      };
      await expectLost(act, asked);
    },
  );

  it('an Executor serves its other machine while a guest ends its files twice, or sends one after their end', async () => {
    const ends = (host: Host, execution: number) => {
      host.say(phaseStarted(execution));
      host.say(phaseFinished(execution));
      host.say(filesFinished(execution));
    };
    await expectLost(
      (host, execution) => {
        ends(host, execution);
        host.say(filesFinished(execution));
      },
      ['*'],
    );
    await expectLost(
      (host, execution) => {
        ends(host, execution);
        host.say(fileData(execution, 'a'), Buffer.from('x'));
      },
      ['*'],
    );
  });

  it('an Executor serves its other machine while a guest sends files before its program has ended', async () => {
    const act = (host: Host, execution: number) => {
      host.say(phaseStarted(execution));
      host.say(fileData(execution, 'a'), Buffer.from('x'));
    };
    await expectLost(act, ['*']);
  });

  it('an Executor serves its other machine while a guest sends a file without a byte and without an end', async () => {
    const act = (host: Host, execution: number) => {
      host.say(phaseStarted(execution));
      host.say(phaseFinished(execution));
      host.say(fileData(execution, 'a'), Buffer.from('whole'));
      const frame = host.frame(fileData(execution, 'b'), Buffer.alloc(0), { padding: 20_000 });
      host.flood(() => frame);
    };
    guest.behave(onStart(act));
    await waitFor('the hostile machine', isHostileConnected);
    let isAnswered = false;
    const asked = { code: 'true', machine: 'hostile', outputFiles: ['*'] };
    const answer = execute(asked, { timeoutMs: 3 * answerMs }).finally(() => {
      isAnswered = true;
    });
    answer.catch(() => undefined);
    do await expectService();
    while (!isAnswered);
    const { run, files, filesTruncated } = await answer;
    expect(run?.outcome).toEqual({ $case: 'exitCode', value: 0 });
    expect(files.map(({ path, data }) => [path, Buffer.from(data).toString()])).toEqual([
      ['a', 'whole'],
    ]);
    expect(filesTruncated).toBe(true);
    await expectService();
  });

  it('an Executor serves its other machine while a guest closes the channel right after each Ready', async () => {
    await expectServiceDuring(
      onReady((host) => host.socket.end()),
      connected(4),
    );
  });

  it('an Executor serves its other machine while a guest closes the channel in the middle of each frame', async () => {
    const behaviour = {
      onFrame: (host: Host) => {
        host.write(host.frame(readyBody()).subarray(0, 20));
        host.socket.end();
      },
    };
    await expectServiceDuring(behaviour, connected(3));
  });

  it('an Executor serves its other machine while a guest takes an alias of the honest machine for the name of a language of its own', async () => {
    const own = {
      name: 'shell',
      aliases: ['sh', 'bash', 'python3'],
      version: 'mine',
      compiled: false,
      ...untold,
    };
    const started: string[] = [];
    guest.behave({
      onFrame: (host, body) => {
        if (body.$case === 'hello') host.ready({ languages: [{ ...own, sourceFile: 'a/b' }] });
        if (body.$case !== 'start') return;
        started.push(body.value.language);
        runHonestly(host, body.value.execution);
      },
    });
    await waitFor('its language', async () =>
      (await languages()).some(({ name }) => name === 'shell'),
    );
    const code = 'echo hello';
    for (const language of ['shell', 'sh']) {
      const honest = await execute({ language, code, machine: 'honest' });
      expect([honest.machine, honest.language]).toEqual(['honest', 'sh']);
      expect(Buffer.from(honest.run?.stdout?.data ?? []).toString()).toBe('hello\n');
      const hostile = await execute({ language, code, machine: 'hostile' });
      expect([hostile.machine, hostile.language]).toEqual(['hostile', 'shell']);
    }
    expect(started).toEqual(['shell', 'shell']);
    // Its own name for sh, and no other, is what a list shows of the honest machine's.
    expect((await languages()).find(({ name }) => name === 'sh')).toMatchObject({
      aliases: expect.arrayContaining(['shell']) as unknown,
      sourceFile: 'program.sh',
    });
    const python = await execute({ language: 'python3', code: 'print(6 * 7)', machine: 'honest' });
    expect(Buffer.from(python.run?.stdout?.data ?? []).toString()).toBe('42\n');
    await expectService();
  });

  it('an Executor serves its other machine while a guest says nothing', async () => {
    await expectServiceDuring({ onFrame: () => undefined }, reverted(1));
  });

  it('an Executor serves its other machine while a guest sends heartbeats without an end and without a newline', async () => {
    const beats = Buffer.alloc(megabyte, '\n');
    await expectServiceDuring(
      { onHeart: (heart) => heart.flood(() => beats) },
      sent(10 * megabyte),
    );
    const noise = Buffer.alloc(megabyte, 'x');
    await expectServiceDuring(
      { onHeart: (heart) => heart.flood(() => noise) },
      sent(10 * megabyte),
    );
  });
});
