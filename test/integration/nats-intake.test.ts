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

intakeContract('NATS JetStream', async () => {
  const nc = await server.connect();
  const jsm = await nc.jetstreamManager();
  await jsm.streams.delete(STREAM_NAME).catch(() => false);
  await ensureStream(jsm);
  const opened: Intake[] = [];
  return {
    outlet: natsOutlet({ nc }),
    open: async () => {
      const intake = natsIntake({ nc, partition: 'main', heartbeat: 200 });
      opened.push(intake);
      return intake;
    },
    remake: async () => {
      await jsm.streams.delete(STREAM_NAME);
      await ensureStream(jsm);
    },
    close: async () => {
      await Promise.all(opened.map((intake) => intake.stop()));
      await nc.close();
    },
  };
});
