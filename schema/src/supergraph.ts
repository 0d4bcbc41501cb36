import { readFileSync } from 'node:fs';

/** The committed supergraph, which `npm run generate` composes from the subgraphs' SDL. */
export function readSupergraph(): string {
  return readFileSync(new URL('../supergraph.graphql', import.meta.url), 'utf8');
}
