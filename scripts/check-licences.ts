import { createRequire } from 'node:module';
import { promisify } from 'node:util';

/**
 * Every dependency's licence must be one that lets Switchyard be hosted and passed on. Apollo's federation packages are
 * Elastic License 2.0 (see docs/adr/0006-elastic-licence.md): allowed by name, so that a second one cannot slip in.
 */
const ALLOWED = [
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'CC-BY-3.0',
  'CC-BY-4.0',
  'Unlicense',
  'Python-2.0',
  'Zlib',
  'PostgreSQL',
  'WTFPL',
  'MPL-2.0',
  'BSL-1.0',
  'PSF-2.0',
];
const ELASTIC = /^@apollo\/(gateway|subgraph|composition|federation-internals|query-planner|query-graphs)@/;

type Found = Record<string, { readonly licenses?: string | readonly string[] }>;
type Checker = { init(options: object, done: (error: Error | null, found: Found) => void): void };
const checker = createRequire(import.meta.url)('license-checker-rseidelsohn') as Checker;
const found = await promisify(checker.init)({ start: process.cwd(), excludePrivatePackages: true });

/** "(MIT OR GPL-3.0)" may be taken as MIT; "(A AND B)" needs both. */
function isAllowed(expression: string): boolean {
  const plain = expression.replace(/[()*]/g, '');
  if (plain.includes(' OR ')) return plain.split(' OR ').some(isAllowed);
  if (plain.includes(' AND ')) return plain.split(' AND ').every(isAllowed);
  return ALLOWED.includes(plain.trim());
}

const refused = Object.entries(found).filter(([name, { licenses = 'none' }]) => {
  const named = Array.isArray(licenses) ? licenses.join(' OR ') : String(licenses);
  return !(ELASTIC.test(name) || isAllowed(named));
});
for (const [name, { licenses }] of refused)
  console.error(`${name}: ${String(licenses)} is not on the list of licences in scripts/check-licences.ts`);
console.log(`${Object.keys(found).length} packages, ${refused.length} with a licence that is not allowed`);
if (refused.length > 0 || Object.keys(found).length === 0) process.exitCode = 1;
