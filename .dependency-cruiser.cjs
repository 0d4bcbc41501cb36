// platform → workers → subgraphs → packages → packages/kernel, and platform → gateway → packages. See ARCHITECTURE.md.
const TESTS = '[.](test|int[.]test|e2e[.]test|contract|spec)[.]ts$|^packages/testing/|^bench/|(^|/)test-support/';
const ADAPTERS =
  '^packages/(event-log/src/(postgres|kafka)|pubsub/src/(memory|postgres|redis)|models/src/(local|openai|anthropic|simulator)|tools/src/(adapter|mcp-client)|database/src/(embedded|migrate|roles))';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A circle means that two files are one idea.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'kernel-imports-nothing',
      comment: 'Everyone stands on the kernel.',
      severity: 'error',
      from: { path: '^packages/kernel/', pathNot: TESTS },
      to: { path: '^(packages/(?!kernel)|subgraphs|workers|gateway|platform|schema)/' },
    },
    {
      name: 'packages-do-not-look-up',
      comment: 'A package serves the floors above and knows none of them.',
      severity: 'error',
      from: { path: '^packages/', pathNot: TESTS },
      to: { path: '^(subgraphs|workers|gateway|platform|schema)/' },
    },
    {
      name: 'subgraphs-do-not-look-up',
      comment: 'A subgraph is mounted; it does not know by whom.',
      severity: 'error',
      from: { path: '^subgraphs/', pathNot: TESTS },
      to: { path: '^(workers|gateway|platform|schema)/' },
    },
    {
      name: 'subgraphs-meet-in-the-graph',
      comment: 'They meet in events and in federated entities.',
      severity: 'error',
      from: { path: '^subgraphs/([^/]+)/', pathNot: TESTS },
      to: { path: '^subgraphs/', pathNot: '^subgraphs/$1/' },
    },
    {
      name: 'gateway-knows-names',
      comment: 'The gateway knows SDL and names, no subgraph.',
      severity: 'error',
      from: { path: '^gateway/', pathNot: TESTS },
      to: { path: '^(subgraphs|workers|platform)/' },
    },
    {
      name: 'workers-do-not-look-up',
      comment: 'A worker is started by the platform.',
      severity: 'error',
      from: { path: '^workers/', pathNot: TESTS },
      to: { path: '^(gateway|platform)/' },
    },
    {
      name: 'workers-do-not-meet',
      comment: 'Workers meet in events.',
      severity: 'error',
      from: { path: '^workers/([^/]+)/', pathNot: TESTS },
      to: { path: '^workers/', pathNot: '^workers/$1/' },
    },
    {
      name: 'front-door',
      comment: 'Workers and the platform enter a subgraph by its module.ts.',
      severity: 'error',
      from: { path: '^(workers|platform)/', pathNot: TESTS },
      to: { path: '^subgraphs/[^/]+/src/', pathNot: '/module[.]ts$' },
    },
    {
      name: 'adapters-are-picked-once',
      comment: 'Only the platform picks adapters; everyone else asks for the port.',
      severity: 'error',
      from: { pathNot: `^platform/|^scripts/|${TESTS}|${ADAPTERS}` },
      to: { path: ADAPTERS },
    },
    {
      name: 'domain-is-pure',
      comment: 'Domain imports the kernel and itself.',
      severity: 'error',
      from: { path: '^subgraphs/([^/]+)/src/domain/', pathNot: TESTS },
      to: { path: '^(packages/(?!kernel/|contracts/)|subgraphs/)|^node:', pathNot: '^subgraphs/$1/src/domain/' },
    },
    {
      name: 'store-knows-domain-only',
      comment: 'Store imports domain, never a command or a resolver.',
      severity: 'error',
      from: { path: '^subgraphs/([^/]+)/src/store/', pathNot: TESTS },
      to: { path: '^subgraphs/[^/]+/src/(commands|resolvers|consumers|module)' },
    },
    {
      name: 'commands-know-store-and-domain',
      comment: 'Commands do not know who calls them.',
      severity: 'error',
      from: { path: '^subgraphs/([^/]+)/src/commands/', pathNot: TESTS },
      to: { path: '^subgraphs/[^/]+/src/(resolvers|consumers|module)' },
    },
    {
      name: 'module-is-on-top',
      comment: 'module.ts imports everything of its subgraph and is imported by none of it.',
      severity: 'error',
      from: { path: '^subgraphs/', pathNot: TESTS },
      to: { path: '^subgraphs/[^/]+/src/module[.]ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules|generated|migrations)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
