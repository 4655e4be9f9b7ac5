import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Intake, IntakeError, type Message, type Outlet } from '../../engine/index.ts';

/** One stream with an outlet into it and readers of one partition of it. */
export interface IntakeBench {
  readonly outlet: Outlet;
  /** another reader of the same partition, not started; those opened are stopped by `close` */
  open(): Promise<Intake>;
  /** the stream is lost, and a new, empty one takes its place */
  remake(): Promise<void>;
  close(): Promise<void>;
}

const NEW = { incarnation: '', sequence: 0 };
const SOON = 10_000;

/** What every pair of intake and outlet does, whatever carries the messages. */
export function intakeContract(name: string, make: () => Promise<IntakeBench>): void {
  describe(`${name} as intake and outlet`, () => {
    let bench: IntakeBench;
    beforeEach(async () => {
      bench = await make();
    });
    afterEach(async () => {
      await bench.close();
    });

    test('gives messages in the order in which they were sent, with ascending sequences', async () => {
      const { intake } = await started(bench);
      await send(bench, numbers(1, 300));
      const got = await take(intake, 300);
      expect(got.map(text)).toEqual(numbers(1, 300));
      for (const [index, message] of got.entries()) {
        expect(message.sequence).toBeGreaterThan(got[index - 1]?.sequence ?? 0);
      }
    });

    test('gives what was sent before it was started, and what comes afterwards', async () => {
      await send(bench, ['before']);
      const { intake } = await started(bench);
      expect((await take(intake, 1)).map(text)).toEqual(['before']);
      await send(bench, ['after']);
      expect((await take(intake, 1)).map(text)).toEqual(['after']);
    });

    test('carries subject, headers, payload and the time of storing', async () => {
      const before = Date.now();
      const { intake } = await started(bench);
      const payload = new Uint8Array([0, 255, 10, 13, 128]);
      const subject = 'milepost.checkpoint.settlement.clearing-2026-11-23';
      await bench.outlet.send([
        { subject, payload, headers: { 'content-type': 'application/json', 'ce-id': 'a-1' } },
      ]);
      const [message] = await take(intake, 1);
      expect(message?.subject).toBe(subject);
      expect([...(message?.payload ?? [])]).toEqual([0, 255, 10, 13, 128]);
      expect(message?.headers).toMatchObject({ 'content-type': 'application/json', 'ce-id': 'a-1' });
      expect(message?.storedAt).toBeGreaterThanOrEqual(before - 1_000);
      expect(message?.storedAt).toBeLessThanOrEqual(Date.now() + 1_000);
    });

    test('gives messages without headers and without payload as they are', async () => {
      const { intake } = await started(bench);
      await bench.outlet.send([{ subject: 'milepost.checkpoint.a.b', payload: new Uint8Array() }]);
      const [message] = await take(intake, 1);
      expect(message?.payload.length).toBe(0);
      expect(Object.keys(message?.headers ?? { missing: '' }).filter((key) => !/^nats-/i.test(key))).toEqual(
        [],
      );
    });

    test('a header may have any harmless name, and no name reaches a prototype', async () => {
      const { intake } = await started(bench);
      const headers = Object.fromEntries([['__proto__', 'x']]);
      await bench.outlet.send([{ subject: 'milepost.checkpoint.a.b', payload: bytes('1'), headers }]);
      const [message] = await take(intake, 1);
      expect(Object.entries(message?.headers ?? {})).toContainEqual(['__proto__', 'x']);
    });

    test('carries messages of 900 kB, many of them, in order', async () => {
      const { intake } = await started(bench);
      const large = numbers(1, 40).map((number) => `${number}:${'x'.repeat(900_000)}`);
      await send(bench, large);
      const got = await take(intake, 40);
      expect(got.map((message) => text(message).split(':')[0])).toEqual(numbers(1, 40));
      expect(got.every((message) => message.payload.length > 900_000)).toBe(true);
    });

    test('never gives more than was asked for', async () => {
      await send(bench, numbers(1, 10));
      const { intake } = await started(bench);
      expect((await until(intake, 3)).map(text)).toEqual(['1', '2', '3']);
      expect((await until(intake, 1)).map(text)).toEqual(['4']);
      expect((await take(intake, 6)).map(text)).toEqual(numbers(5, 10));
    });

    test('answers none when there is none, with and without waiting', async () => {
      const { intake } = await started(bench);
      expect(await intake.next(10, 0)).toEqual([]);
      expect(await intake.next(10, 30)).toEqual([]);
    });

    test('never answers none right after a start while messages are there', async () => {
      await send(bench, numbers(1, 5));
      const { intake } = await started(bench);
      expect((await intake.next(1, 0)).map(text)).toEqual(['1']);
    });

    test('never answers none once a message is safe in the stream, however soon it is asked', async () => {
      const { intake } = await started(bench);
      for (const number of numbers(1, 150)) {
        await send(bench, [number]);
        expect((await intake.next(5, 0)).map(text)).toEqual([number]);
      }
    });

    test('ends its waiting as soon as a message comes', async () => {
      const { intake } = await started(bench);
      const waiting = intake.next(10, 60_000);
      await send(bench, ['first']);
      expect((await waiting).map(text)).toEqual(['first']);
    });

    test('gives again, from the position, what was not committed before it was opened anew', async () => {
      const first = await started(bench);
      await send(bench, numbers(1, 10));
      const got = await take(first.intake, 10);
      const position = { incarnation: first.incarnation, sequence: got[3]?.sequence ?? 0 };
      await first.intake.confirm(position.sequence);
      await first.intake.stop();
      const second = await started(bench, position);
      expect(second.incarnation).toBe(first.incarnation);
      expect((await take(second.intake, 6)).map(text)).toEqual(numbers(5, 10));
    });

    test('gives nothing again after everything was confirmed', async () => {
      const first = await started(bench);
      await send(bench, numbers(1, 10));
      const sequence = (await take(first.intake, 10)).at(-1)?.sequence ?? 0;
      await first.intake.confirm(sequence);
      await first.intake.stop();
      const second = await started(bench, { incarnation: first.incarnation, sequence });
      expect(await second.intake.next(10, 50)).toEqual([]);
      await send(bench, ['11']);
      expect((await take(second.intake, 1)).map(text)).toEqual(['11']);
    });

    test('follows the position and not its own memory when the position is older than what was confirmed', async () => {
      const first = await started(bench);
      await send(bench, numbers(1, 6));
      const got = await take(first.intake, 6);
      await first.intake.confirm(got.at(-1)?.sequence ?? 0);
      await first.intake.stop();
      const restored = { incarnation: first.incarnation, sequence: got[1]?.sequence ?? 0 };
      const second = await started(bench, restored);
      expect((await take(second.intake, 4)).map(text)).toEqual(numbers(3, 6));
    });

    test('goes on giving while what it gave is not confirmed', async () => {
      const { intake } = await started(bench);
      await send(bench, numbers(1, 50));
      await take(intake, 50);
      await send(bench, numbers(51, 100));
      expect((await take(intake, 50)).map(text)).toEqual(numbers(51, 100));
    });

    test('tells the last sequence of the stream, read or not', async () => {
      const { intake } = await started(bench);
      expect(await intake.last()).toBe(0);
      await send(bench, numbers(1, 7));
      const last = await intake.last();
      const got = await take(intake, 7);
      expect(last).toBe(got.at(-1)?.sequence);
      expect(await intake.last()).toBe(last);
    });

    test('a stream that was re-made has another incarnation and is read from its first message', async () => {
      const first = await started(bench);
      await send(bench, numbers(1, 5));
      const sequence = (await take(first.intake, 5)).at(-1)?.sequence ?? 0;
      await first.intake.stop();
      await bench.remake();
      await send(bench, ['new 1', 'new 2']);
      const second = await started(bench, { incarnation: first.incarnation, sequence });
      expect(second.incarnation).not.toBe(first.incarnation);
      expect((await take(second.intake, 2)).map(text)).toEqual(['new 1', 'new 2']);
    });

    test('a stream that is re-made while it is read is reported, and can be read after a new start', async () => {
      const { intake, incarnation } = await started(bench);
      await send(bench, ['old']);
      await take(intake, 1);
      await bench.remake();
      await send(bench, ['new']);
      const error = await failure(intake);
      expect(error).toBeInstanceOf(IntakeError);
      expect(error).toMatchObject({ reason: 'changed' });
      const again = await intake.start({ incarnation, sequence: 1 });
      expect(again.incarnation).not.toBe(incarnation);
      expect((await take(intake, 1)).map(text)).toEqual(['new']);
    });

    test('a message with the id of one just sent is taken once', async () => {
      const { intake } = await started(bench);
      const message = { subject: 'milepost.checkpoint.a.b', payload: bytes('same'), id: 'e-1' };
      await bench.outlet.send([message]);
      await bench.outlet.send([message, { ...message, id: 'e-2', payload: bytes('other') }]);
      expect((await take(intake, 2)).map(text)).toEqual(['same', 'other']);
      expect(await intake.next(10, 50)).toEqual([]);
    });

    test('sending nothing is fine', async () => {
      const { intake } = await started(bench);
      await bench.outlet.send([]);
      expect(await intake.last()).toBe(0);
    });

    test('stopping twice is fine, and ends whoever waits', async () => {
      const { intake } = await started(bench);
      const waiting = expect(intake.next(1, 60_000)).rejects.toMatchObject({
        name: 'IntakeError',
        reason: 'stopped',
      });
      await intake.stop();
      await intake.stop();
      await waiting;
    });

    test('a reader that is stopped never says that there is none, which would say that the stream is empty', async () => {
      const { intake } = await started(bench);
      await send(bench, ['1']);
      await intake.stop();
      await expect(intake.next(1, 0)).rejects.toMatchObject({ name: 'IntakeError', reason: 'stopped' });
    });
  });
}

export async function started(
  bench: Pick<IntakeBench, 'open'>,
  after: { readonly incarnation: string; readonly sequence: number } = NEW,
): Promise<{ readonly intake: Intake; readonly incarnation: string }> {
  const intake = await bench.open();
  return { intake, ...(await intake.start(after)) };
}

/** Exactly `count` messages, however they are split; fails when they do not come. */
export async function take(intake: Intake, count: number, wait = SOON): Promise<readonly Message[]> {
  const got: Message[] = [];
  while (got.length < count) {
    const some = await intake.next(count - got.length, wait);
    if (some.length === 0) throw new Error(`${got.length} of ${count} messages came`);
    got.push(...some);
  }
  return got;
}

/** `count` messages in one answer, asked for again while fewer have arrived; what was given is not given again. */
async function until(intake: Intake, count: number): Promise<readonly Message[]> {
  const some = await intake.next(count, SOON);
  expect(some.length).toBeLessThanOrEqual(count);
  return some.length === count ? some : [...some, ...(await take(intake, count - some.length))];
}

/** The first error of `next` that is not about the moment; what it gives meanwhile is passed over. */
export async function failure(intake: Intake): Promise<unknown> {
  for (let turn = 0; turn < 100; turn++) {
    try {
      await intake.next(100, 100);
    } catch (error) {
      if (!(error instanceof IntakeError) || error.reason !== 'lost' || error.permanent) return error;
    }
  }
  return null;
}

export async function send(bench: Pick<IntakeBench, 'outlet'>, texts: readonly string[]): Promise<void> {
  await bench.outlet.send(
    texts.map((one) => ({ subject: 'milepost.checkpoint.settlement.clearing-1', payload: bytes(one) })),
  );
}

export function text(message: Message): string {
  return new TextDecoder().decode(message.payload);
}

export function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

export function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
}
