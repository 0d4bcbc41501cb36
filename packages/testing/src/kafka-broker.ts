import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';

/** Its virtual machine alone takes ten seconds of processor time, of which a busy computer may have little to give. */
const STARTED_WITHIN_MS = 180_000;
const KAFKA_HOME = path.join(import.meta.dirname, '../../../.cache/kafka-4.4.0');

/** Apache Kafka of a test's own, which may be killed and halted. */
export type KafkaBroker = {
  /** host:port */
  readonly address: string;
  /** kill -9, and a start with the same data; resolves when it takes connections again. */
  crash(): Promise<void>;
  /** Halts the process: connections stay open, and nothing is answered. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
};

/** Whether .ci/services.sh has brought the broker, and there is Java to run it. */
export function hasKafka(): boolean {
  return existsSync(path.join(KAFKA_HOME, 'complete'));
}

export async function startKafkaBroker(): Promise<KafkaBroker> {
  const directory = await mkdtemp(path.join(tmpdir(), 'switchyard-kafka-'));
  const [port, controllerPort] = [await freePort(), await freePort()];
  const properties = path.join(directory, 'kafka.properties');
  await writeFile(properties, propertiesOf(directory, port, controllerPort));
  const classes = path.join(KAFKA_HOME, 'lib/*');
  const format = [
    '-cp',
    classes,
    'kafka.tools.StorageTool',
    'format',
    '--standalone',
    '-t',
    'c3dpdGNoeWFyZC10ZXN0cw',
    '-c',
    properties,
  ];
  await promisify(execFile)('java', format);
  let broker = await launch(classes, properties, port);
  return {
    address: `127.0.0.1:${port}`,
    async crash() {
      await end(broker, 'SIGKILL');
      broker = await launch(classes, properties, port);
    },
    pause: () => void broker.kill('SIGSTOP'),
    resume: () => void broker.kill('SIGCONT'),
    async stop() {
      await end(broker, 'SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function propertiesOf(directory: string, port: number, controllerPort: number): string {
  return `process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers=127.0.0.1:${controllerPort}
log.dirs=${directory}/kafka
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
default.replication.factor=1
min.insync.replicas=1
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
`;
}

/** Starts it until it runs: while a broker was down, somebody else may have been given its port for a moment. */
async function launch(classes: string, properties: string, port: number): Promise<ChildProcess> {
  const start = () => spawn('java', ['-Xmx512m', '-cp', classes, 'kafka.Kafka', properties], { stdio: 'ignore' });
  let child = start();
  let ended = 0;
  for (const deadline = Date.now() + STARTED_WITHIN_MS; ; ) {
    const isRunning = child.exitCode === null && child.signalCode === null;
    if (isRunning && (await accepts(port))) return child;
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`Apache Kafka did not start within ${STARTED_WITHIN_MS / 1_000} s; it ended by itself ${ended} times`);
    }
    if (!isRunning) {
      ended += 1;
      child = start();
    }
    await new Promise((resolve) => setTimeout(resolve, isRunning ? 100 : 1_000));
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

async function accepts(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}
