import { createMemoryPubSub } from './memory.ts';
import { pubSubContract } from './pubsub.contract.ts';

pubSubContract('memory', async () => {
  const pubsub = createMemoryPubSub();
  return { open: async () => pubsub, cut: null, close: () => pubsub.close() };
});
