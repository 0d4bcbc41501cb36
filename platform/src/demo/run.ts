import type { Logger } from 'pino';
import type { Closers } from '../closers.ts';
import { showConversation } from './conversation.ts';
import { type DemoShop, startDemoShop } from './shop.ts';
import { prepareDemo } from './tenant.ts';

export async function startDemoShopFor(closers: Closers): Promise<DemoShop> {
  const shop = await startDemoShop();
  closers.add('the demo shop', () => shop.close());
  return shop;
}

/** Makes the demo ready, and on the first start shows its conversation. The platform runs whether or not it succeeds. */
export async function runDemo(options: {
  url: string;
  operatorKey: string;
  dataDir: string;
  shop: DemoShop;
  signal: AbortSignal;
  logger: Logger;
}): Promise<void> {
  try {
    const { client, isNew } = await prepareDemo(options);
    if (isNew) {
      console.log('\nThe demo: a tenant "Demo shop" was made, and its assistant answers three messages through the public API.');
      await showConversation(client, (text) => process.stdout.write(text));
      console.log('\nAgain at any time: npm run demo');
    }
    await client.close();
  } catch (error) {
    if (options.signal.aborted) return;
    options.logger.warn({ err: error }, 'the demo could not be shown');
    console.log(`The demo could not be shown (${(error as Error).message}); the platform runs all the same.`);
  }
}
