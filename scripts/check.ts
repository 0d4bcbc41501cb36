import { spawnSync } from 'node:child_process';

/** `npm run check`: every step runs, so that one look shows all that is wrong; the last line says what failed. */
const STEPS: readonly (readonly [string, readonly string[]])[] = [
  ['format and lint', ['biome', 'check', '.']],
  ['types', ['node', 'node_modules/typescript-native/bin/tsc', '--noEmit']],
  ['boundaries', ['node', 'scripts/check-boundaries.ts']],
  ['dead code', ['knip']],
  ['licences', ['node', 'scripts/check-licences.ts']],
  ['generated files are fresh', ['node', 'scripts/generate.ts', '--check']],
  ['unit tests', ['vitest', 'run', '--project', 'unit']],
];

const failed: string[] = [];
for (const [name, [command = '', ...rest]] of STEPS) {
  console.log(`\n── ${name}`);
  const { status } = spawnSync(command, rest, { stdio: 'inherit' });
  if (status !== 0) failed.push(name);
}
console.log(failed.length === 0 ? '\ncheck: all clean' : `\ncheck: failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
