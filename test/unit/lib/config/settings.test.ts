import { describe, expect, it } from 'vitest';
import { allSettings } from '../../../../services/cli/settings.js';
import { builtInLimits } from '../../../../services/lib/config/limit-table.js';
import {
  ConfigError,
  describeSettings,
  readSettings,
} from '../../../../services/lib/config/settings.js';

type Key = keyof typeof allSettings;

const tcp = (port: number, host = '127.0.0.1') => ({ kind: 'tcp', host, port });
const unix = (path: string) => ({ kind: 'unix', path });

interface Sample {
  readonly key: Key;
  readonly name: string;
  readonly fallback: unknown;
  readonly valid: readonly (readonly [text: string, value: unknown])[];
  readonly invalid: readonly string[];
}

const badAddresses = ['0', '65536', 'port', 'unix:relative', ':9000', 'a b:1'];

const samples: readonly Sample[] = [
  {
    key: 'domain',
    name: 'PBOTVM_DOMAIN',
    fallback: 'pbot-vm',
    valid: [
      ['debian-13_b', 'debian-13_b'],
      ['x'.repeat(64), 'x'.repeat(64)],
    ],
    invalid: ['-x', 'a b', 'a/b', 'a\nb', '$(id)', 'x'.repeat(65)],
  },
  {
    key: 'server',
    name: 'PBOTVM_SERVER',
    fallback: tcp(9000),
    valid: [
      ['9001', tcp(9001)],
      ['[::1]:9001', tcp(9001, '::1')],
      ['unix:/run/s', unix('/run/s')],
      ['vm-host.example:9000', tcp(9000, 'vm-host.example')],
    ],
    invalid: badAddresses,
  },
  {
    key: 'serial',
    name: 'PBOTVM_SERIAL',
    fallback: tcp(5555),
    valid: [
      ['10.0.0.2:7', tcp(7, '10.0.0.2')],
      ['unix:/run/data', unix('/run/data')],
    ],
    invalid: badAddresses,
  },
  {
    key: 'heart',
    name: 'PBOTVM_HEART',
    fallback: tcp(5556),
    valid: [
      ['10.0.0.2:8', tcp(8, '10.0.0.2')],
      ['unix:/run/heart', unix('/run/heart')],
    ],
    invalid: badAddresses,
  },
  {
    key: 'timeoutMs',
    name: 'PBOTVM_TIMEOUT',
    fallback: 10_000,
    valid: [
      ['0.1', 100],
      ['1', 1000],
      ['2.5', 2500],
      ['3600', 3_600_000],
    ],
    invalid: ['0', '0.05', '3601', '-1', '1e3', '10s', 'ten', '1,5', ' 1', 'Infinity', 'NaN'],
  },
  {
    key: 'maxWaitMs',
    name: 'PBOTVM_MAX_WAIT',
    fallback: 5000,
    valid: [
      ['0', 0],
      ['60', 60_000],
    ],
    invalid: ['-1', '3601', '1.5', 'long'],
  },
  {
    key: 'heartbeatTimeoutMs',
    name: 'PBOTVM_HEARTBEAT_TIMEOUT',
    fallback: 3000,
    valid: [
      ['1', 1000],
      ['600', 600_000],
    ],
    invalid: ['0', '3601', '1.5', '-1', 'long'],
  },
  {
    key: 'maxKeptResultBytes',
    name: 'PBOTVM_KEPT_RESULTS',
    fallback: 67_108_864,
    valid: [
      ['0', 0],
      ['1000', 1000],
    ],
    invalid: ['-1', '1.5', 'much'],
  },
  {
    key: 'maxUnreadMs',
    name: 'PBOTVM_MAX_UNREAD',
    fallback: 3000,
    valid: [
      ['1', 1000],
      ['60', 60_000],
    ],
    invalid: ['0', '3601', '1.5', 'long'],
  },
  {
    key: 'limits',
    name: 'PBOTVM_LIMITS',
    fallback: builtInLimits,
    // The test of its parser covers what the file holds.
    valid: [],
    invalid: ['/nowhere/limits.json', '/'],
  },
  {
    key: 'noRevert',
    name: 'PBOTVM_NOREVERT',
    fallback: false,
    valid: [
      ['0', false],
      ['1', true],
      ['yes', true],
      ['none', true],
    ],
    invalid: ['false', 'no', 'No', 'off'],
  },
  {
    key: 'revert',
    name: 'PBOTVM_REVERT',
    fallback: 'failure',
    valid: [
      ['always', 'always'],
      ['never', 'never'],
    ],
    invalid: ['sometimes', 'ALWAYS', '1'],
  },
  {
    key: 'machines',
    name: 'PBOTVM_MACHINES',
    fallback: undefined,
    // The test of the pool covers what the file holds.
    valid: [],
    invalid: ['/nowhere/machines.json', '/'],
  },
  {
    key: 'watchdog',
    name: 'PBOTVM_WATCHDOG',
    fallback: tcp(9100),
    valid: [['localhost:9101', tcp(9101, 'localhost')]],
    invalid: badAddresses,
  },
  {
    key: 'snapshot',
    name: 'PBOTVM_SNAPSHOT',
    fallback: tcp(9200),
    valid: [['127.0.0.2:9201', tcp(9201, '127.0.0.2')]],
    invalid: badAddresses,
  },
  {
    key: 'snapshotName',
    name: 'PBOTVM_SNAPSHOT_NAME',
    fallback: '1',
    valid: [['clean-2.0_a', 'clean-2.0_a']],
    invalid: ['-1', 'a b', 'a/b', '.a', 'x'.repeat(65)],
  },
  {
    key: 'libvirtUri',
    name: 'PBOTVM_LIBVIRT_URI',
    fallback: undefined,
    valid: [['qemu+ssh://host/system', 'qemu+ssh://host/system']],
    invalid: ['qemu', '--help', '/system'],
  },
  directory('home', 'PBOTVM_HOME', undefined),
  directory('cache', 'PBOTVM_CACHE', undefined),
  directory('ownLanguages', 'PBOTVM_LANGUAGES', '/etc/pbot-vm/languages'),
  {
    key: 'maxCodeBytes',
    name: 'PBOTVM_MAX_CODE',
    fallback: 1024 * 1024,
    valid: [
      ['1', 1],
      ['16777216', 16 * 1024 * 1024],
    ],
    invalid: ['0', '16777217', '-1', '1.5', '1k', '9'.repeat(16)],
  },
  {
    key: 'maxQueue',
    name: 'PBOTVM_QUEUE',
    fallback: 64,
    valid: [
      ['0', 0],
      ['10000', 10_000],
    ],
    invalid: ['10001', '-1', '1.5', 'many'],
  },
  {
    key: 'maxConnections',
    name: 'PBOTVM_CONNECTIONS',
    fallback: 1000,
    valid: [
      ['16', 16],
      ['100000', 100_000],
    ],
    invalid: ['15', '100001', '-1', 'many'],
  },
  {
    key: 'maxConnectionAgeMs',
    name: 'PBOTVM_CONNECTION_AGE',
    fallback: 0,
    valid: [['1800', 1_800_000]],
    invalid: ['-1', '86401', '30m'],
  },
  {
    key: 'agent',
    name: 'PBOTVM_AGENT',
    fallback: undefined,
    valid: [
      ['9400', tcp(9400)],
      ['0.0.0.0:9400', tcp(9400, '0.0.0.0')],
      ['unix:/run/agent', unix('/run/agent')],
    ],
    invalid: badAddresses,
  },
  {
    key: 'proxies',
    name: 'PBOTVM_PROXY',
    fallback: expect.objectContaining({ names: [] }),
    valid: [
      ['10.0.0.1', expect.objectContaining({ names: ['10.0.0.1'] })],
      ['10.0.0.0/24,::1', expect.objectContaining({ names: ['10.0.0.0/24', '::1'] })],
    ],
    invalid: [
      'proxy.example',
      '10.0.0.1/33',
      '::1/129',
      '10.0.0.1, 10.0.0.2',
      '10.0.0.1:9000',
      ',',
    ],
  },
  {
    key: 'tls',
    name: 'PBOTVM_TLS',
    fallback: true,
    valid: [
      ['on', true],
      ['off', false],
    ],
    invalid: ['0', 'no', 'OFF'],
  },
  // The tests of their readers cover what the files hold.
  ...(
    [
      ['tlsCert', 'PBOTVM_TLS_CERT'],
      ['tlsKey', 'PBOTVM_TLS_KEY'],
      ['tlsClientCa', 'PBOTVM_TLS_CLIENT_CA'],
      ['tokens', 'PBOTVM_TOKENS'],
      ['secret', 'PBOTVM_SECRET'],
      ['tlsCa', 'PBOTVM_TLS_CA'],
      ['tokenFile', 'PBOTVM_TOKEN_FILE'],
    ] as const
  ).map(([key, name]) => ({
    key,
    name,
    fallback: undefined,
    valid: [],
    invalid: ['/nowhere/file', '/'],
  })),
  {
    key: 'lines',
    name: 'PBOTVM_LINES',
    fallback: 'local',
    valid: [['everywhere', 'everywhere']],
    invalid: ['all', '1'],
  },
  {
    key: 'revision',
    name: 'PBOTVM_PBOT',
    fallback: '2022',
    valid: [['head', 'head']],
    invalid: ['2023', 'HEAD'],
  },
  {
    key: 'paste',
    name: 'PBOTVM_PASTE',
    fallback: '',
    valid: [['/usr/bin/paste', '/usr/bin/paste']],
    invalid: ['paste', 'ftp://paste.example/'],
  },
  {
    key: 'defaultInput',
    name: 'PBOTVM_STDIN',
    fallback: 'none',
    valid: [['fortune', 'fortune']],
    invalid: ['yes', 'Fortune'],
  },
  {
    key: 'stateDirectory',
    name: 'PBOTVM_STATE',
    fallback: '/nonexistent/run/pbot-vm/state',
    valid: [['/srv/state', '/srv/state']],
    invalid: ['state', './state'],
  },
  {
    key: 'logLevel',
    name: 'PBOTVM_LOG_LEVEL',
    fallback: 'info',
    valid: [
      ['debug', 'debug'],
      ['error', 'error'],
    ],
    invalid: ['INFO', 'trace', 'silent'],
  },
  {
    key: 'ops',
    name: 'PBOTVM_OPS',
    fallback: undefined,
    valid: [
      ['9300', tcp(9300)],
      ['0.0.0.0:65533', tcp(65_533, '0.0.0.0')],
    ],
    invalid: ['0', '65534', 'unix:/run/ops', 'on'],
  },
  {
    key: 'control',
    name: 'PBOTVM_CONTROL',
    fallback: undefined,
    valid: [['unix:/run/control', unix('/run/control')]],
    invalid: ['9001', '127.0.0.1:9001', 'unix:relative'],
  },
  {
    key: 'drainNoticeMs',
    name: 'PBOTVM_DRAIN',
    fallback: 0,
    valid: [
      ['2', 2000],
      ['30', 30_000],
    ],
    invalid: ['-1', '31', '1.5', 'long'],
  },
  openTelemetry('otlpEndpoint', 'OTEL_EXPORTER_OTLP_ENDPOINT'),
  openTelemetry('otlpTracesEndpoint', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'),
  openTelemetry('otelExporters', 'OTEL_TRACES_EXPORTER'),
  openTelemetry('otlpProtocol', 'OTEL_EXPORTER_OTLP_PROTOCOL'),
  openTelemetry('otlpTracesProtocol', 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'),
  openTelemetry('otelDisabled', 'OTEL_SDK_DISABLED'),
  openTelemetry('otlpMetricsEndpoint', 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'),
  openTelemetry('otelMetricsExporter', 'OTEL_METRICS_EXPORTER'),
  openTelemetry('otlpMetricsProtocol', 'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL'),
];

function directory(key: Key, name: string, fallback: string | undefined): Sample {
  return { key, name, fallback, valid: [['/srv/x', '/srv/x']], invalid: ['x', './x', '~/x'] };
}

/** Any text is accepted: a wrong one is no reason not to start. */
function openTelemetry(key: Key, name: string): Sample {
  return { key, name, fallback: undefined, valid: [['anything', 'anything']], invalid: [] };
}

function read(key: Key, environment: NodeJS.ProcessEnv): unknown {
  // Not the machines that this host may have.
  const hermetic = { PBOTVM_HOME: '/nonexistent', ...environment };
  return readSettings({ value: allSettings[key] }, key === 'home' ? environment : hermetic).value;
}

it('every setting has its samples here', () => {
  expect(samples.map(({ key }) => key).sort()).toEqual(Object.keys(allSettings).sort());
});

describe.each(samples)('$name', ({ key, name, fallback, valid, invalid }) => {
  it(`${name} is the variable of the setting ${key}`, () => {
    expect(allSettings[key].variable).toBe(name);
  });

  it(`${name} has its default if it is not set, and if it is empty`, () => {
    expect(read(key, {})).toEqual(fallback);
    expect(read(key, { [name]: '' })).toEqual(fallback);
  });

  it.each(valid)(`${name} may be "%s"`, (text, value) => {
    expect(read(key, { [name]: text })).toEqual(value);
  });

  if (invalid.length === 0) return;
  it.each(invalid)(`${name} may not be "%s", and the error begins with its name`, (text) => {
    const readIt = () => read(key, { [name]: text });
    expect(readIt).toThrow(ConfigError);
    expect(readIt).toThrow(new RegExp(`^${name} \\S.*\\.$`, 's'));
  });
});

describe('settings that are read together', () => {
  it('settings that are read together have all their errors in one message, one a line', () => {
    const { domain, timeoutMs, server } = allSettings;
    const readAll = () =>
      readSettings(
        { domain, timeoutMs, server },
        { PBOTVM_DOMAIN: '-', PBOTVM_TIMEOUT: '0', PBOTVM_SERVER: '9001' },
      );
    expect(readAll).toThrow(/^PBOTVM_DOMAIN .*\.\nPBOTVM_TIMEOUT .*\.$/);
  });

  it('a setting has one error at most', () => {
    const readIt = () => read('server', { PBOTVM_SERVER: 'port' });
    expect(readIt).toThrow(
      /^PBOTVM_SERVER can't be used: "port" is no port from 1 to 65535, host:port or unix:\/path\.$/,
    );
  });

  it('settings are described one a line, with variable, default and meaning in columns', () => {
    const lines = describeSettings(allSettings).split('\n');
    expect(lines).toHaveLength(samples.length);
    const rows = Object.values(allSettings);
    const columns = rows.map(({ description }, i) => lines[i]?.indexOf(description));
    expect(new Set(columns).size).toBe(1);
    for (const [i, { variable: name, defaultText }] of rows.entries()) {
      expect(lines[i]?.trimStart().split(/ {2,}/).slice(0, 2)).toEqual([name, defaultText]);
    }
  });

  it('a setting has the default that its description shows', () => {
    for (const { key, fallback } of samples) {
      const { variable: name, defaultText } = allSettings[key];
      if (fallback === undefined || /not set|by user|PBOTVM_SERVER/.test(defaultText)) continue;
      expect(read(key, { [name]: defaultText })).toEqual(fallback);
    }
  });
});
