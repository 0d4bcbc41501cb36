import { readdirSync, readFileSync } from 'node:fs';

/** The SDL of the subgraph in this folder: all of its `.graphql` files, in the order of their names. */
export function readSdl(folder: URL): string {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.graphql'))
    .sort();
  return files.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n');
}
