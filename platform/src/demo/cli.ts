import { readConfig } from '../config.ts';
import { showConversation } from './conversation.ts';
import { createGraphClient } from './graph-client.ts';
import { demoFileIn, readDemoFile } from './tenant.ts';

/** `npm run demo`: replays the demo's conversation against the platform that runs on this machine. */
const config = readConfig(process.env);
const demo = await readDemoFile(config.DATA_DIR);
if (demo === null) {
  console.error(`There is no demo tenant yet (${demoFileIn(config.DATA_DIR)}): run npm start once with DEMO=on, then try again.`);
  process.exit(1);
}
const client = createGraphClient(demo.url, demo.apiKey);
try {
  await showConversation(client, (text) => process.stdout.write(text));
} catch (error) {
  const unreachable = error instanceof TypeError;
  console.error(
    unreachable
      ? `The platform does not answer at ${demo.url}: start it with npm start.`
      : `The demo failed: ${(error as Error).message}`,
  );
  process.exitCode = 1;
} finally {
  await client.close();
}
