import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const NOT_OURS = new Set(['node_modules', 'generated', '.git', '.data', '.cache', '.nx', 'coverage']);
/** Made by a program, or a text of others. */
const NOT_WRITTEN = new Set(['package-lock.json', 'schema/api.graphql', 'schema/supergraph.graphql', 'LICENSE']);
const MOST_LINES = 400;

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [relative(ROOT, path)];
  });
}

it(`no file that somebody wrote has more than ${MOST_LINES} lines: it would be two ideas`, () => {
  const written = filesBelow(ROOT).filter(
    (file) => /[.](ts|cjs|graphql|md|css|html|sh|ya?ml)$/.test(file) && !NOT_WRITTEN.has(file),
  );
  expect(written.length).toBeGreaterThan(300);
  const linesOf = (file: string) => readFileSync(join(ROOT, file), 'utf8').split('\n').length - 1;
  expect(written.map((file) => [file, linesOf(file)] as const).filter(([, lines]) => lines > MOST_LINES)).toEqual([]);
});
