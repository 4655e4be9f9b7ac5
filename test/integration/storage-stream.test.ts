import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate, openLocalStream } from '../../adapters/storage/index.ts';
import { type Intake, IntakeError, StoreError } from '../../engine/index.ts';
import { bytes, intakeContract, numbers, send, started, take, text } from '../contracts/intake.contract.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
}, 60_000);
afterAll(async () => {
  await server?.stop();
});

async function bench() {
  const url = await server.database();
  await migrate(url);
  const stream = openLocalStream({ url });
  const opened: Intake[] = [];
  return {
    url,
    outlet: stream.outlet,
    open: async () => {
      const intake = stream.intake();
      opened.push(intake);
      return intake;
    },
    remake: async () => {
      await server.run(
        `truncate milepost.inbox; update milepost.inbox_counter set last = 0, incarnation = gen_random_uuid()`,
        url,
      );
    },
    close: async () => {
      await Promise.all(opened.map((intake) => intake.stop()));
      await stream.close();
    },
  };
}

intakeContract('the inbox in PostgreSQL', bench);

describe('the inbox in PostgreSQL', () => {
  test('hears of what another process sends', async () => {
    const here = await bench();
    const other = openLocalStream({ url: here.url });
    const { intake } = await started(here);
    const waiting = intake.next(1, 10_000);
    await send(other, ['from afar']);
    expect((await waiting).map(text)).toEqual(['from afar']);
    await Promise.all([here.close(), other.close()]);
  });

  test('gives every message of many senders at once, exactly once and each in its order', async () => {
    const here = await bench();
    const others = [openLocalStream({ url: here.url }), openLocalStream({ url: here.url })];
    const { intake } = await started(here);
    const sending = [here, ...others].map(async (sender, index) => {
      const sends = numbers(1, 100).map((number) => send(sender, [`${index}:${number}`]));
      await Promise.all(sends);
    });
    const got = (await take(intake, 300)).map(text);
    await Promise.all(sending);
    for (const index of [0, 1, 2]) {
      expect(got.filter((one) => one.startsWith(`${index}:`))).toEqual(
        numbers(1, 100).map((n) => `${index}:${n}`),
      );
    }
    expect(await intake.last()).toBe(300);
    await Promise.all([here.close(), ...others.map((other) => other.close())]);
  });

  test('removes what was confirmed and keeps what was not', async () => {
    const here = await bench();
    const { intake } = await started(here);
    await send(here, numbers(1, 10));
    const got = await take(intake, 10);
    await intake.confirm(got[6]?.sequence ?? 0);
    await intake.next(1, 0);
    expect(await server.run('select sequence from milepost.inbox order by 1', here.url)).toEqual([
      { sequence: '8' },
      { sequence: '9' },
      { sequence: '10' },
    ]);
    await here.close();
  });

  test('an id that was sent twice leaves no gap before the end of the stream', async () => {
    const here = await bench();
    const { intake } = await started(here);
    const message = { subject: 'milepost.checkpoint.a.b', payload: bytes('x'), id: 'e-1' };
    await here.outlet.send([message, message]);
    await here.outlet.send([message]);
    expect(await intake.last()).toBe(1);
    await here.close();
  });

  test('says that it is lost, and that trying again can help, while the database is away', async () => {
    const nobody = openLocalStream({ url: 'postgres://milepost:x@127.0.0.1:9/postgres' });
    const lost = await nobody
      .intake()
      .start({ incarnation: '', sequence: 0 })
      .catch((error: unknown) => error);
    expect(lost).toBeInstanceOf(IntakeError);
    expect(lost).toMatchObject({ reason: 'lost', permanent: false });
    const refused = await send(nobody, ['x']).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreError);
    expect(refused).toMatchObject({ permanent: false });
    await nobody.close();
  });
});
