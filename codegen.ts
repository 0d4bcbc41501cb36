import { existsSync, readFileSync } from 'node:fs';
import type { CodegenConfig } from '@graphql-codegen/cli';

const SUBGRAPHS = ['sessions', 'router', 'analytics', 'billing'];
const ROOT = new URL('.', import.meta.url);

/** What a resolver gets as its parent: `export type SessionMapper` in src/mappers.ts stands behind the graph's `Session`. */
function mappersOf(subgraph: string): Record<string, string> {
  const file = new URL(`subgraphs/${subgraph}/src/mappers.ts`, ROOT);
  if (!existsSync(file)) return {};
  const exported = readFileSync(file, 'utf8').matchAll(/^export (?:type|interface) (?:\{ )?(\w+)Mapper\b/gm);
  return Object.fromEntries([...exported].map(([, type = '']) => [type, `../mappers.ts#${type}Mapper`]));
}

/** SUBGRAPH=name makes the types of that one only. */
const wanted = SUBGRAPHS.filter(
  (name) =>
    (process.env.SUBGRAPH === undefined || process.env.SUBGRAPH === name) &&
    existsSync(new URL(`subgraphs/${name}/schema.graphql`, ROOT)),
);

/** Resolver types per subgraph, and the typed client of the published operations. Output is committed, and checked fresh. */
const config: CodegenConfig = {
  emitLegacyCommonJSImports: false,
  importExtension: '.ts',
  generates: Object.fromEntries(
    wanted.map((name) => [
      `subgraphs/${name}/src/generated/resolvers.ts`,
      {
        schema: `subgraphs/${name}/*.graphql`,
        plugins: ['typescript', 'typescript-resolvers'],
        config: {
          federation: true,
          useTypeImports: true,
          enumsAsTypes: true,
          contextType: '../context.ts#Context',
          mappers: mappersOf(name),
          scalars: { Decimal: 'string', DateTime: 'string', JSON: 'unknown' },
        },
      },
    ]),
  ),
};
export default config;
