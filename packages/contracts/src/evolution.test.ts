import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { breaksOf } from './evolution.ts';
import { type JsonSchema, jsonSchemaFiles } from './json-schemas.ts';
import { ALL_EVENT_TYPES, schemaVersionOf } from './schema-versions.ts';
import { UP_CASTERS } from './upcast.ts';

const ROOT = path.join(import.meta.dirname, '../../..');
const FOLDER = 'packages/contracts/schemas';
const git = (...parameters: string[]) => execFileSync('git', parameters, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 });

/** Every content that the file ever had in a commit that led to this one. */
function committedVersionsOf(file: string): { commit: string; schema: JsonSchema }[] {
  const commits = git('log', '--format=%H', '--diff-filter=AM', '--', file).split('\n').filter(Boolean);
  return commits.map((commit) => ({ commit, schema: JSON.parse(git('show', `${commit}:${file}`)) as JsonSchema }));
}

describe('the schemas of events', () => {
  it.runIf(existsSync(path.join(ROOT, '.git')))('only add to what was ever committed of the same version', () => {
    const breaks = jsonSchemaFiles().flatMap(({ path: file, content }) =>
      committedVersionsOf(file).flatMap(({ commit, schema }) =>
        breaksOf(schema, JSON.parse(content) as JsonSchema).map((what) => `${file} since ${commit.slice(0, 8)}: ${what}`),
      ),
    );
    // To change more than that, raise the type's version in schema-versions.ts and add an up-caster from the old one.
    expect(breaks).toEqual([]);
  });

  it('of versions that are no longer written stay, and have a way up to the one of today', () => {
    const files = readdirSync(path.join(ROOT, FOLDER));
    for (const type of ALL_EVENT_TYPES) {
      for (let version = 1; version < schemaVersionOf(type); version += 1) {
        expect(files).toContain(`${type}.v${version}.json`);
        expect(UP_CASTERS[type]?.[version]).toBeTypeOf('function');
      }
    }
  });

  it('are as the files say', () => {
    for (const { path: file, content } of jsonSchemaFiles()) expect(readFileSync(path.join(ROOT, file), 'utf8')).toBe(content);
  });
});

describe('a change of a schema', () => {
  const shape = {
    id: z.uuid(),
    status: z.enum(['OPEN', 'CLOSED']),
    amount: z.number().min(0).max(10),
    note: z.string().nullable(),
    tags: z.array(z.string()),
    part: z.looseObject({ n: z.number().int() }),
  };
  const { note: _, ...withoutNote } = shape;
  const schema = (fields: z.core.$ZodLooseShape) => z.toJSONSchema(z.looseObject(fields), { io: 'input' }) as JsonSchema;
  const change = (fields: z.core.$ZodLooseShape) => breaksOf(schema(shape), schema({ ...shape, ...fields }));

  it.each<[string, z.core.$ZodLooseShape]>([
    ['nothing', {}],
    ['a new optional field', { more: z.string().optional() }],
    ['another member of an enum', { status: z.enum(['OPEN', 'CLOSED', 'LOST']) }],
    ['a wider range', { amount: z.number().min(-1) }],
    ['null where there was none', { id: z.uuid().nullable() }],
    ['any number for an integer', { part: z.looseObject({ n: z.number() }) }],
  ])('may be %s', (_name, fields) => {
    expect(change(fields)).toEqual([]);
  });

  it.each<[string, z.core.$ZodLooseShape, string]>([
    ['a new required field', { more: z.string() }, 'data.more: newly required'],
    ['another type', { amount: z.string() }, 'data.amount: was number, is string'],
    ['a member less', { status: z.enum(['OPEN']) }, 'data.status: CLOSED no longer allowed'],
    ['a narrower range', { amount: z.number().min(0).max(9) }, 'data.amount: a tighter maximum'],
    ['no null any more', { note: z.string() }, 'data.note: was string or null, is string'],
    ['a format', { tags: z.array(z.uuid()) }, 'data.tags[]: another format'],
    ['a field that may be missing now', { id: z.uuid().optional() }, 'data.id: may be missing now'],
    ['a field of an inner object removed', { part: z.looseObject({}) }, 'data.part.n: removed'],
    [
      'an inner object that refuses what it does not know',
      { part: z.strictObject({ n: z.number().int() }) },
      'data.part: unknown fields are refused',
    ],
  ])('must not be %s', (_name, fields, what) => {
    expect(change(fields)).toContain(what);
  });

  it('must not remove or rename a field', () => {
    expect(breaksOf(schema(shape), schema({ ...withoutNote, remark: z.string().nullable().optional() }))).toEqual([
      'data.note: removed',
    ]);
  });
});
