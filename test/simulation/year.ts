/** `npm run simulate -- [--seed N] [--days 250] [--json]`: a year of the futures company, with everything that goes wrong in one. */
import { parseArgs } from 'node:util';
import { compileCompany } from './company.ts';
import { neverReached } from './reach.ts';
import { simulateYear, type YearReport } from './simulate.ts';

export function runYear(): number {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      days: { type: 'string', default: '250' },
      json: { type: 'boolean', default: false },
    },
  });
  const [seed, days] = [Number(values.seed), Number(values.days)];
  if (!Number.isSafeInteger(seed) || !Number.isInteger(days) || days < 1 || days > 1000) {
    console.error('--seed takes a whole number, --days one from 1 to 1000');
    return 2;
  }
  const report = simulateYear({ definitions: compileCompany(), seed, days });
  const missed = report.violation === null && days >= 200 ? neverReached(report) : [];
  console.log(
    values.json ? JSON.stringify({ ...report, neverReached: missed }, null, 2) : textOf(report, missed),
  );
  return report.violation === null && missed.length === 0 ? 0 : 1;
}

function textOf(report: YearReport, missed: readonly string[]): string {
  const { seed, days, lastDay, hash, planted, alarms, ledger, counts, seconds, stationSeconds, violation } =
    report;
  const lines = [
    `seed ${seed}, ${days} trading days to ${lastDay}`,
    ...(lastDay > '2026-12-31' ? ['  the calendar names no holidays of 2027: its weekdays all count'] : []),
    `planted: ${listed(planted)}`,
    `alarms: ${listed(alarms)}`,
    `ledger: ${listed(ledger)}`,
    `counts: ${listed(counts)}`,
    `hash ${hash}`,
  ];
  if (violation !== null) {
    const { day, planted: names, problems } = violation;
    lines.push(
      `VIOLATION seed ${seed} day ${day}, planted: ${names.join(', ')}`,
      ...problems.map((one) => `  ${one}`),
    );
    return lines.join('\n');
  }
  if (missed.length > 0) lines.push(`NEVER REACHED with seed ${seed}: ${missed.join(', ')}`);
  lines.push(
    `${(days / seconds).toFixed(0)} simulated days a second with plan, control and oracle (${seconds.toFixed(2)} s), ` +
      `${(days / stationSeconds).toFixed(0)} of the engine with its stored instances alone (${stationSeconds.toFixed(2)} s)`,
  );
  return lines.join('\n');
}

function listed(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
