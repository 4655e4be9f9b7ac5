/** A flow with some days behind it, and an instance of today with many events. */
import { type Stage, send, setStage } from './stage.ts';

const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;
export const DAYS = 5;
export const EVENTS = 1300;
const FLOW = `flow: settlement
title: { en: End-of-day settlement, zh: 日终结算 }
start: { by: "23:59" }
deadline: { at: "23:59" }
steps:
  receive: { title: { en: Trades received, zh: 成交接收 } }
  books: { title: { en: Books closed, zh: 结账 } }
connectors:
  - { from: receive, to: books }`;

/** Starts Milepost with all of it. */
export async function stagePastDays(): Promise<Stage> {
  const stage = await setStage(['up', '--no-nats'], FLOW);
  const now = Date.now();
  const today = keyOf(now);
  let count = 0;
  const event = (key: string, step: string, kind: string, at: number) => ({
    id: `e${++count}`,
    flow: 'settlement',
    key,
    step,
    event: kind,
    time: new Date(at).toISOString(),
  });
  for (let back = DAYS; back >= 1; back -= 1) {
    const noon = Date.parse(`${keyOf(now - back * DAY)}T12:00:00Z`);
    await send(
      stage.address,
      event(keyOf(noon), 'receive', 'activated', noon),
      event(keyOf(noon), 'receive', 'committed', noon + (4 + back) * MINUTE),
      event(keyOf(noon), 'books', 'committed', noon + 20 * MINUTE),
    );
  }
  const many = Array.from({ length: EVENTS - 1 }, () => event(today, 'receive', 'params', now));
  await send(stage.address, event(today, 'receive', 'activated', now));
  for (let at = 0; at < many.length; at += 400) await send(stage.address, ...many.slice(at, at + 400));
  return stage;
}

/** The key of the instance of a time. */
export function keyOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
