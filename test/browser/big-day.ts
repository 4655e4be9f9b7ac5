/** A day that is large: a thousand flows, half of which have begun, and a flow of three hundred steps. */
import { type Stage, send, setStage } from './stage.ts';

export const FLOWS = 1000;
export const LARGE = { flow: 'large', key: 'k' };
const RANKS = 30;
const ABREAST = 10;

/** Starts Milepost with all of it. */
export async function stageBigDay(): Promise<Stage> {
  const stage = await setStage(['up', '--no-nats'], ...manyFlows(), largeFlow());
  const time = new Date().toISOString();
  const key = time.slice(0, 10);
  const events = Array.from({ length: FLOWS / 2 }, (_, n) => ({
    id: 'e1',
    flow: `flow-${n}`,
    key,
    step: 'receive',
    event: n % 3 === 0 ? 'activated' : 'committed',
    time,
  }));
  for (let at = 0; at < events.length; at += 250) await send(stage.address, ...events.slice(at, at + 250));
  await send(stage.address, { id: 'e1', ...LARGE, step: 's0-0', event: 'activated', time });
  return stage;
}

function manyFlows(): readonly string[] {
  const flow = (n: number) => `flow: flow-${n}
title: { en: "Flow ${n} of the day", zh: "流程 ${n}" }
group: group-${n % 20}
start: { by: "23:5${n % 10}" }
steps: { receive: {}, check: {}, book: {}, report: {} }
connectors:
  - { from: receive, to: check }
  - { from: check, to: book }
  - { from: book, to: report }`;
  const files = Map.groupBy(
    Array.from({ length: FLOWS }, (_, n) => n),
    (n) => n % 10,
  );
  return [...files.values()].map((numbers) => numbers.map(flow).join('\n---\n'));
}

/** Thirty ranks of ten, each step leading to two of the next. */
function largeFlow(): string {
  const steps: string[] = [];
  const connectors: string[] = [];
  for (let rank = 0; rank < RANKS; rank += 1)
    for (let place = 0; place < ABREAST; place += 1) {
      steps.push(
        `  s${rank}-${place}: { title: { en: "Step ${rank}.${place}", zh: "步骤 ${rank}.${place}" } }`,
      );
      for (const next of rank + 1 < RANKS ? [place, (place + 1) % ABREAST] : [])
        connectors.push(`  - { from: s${rank}-${place}, to: s${rank + 1}-${next} }`);
    }
  return `flow: ${LARGE.flow}\nsteps:\n${steps.join('\n')}\nconnectors:\n${connectors.join('\n')}`;
}
