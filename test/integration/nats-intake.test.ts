import { afterAll, beforeAll } from 'vitest';
import { ensureStream, natsIntake, natsOutlet, STREAM_NAME } from '../../adapters/nats/index.ts';
import type { Intake } from '../../engine/index.ts';
import { intakeContract } from '../contracts/intake.contract.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';

let server: TestNats;
beforeAll(async () => {
  server = await startTestNats();
}, 180_000);
afterAll(async () => {
  await server?.stop();
});

/** `sorted`: the outlet puts messages into partitions; else they arrive as from a server that does not sort. */
function contract(
  name: string,
  share: { readonly partition: string; readonly partitions: number; readonly sorted: boolean },
): void {
  const stream = { partitions: share.partitions };
  intakeContract(name, async () => {
    const nc = await server.connect();
    const jsm = await nc.jetstreamManager();
    await jsm.streams.delete(STREAM_NAME).catch(() => false);
    await ensureStream(jsm, stream);
    const opened: Intake[] = [];
    return {
      outlet: natsOutlet({ nc, partitions: share.sorted ? share.partitions : 1 }),
      open: async () => {
        const intake = natsIntake({ nc, partition: share.partition, stream, heartbeat: 200 });
        opened.push(intake);
        return intake;
      },
      remake: async () => {
        await jsm.streams.delete(STREAM_NAME);
        await ensureStream(jsm, stream);
      },
      close: async () => {
        await Promise.all(opened.map((intake) => intake.stop()));
        await nc.close();
      },
    };
  });
}

contract('NATS JetStream', { partition: 'main', partitions: 1, sorted: false });
contract('The first of several partitions, with what came unsorted,', {
  partition: '0',
  partitions: 4,
  sorted: false,
});
