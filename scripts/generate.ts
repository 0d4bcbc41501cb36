import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { generate } from '@graphql-codegen/cli';
import { jsonSchemaFiles } from '@switchyard/contracts/json-schemas';
import { readSdl } from '@switchyard/runtime/sdl';
import { composeSupergraph } from '@switchyard/schema/compose';
import { environmentExample } from '../platform/src/config.ts';

/** `npm run generate` writes all that is generated and committed; `--check` fails with the list of what is stale, and changes nothing. */
type GeneratedFile = { readonly path: string; readonly content: string };
type Generator = () => GeneratedFile[] | Promise<GeneratedFile[]>;

const ROOT = join(import.meta.dirname, '..');

/** The subgraphs that have an SDL, by name. */
function subgraphNames(): string[] {
  const folders = readdirSync(join(ROOT, 'subgraphs'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders
    .map((folder) => folder.name)
    .filter((name) => existsSync(join(ROOT, 'subgraphs', name, 'schema.graphql')))
    .sort();
}

async function resolverTypes(): Promise<GeneratedFile[]> {
  if (subgraphNames().length === 0) return [];
  const { default: config } = await import('../codegen.ts');
  const files = (await generate({ ...config, silent: true }, false)) as { filename: string; content: string }[];
  return files.map(({ filename, content }) => ({ path: relative(ROOT, join(ROOT, filename)), content }));
}

/** The supergraph, the graph as clients see it, and the typed client of the published operations. */
async function supergraph(): Promise<GeneratedFile[]> {
  const subgraphs = subgraphNames().map((name) => ({
    name,
    sdl: readSdl(pathToFileURL(join(ROOT, 'subgraphs', name, '/'))),
  }));
  if (subgraphs.length === 0) return [];
  const { supergraphSdl, apiSdl } = composeSupergraph(subgraphs);
  return [
    { path: 'schema/supergraph.graphql', content: supergraphSdl },
    { path: 'schema/api.graphql', content: apiSdl },
    { path: 'schema/src/generated/graphql.ts', content: await typedClient(apiSdl) },
  ];
}

async function typedClient(apiSdl: string): Promise<string> {
  const files = (await generate(
    {
      silent: true,
      emitLegacyCommonJSImports: false,
      schema: apiSdl,
      documents: join(ROOT, 'schema/operations/**/*.graphql'),
      generates: {
        'generated/': {
          preset: 'client',
          presetConfig: { fragmentMasking: false },
          config: {
            documentMode: 'string',
            enumsAsTypes: true,
            useTypeImports: true,
            scalars: { Decimal: 'string', DateTime: 'string', JSON: 'unknown' },
          },
        },
      },
    },
    false,
  )) as { filename: string; content: string }[];
  // The preset's other files look documents up by their text; importing them by name does without.
  const client = files.find((file) => file.filename.endsWith('/graphql.ts'));
  if (client === undefined) throw new Error('The client preset made no graphql.ts.');
  return client.content;
}

const GENERATORS: readonly Generator[] = [
  resolverTypes,
  supergraph,
  () => [{ path: '.env.example', content: environmentExample() }],
  jsonSchemaFiles,
];

function isStale(file: GeneratedFile): boolean {
  const path = join(ROOT, file.path);
  return !existsSync(path) || readFileSync(path, 'utf8') !== file.content;
}

const stale: GeneratedFile[] = [];
for (const generator of GENERATORS) stale.push(...(await generator()).filter(isStale));

if (process.argv.includes('--check')) {
  for (const { path } of stale) console.error(`stale: ${path}`);
  console.log(stale.length === 0 ? 'generated files are fresh' : 'Run `npm run generate` and commit what it changes.');
  if (stale.length > 0) process.exitCode = 1;
} else {
  for (const { path, content } of stale) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), content);
    console.log(`wrote ${path}`);
  }
}
