// Who may import whom: the table of ARCHITECTURE.md as rules. Paths are regular expressions.

/** What belongs to us, in place of what npm or Node.js brings. */
const ours = '^(services|guest|deploy|test)/';

/** A folder, and all of ours that its files may import, itself included. */
const mayImport = (folder, allowed) => ({
  name: `${folder.replaceAll('/', '-')}-imports`,
  severity: 'error',
  comment: `${folder} imports nothing of ours but ${allowed.join(', ')}.`,
  from: { path: `^${folder}/` },
  to: { path: ours, pathNot: allowed.map((path) => `^${path}(/|$)`) },
});

/** The rooms of services/lib, lowest first: none imports one above it. */
const libLayers = [
  ['config', 'process'],
  ['config', 'process', 'telemetry'],
  ['config', 'process', 'telemetry', 'rpc'],
  ['config', 'process', 'telemetry', 'rpc', 'access'],
  ['config', 'process', 'telemetry', 'rpc', 'ops'],
].flatMap((rooms, layer) => {
  const allowed = ['services/gen', ...rooms.map((room) => `services/lib/${room}`)];
  const own = layer === 0 ? rooms : rooms.slice(-1);
  return own.map((room) => mayImport(`services/lib/${room}`, allowed));
});

/** Decisions alone; eslint.config.js keeps the clock out of the same files. */
const pureLogic = [
  '^services/executor/admission/',
  '^services/executor/execution/(execution|result)\\.ts$',
  '^services/executor/machine/session-state\\.ts$',
  '^services/watchdog/((heartbeat|machine-state)\\.ts$|policy/)',
  '^services/snapshot/(revert|keyed-mutex|snapshots|domain)\\.ts$',
  '^services/lib/access/quota\\.ts$',
  '^services/pbot/',
];

/** Files that somebody starts, or that a tool reads: nobody imports them. */
const entries = [
  '/main\\.ts$',
  '^services/cli/(pbot-vm|vm-exec|vm-client|vm-server)\\.ts$',
  '^deploy/build/(bundle|c-header-names|descriptors|document-tables|write-compiled)\\.ts$',
  '^test/.*\\.test\\.ts$',
  '^test/system/machine-setup\\.ts$',
  '^vitest\\.config\\.ts$',
  '^test/eslint-rules\\.js$',
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'services-apart',
      severity: 'error',
      comment: 'The services meet in their contracts, never in code.',
      from: { path: '^services/(executor|watchdog|snapshot)/' },
      to: { path: '^services/(executor|watchdog|snapshot)/', pathNot: '^services/$1/' },
    },
    mayImport('services/gen', ['services/gen']),
    mayImport('guest/protocol', ['guest/protocol']),
    mayImport('services/lib', ['services/gen', 'services/lib']),
    ...libLayers,
    mayImport('services/pbot', ['services/lib', 'services/pbot', 'guest/languages']),
    mayImport('services/executor', [
      'services/gen',
      'services/lib',
      'guest/protocol',
      'services/pbot',
      'services/executor',
      'guest/languages/(catalogue|all)\\.ts',
    ]),
    mayImport('services/watchdog', [
      'services/gen',
      'services/lib',
      'guest/protocol/proof\\.ts',
      'services/watchdog',
    ]),
    mayImport('services/snapshot', ['services/gen', 'services/lib', 'services/snapshot']),
    mayImport('services/cli', [
      'services/gen',
      'services/lib',
      'guest/protocol',
      'services/pbot',
      'services/cli',
      'services/executor',
      'services/(watchdog|snapshot)/config\\.ts',
      'deploy',
    ]),
    {
      name: 'services-cli-imports-of-executor',
      severity: 'error',
      comment:
        'Clients reach the Executor by gRPC. vm-exec-directly.ts, for a machine without services, is one in this process; settings.ts lists its settings.',
      from: { path: '^services/cli/', pathNot: '^services/cli/(vm-exec-directly|settings)\\.ts$' },
      to: { path: '^services/executor/' },
    },
    mayImport('guest/languages', ['guest/languages']),
    mayImport('guest/own-languages', ['guest/own-languages', 'guest/languages']),
    mayImport('guest/server', [
      'guest/server',
      'guest/languages',
      'guest/protocol',
      'services/gen/pbot/vm/guest',
    ]),
    {
      name: 'guest-carries-protobuf-alone',
      severity: 'error',
      comment: 'The guest server is one small file with nothing but protobuf inside.',
      from: { path: '^guest/(server|languages|protocol)/' },
      to: { dependencyTypes: ['npm', 'npm-dev'], pathNot: '^node_modules/@bufbuild/protobuf/' },
    },
    mayImport('deploy', [
      'deploy',
      'services/gen',
      'services/lib',
      'services/cli/settings\\.ts',
      'services/watchdog/machine-state\\.ts',
      'services/(executor|watchdog|snapshot)/metrics\\.ts',
      'guest/protocol/(paths|terminal)\\.ts',
      'services/snapshot/(virsh-output|hypervisor|libvirt-xml)\\.ts',
      'guest/languages',
      'guest/own-languages',
    ]),
    {
      name: 'deploy-imports-of-snapshot',
      severity: 'error',
      comment:
        "What looks at machines reads virsh's output and errors as the Snapshot service does; nobody else needs to.",
      from: {
        path: '^deploy/',
        pathNot:
          '^deploy/(build/tables/metrics\\.ts|host/(doctor/|libvirt/(virsh|domain-devices|identity)\\.ts|machine\\.ts))',
      },
      to: { path: '^services/snapshot/' },
    },
    {
      name: 'pure-logic',
      severity: 'error',
      comment:
        'Decisions are made without gRPC, generated code and spans; server.ts and traces translate.',
      from: { path: pureLogic },
      to: {
        path: ['^services/gen/', '(^|/)node_modules/@(grpc|bufbuild|opentelemetry)/'],
      },
    },
    {
      name: 'programs-are-started-in-few-places',
      severity: 'error',
      comment:
        "Programs of the host are started by virsh.ts, virsh-session.ts, vm-server and deploy, and for PBot's users where the operator names one, and for reports to systemd; by nobody else.",
      from: {
        path: '^(services|guest)/',
        pathNot: [
          '^services/snapshot/virsh(-session)?\\.ts$',
          '^services/cli/',
          '^services/executor/api/(paste|default-input)\\.ts$',
          '^services/lib/process/service-manager\\.ts$',
        ],
      },
      to: { path: '(^|/)node_modules/execa/' },
    },
    {
      name: 'telemetry-is-loaded-when-asked-for',
      severity: 'error',
      comment:
        'Without traces and metrics only the API of OpenTelemetry is there, which does nothing.',
      from: {
        path: '^(services|guest|deploy)/',
        pathNot: '^services/lib/telemetry/(telemetry|metrics)-sdk\\.ts$',
      },
      to: { path: '(^|/)node_modules/@opentelemetry/', pathNot: '/@opentelemetry/api/' },
    },
    {
      name: 'telemetry-sdk-is-imported-dynamically',
      severity: 'error',
      comment: 'Else it would be loaded by all who never send a trace or a metric.',
      from: { path: '^services/' },
      to: {
        path: '^services/lib/telemetry/(telemetry|metrics)-sdk\\.ts$',
        dependencyTypesNot: ['dynamic-import'],
      },
    },
    {
      name: 'entries-are-not-imported',
      severity: 'error',
      comment: 'An entry file puts things together and starts them: to import it is to start it.',
      from: {},
      to: { path: entries },
    },
    {
      name: 'product-without-tests',
      severity: 'error',
      comment: 'What runs does not import what tests it.',
      from: { path: '^(services|guest|deploy)/' },
      to: { path: '^test/' },
    },
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'Two files that need each other are one file, or three.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'Nobody imports it and nobody starts it.',
      from: { orphan: true, pathNot: entries },
      to: {},
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'An import that leads nowhere is followed by no rule.',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    // Imports of types count too: they are gone when the program runs, not when somebody reads it.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types', 'typings'],
    },
  },
};
