import { buildSchema, type FragmentDefinitionNode, Kind, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { assertAffordable, costOf, DEFAULT_LIMITS, type OperationCost } from './limits.ts';

const SCHEMA = buildSchema(`
  type Query { node(id: ID): Node nodes(first: Int = 20): Connection! }
  type Node { id: ID! next: Node nodes(first: Int = 20, after: ID): Connection! }
  type Connection { edges: [Edge!]! }
  type Edge { node: Node! }
`);

function measure(source: string, variables: Record<string, unknown> = {}): OperationCost {
  const { definitions } = parse(source);
  const operation = definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operation === undefined) throw new Error('no operation');
  const fragments: Record<string, FragmentDefinitionNode> = {};
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }
  return costOf({ schema: SCHEMA, operation, fragments, variables });
}

describe('what an operation costs', () => {
  test('depth counts fields within fields, through fragments', () => {
    expect(measure('{ node { next { id } } }').depth).toBe(3);
    expect(measure('{ node { ...A ... on Node { id } } } fragment A on Node { next { next { id } } }').depth).toBe(4);
  });

  test('a list multiplies what is in it by how many it may show: written out, from a variable, or by default', () => {
    const inList = 'edges { node { id } }';
    expect(measure(`{ nodes(first: 10) { ${inList} } }`).complexity).toBe(1 + 10 * 2);
    expect(measure(`query ($n: Int) { nodes(first: $n) { ${inList} } }`, { n: 50 }).complexity).toBe(1 + 50 * 2);
    expect(measure(`{ nodes { ${inList} } }`).complexity).toBe(1 + 20 * 2);
    const nested = measure(`{ nodes(first: 100) { edges { node { nodes(first: 100) { ${inList} } } } } }`);
    expect(nested.complexity).toBe(1 + 100 * (2 + 1 + 100 * 2));
  });

  test('aliases are counted wherever their fragment is spread', () => {
    expect(measure('{ a: node { ...F } b: node { ...F } } fragment F on Node { x: id y: id }').aliases).toBe(6);
  });

  test('introspection costs next to nothing', () => {
    expect(measure('{ __schema { types { fields { type { ofType { ofType { name } } } } } } }')).toMatchObject({
      depth: 0,
      complexity: 0,
    });
  });

  test('fragments that spread each other twice, thirty times over, are measured at once', () => {
    const fragments = Array.from({ length: 30 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`).join(' ');
    expect(measure(`{ ...F0 } ${fragments} fragment F30 on Query { node { id } }`).fields).toBe(2 ** 31);
  });
});

test.each([
  ['depth', { depth: DEFAULT_LIMITS.maxDepth + 1 }],
  ['aliases', { aliases: DEFAULT_LIMITS.maxAliases + 1 }],
  ['fields', { fields: DEFAULT_LIMITS.maxFields + 1 }],
  ['complexity', { complexity: DEFAULT_LIMITS.maxComplexity + 1 }],
])('more than the limit of %s is refused, with the limit and what was asked', (limit, over) => {
  const cost = { depth: 1, aliases: 0, fields: 1, complexity: 1, ...over };
  const actual = Object.values(over)[0];
  expect(() => assertAffordable(cost, DEFAULT_LIMITS)).toThrow(
    expect.objectContaining({ code: 'OPERATION_TOO_COSTLY', details: { limit, max: Number(actual) - 1, actual } }),
  );
});

test('what is at its limits is allowed', () => {
  const { maxDepth: depth, maxAliases: aliases, maxFields: fields, maxComplexity: complexity } = DEFAULT_LIMITS;
  expect(() => assertAffordable({ depth, aliases, fields, complexity }, DEFAULT_LIMITS)).not.toThrow();
});
