import { spawnSync } from 'node:child_process';
import type { ICruiseResult } from 'dependency-cruiser';

/** The import rules of ARCHITECTURE.md. Zero modules is a failure too: it means that nothing was looked at. */
const FOLDERS = ['packages', 'subgraphs', 'workers', 'gateway', 'schema', 'platform'];

const cruised = spawnSync('depcruise', [...FOLDERS, '--config', '.dependency-cruiser.cjs', '--output-type', 'json'], {
  encoding: 'utf8',
  maxBuffer: 1 << 28,
});
const { summary, modules } = JSON.parse(cruised.stdout) as ICruiseResult;
for (const violation of summary.violations) {
  const circle = violation.cycle === undefined ? '' : ` (${violation.cycle.map((step) => step.name).join(' → ')})`;
  console.error(`${violation.rule.name}: ${violation.from} → ${violation.to}${circle}`);
}
const intoPackages = modules
  .flatMap((module) => module.dependencies)
  .filter((dependency) => dependency.resolved.startsWith('packages/')).length;
console.log(`${modules.length} modules, ${intoPackages} imports of packages, ${summary.violations.length} violations`);
if (summary.violations.length > 0 || modules.length === 0 || intoPackages === 0) process.exitCode = 1;
