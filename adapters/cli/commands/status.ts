import type { AlarmEntry } from '../alarm-table.ts';
import type { Command } from '../command.ts';
import { dayRows, isTrouble, ledgerTable } from '../day-ledger.ts';
import { DAY_OPTION, dayOf } from '../day-option.ts';
import { flowList } from '../flow-list.ts';
import { type InstanceDetail, type InstanceEntry, instanceTable, instanceText } from '../instance-table.ts';
import type { Io } from '../io.ts';
import { FORMAT } from '../option.ts';
import { EXIT } from '../outcome.ts';
import { type Server, ServerRefusal, serverOf, URL_OPTION } from '../server.ts';

/** `milepost status`: where the day, a flow or an instance stands. */
export const status: Command = {
  usage: 'status [FLOW [KEY]] [options]',
  about:
    'Shows the ledger of the day; with a flow, its instances of the day and those that still run; with a flow and a key, every step.',
  operands: { least: 0, most: 2 },
  options: {
    day: DAY_OPTION,
    check: { value: null, about: 'exit 3 if anything shown is late, missing or failed' },
    url: URL_OPTION,
    format: FORMAT,
  },
  examples: [
    { line: 'status', about: 'the trading day' },
    { line: 'status settlement clearing-2026-11-23', about: 'one instance, step by step' },
    { line: 'status --check > /dev/null || page-someone', about: 'in a script' },
  ],
  notes: [
    'Exit codes: 0 done, 2 there is no such flow or instance, 3 late or failed (--check), 69 no server.',
  ],
  async run({ operands: [flow, key], options, io }) {
    const request: Request = {
      server: serverOf(options, io.env),
      day: dayOf(options),
      json: options.text('format') === 'json',
      io,
    };
    const troubled =
      flow === undefined
        ? await showDay(request)
        : key === undefined
          ? await showFlow(request, flow)
          : await showInstance(request, flow, key);
    return troubled && options.flag('check') ? EXIT.late : EXIT.done;
  },
};

interface Request {
  readonly server: Server;
  readonly day: string | null;
  readonly json: boolean;
  readonly io: Io;
}

async function showDay({ server, day, json, io }: Request): Promise<boolean> {
  const flows = await flowList(server);
  const rows = await dayRows(server, flows, { day, now: io.now() });
  if (json) await io.out(`${JSON.stringify({ rows }, null, 2)}\n`);
  else if (rows.length > 0) await io.out(ledgerTable(rows, flows, io));
  if (rows.length === 0)
    io.say(`no flow is expected ${day === null ? 'today' : `on ${day}`}, and none has run`);
  return rows.some(isTrouble);
}

const MOST = 10_000;

async function showFlow({ server, day, json, io }: Request, flow: string): Promise<boolean> {
  const flows = await flowList(server);
  const entry = flows.get(flow);
  const asked = day ?? entry?.today.day;
  const found = await instances(server, { flow, day: asked });
  if (day === null) {
    const running = await instances(server, { flow, status: 'running' });
    found.push(...running.filter(({ key }) => !found.some((other) => other.key === key)));
  }
  // the server knows better why there is nothing: its refusal of an unknown flow names a similar one
  if (found.length === 0 && entry === undefined)
    await server.read(`/api/v1/flows/${encodeURIComponent(flow)}`, {}, []);
  if (json) await io.out(`${JSON.stringify({ instances: found }, null, 2)}\n`);
  else if (found.length > 0) await io.out(instanceTable(found, entry?.zone ?? 'UTC', io));
  if (found.length === 0) io.say(`${flow} has no instance on ${asked}: name another day with --day`);
  const rows = await dayRows(server, flows, { day, now: io.now() });
  const own = rows.filter((row) => row.flow === flow);
  const isExcused = ({ key }: InstanceEntry) =>
    own.some((row) => row.key === key && row.status === 'excused');
  return own.some(isTrouble) || found.some((one) => hasFailed(one) && !isExcused(one));
}

async function instances(
  server: Server,
  params: Readonly<Record<string, string | undefined>>,
): Promise<InstanceEntry[]> {
  const { items } = await server.list('/api/v1/instances', params, MOST);
  // the schema InstancePage of the API
  return items as InstanceEntry[];
}

async function showInstance({ server, day, json, io }: Request, flow: string, key: string): Promise<boolean> {
  const path = `/api/v1/instances/${encodeURIComponent(flow)}/${encodeURIComponent(key)}`;
  // the schema Instance of the API, which `read` has found to have its steps
  const instance = (await server.read(path, {}, ['steps', 'tradingDay'])) as InstanceDetail;
  if (day !== null && instance.tradingDay !== day)
    throw new ServerRefusal(`${flow} ${key} belongs to ${instance.tradingDay}: leave --day out`, 404, []);
  const flows = await flowList(server);
  const { items } = await server.list('/api/v1/alarms', { flow, key, open: 'true' }, MOST);
  // the schema AlarmPage of the API
  const alarms = items as AlarmEntry[];
  await io.out(
    json ? `${JSON.stringify(instance, null, 2)}\n` : instanceText(instance, alarms, flows.get(flow), io),
  );
  const rows = await dayRows(server, flows, { day: instance.tradingDay, now: io.now() });
  const isExcused = instance.waivers?.some(({ step }) => step === null) ?? false;
  if (isExcused) return false;
  return hasFailed(instance) || rows.some((row) => row.flow === flow && row.key === key && isTrouble(row));
}

function hasFailed({ status }: InstanceEntry): boolean {
  return status === 'failed' || status === 'abandoned';
}
