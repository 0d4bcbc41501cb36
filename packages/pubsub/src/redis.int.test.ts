import { Redis } from 'ioredis';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { pubSubContract } from './pubsub.contract.ts';
import { openRedisPubSub } from './redis.ts';

const url = process.env.REDIS_URL;
const logger = pino({ level: 'silent' });

if (url === undefined) {
  describe('hints over Redis', () => {
    it.skipIf(process.env.CI !== 'true')('need REDIS_URL, which CI must set', () => {
      expect(process.env.REDIS_URL).toBeDefined();
    });
  });
} else {
  pubSubContract('Redis', async () => {
    const admin = new Redis(url);
    return {
      open: () => openRedisPubSub({ url, logger }),
      cut: async () => {
        await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
        await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      },
      close: async () => admin.disconnect(),
    };
  });
}

describe('opening Redis', () => {
  it('says where it was looked for, without the password', async () => {
    const opening = openRedisPubSub({ url: 'redis://user:secret@127.0.0.1:1/0', logger });
    await expect(opening).rejects.toThrow('Redis cannot be reached at redis://user@127.0.0.1:1/0.');
  });
});
