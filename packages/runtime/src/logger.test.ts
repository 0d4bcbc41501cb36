import { expect, test } from 'vitest';
import { withLogFields } from './log-fields.ts';
import { createLogger } from './logger.ts';

test('secrets do not reach the log, at the depths at which requests carry them', () => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', service: 'test', destination: { write: (line) => void lines.push(line) } });
  logger.info(
    { secret: 'a1', key: { apiKey: 'b2' }, request: { headers: { authorization: 'c3', 'x-switchyard-context': 'd4' } } },
    'said',
  );
  expect(lines.join('')).not.toMatch(/a1|b2|c3|d4/);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', service: 'test', msg: 'said', secret: '[redacted]' });
});

test('lines tell which request they belong to, however deep below it they are written', async () => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', service: 'test', destination: { write: (line) => void lines.push(line) } });
  await withLogFields({ requestId: 'r1', tenantId: 't1' }, async () => {
    await new Promise((resolve) => setImmediate(resolve));
    logger.info('within');
  });
  logger.info('outside');
  const [within, outside] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(within).toMatchObject({ requestId: 'r1', tenantId: 't1', msg: 'within' });
  expect(outside).not.toHaveProperty('requestId');
});

test('of an error only what is known to be harmless is written, and of its causes likewise', () => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', service: 'test', destination: { write: (line) => void lines.push(line) } });
  const refused = Object.assign(new Error('terminated'), {
    code: '57P01',
    client: { connectionParameters: { password: 'hunter2' } },
    detail: 'Failing row contains (hunter2).',
  });
  const driver = new Error('terminated\n - detail: Failing row contains (hunter2).\n - hint: none', { cause: refused });
  logger.error({ err: new Error('no answer', { cause: driver }) }, 'broken');
  logger.error({ err: 'only a word' }, 'broken');
  expect(lines.join('')).not.toContain('hunter2');
  const [first, second] = lines.map((line) => JSON.parse(line) as { err: unknown });
  expect(first?.err).toMatchObject({
    type: 'Error',
    message: 'no answer',
    stack: expect.stringContaining('logger.test.ts'),
    cause: { cause: { message: 'terminated', code: '57P01' } },
  });
  expect(second?.err).toEqual({ type: 'string', message: 'only a word' });
});
