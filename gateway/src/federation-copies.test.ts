import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** Every folder in which Node may find packages: the root's, each workspace's, and those within installed packages. */
function packageFolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  const packages = names.flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(folder, name)).map((inner) => `${name}/${inner}`) : [name],
  );
  return packages.map((name) => join(folder, name)).flatMap((path) => [path, ...packageFolders(join(path, 'node_modules'))]);
}

function installed(): string[] {
  const workspaces = ['packages', 'subgraphs', 'workers'].flatMap((group) =>
    readdirSync(join(ROOT, group)).map((name) => join(ROOT, group, name)),
  );
  const roots = [ROOT, join(ROOT, 'gateway'), join(ROOT, 'schema'), join(ROOT, 'platform'), ...workspaces];
  return roots.flatMap((root) => packageFolders(join(root, 'node_modules')));
}

test.each([
  'graphql',
  '@apollo/gateway',
  '@apollo/composition',
  '@apollo/query-planner',
  '@apollo/query-graphs',
  '@apollo/federation-internals',
  '@apollo/subgraph',
])('there is exactly one copy of %s: two would refuse each other’s schemas', (name) => {
  const copies = installed().filter((path) => path.endsWith(`/node_modules/${name}`));
  const named = copies.filter((path) => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')).name === name);
  expect(named).toEqual([join(ROOT, 'node_modules', name)]);
});
