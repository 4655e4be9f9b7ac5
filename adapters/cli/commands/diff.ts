import type { Definitions } from '../../../definitions/index.ts';
import { type AlarmDiff, createReplay, diffAlarms } from '../../../engine/index.ts';
import type { Command } from '../command.ts';
import { type DiffFormat, type DiffReport, diffReport, isDifferent } from '../diff-report.ts';
import { linesOf, openLog } from '../event-log.ts';
import { EXTENSIONS_OPTION } from '../extension-option.ts';
import { flowList } from '../flow-list.ts';
import type { Io } from '../io.ts';
import { LOG_OPTIONS, loadDefinitions, readTime } from '../log-run.ts';
import type { Options } from '../options.ts';
import { EXIT, WrongUse } from '../outcome.ts';
import { serverOf, URL_OPTION } from '../server.ts';
import { zonedTime } from '../wall-time.ts';

const FORMATS: readonly DiffFormat[] = ['text', 'json', 'markdown'];

/** `milepost diff`: what a change of definitions does to the alarms of a log. */
export const diff: Command = {
  usage: 'diff --events FILE OLD NEW [options] | diff --live [options]',
  about:
    'Runs an event log through two sets of definitions and shows the alarms that appear (+), vanish (-) or move (~): in time, severity or count. With --live what a running Milepost has found of its candidate.',
  operands: { least: 0, most: 2 },
  options: {
    events: LOG_OPTIONS.events,
    live: { value: null, about: 'ask a server that was started with --candidate' },
    url: URL_OPTION,
    from: LOG_OPTIONS.from,
    until: LOG_OPTIONS.until,
    extensions: EXTENSIONS_OPTION,
    format: { value: 'FORMAT', about: 'text (default), json or markdown', choices: FORMATS },
    check: { value: null, about: 'exit 1 where any alarm differs' },
  },
  examples: [
    { line: 'diff --events november.ndjson git:main:flows flows/', about: 'what this branch changes' },
    {
      line: 'diff --events day.ndjson git:HEAD~1:flows git:HEAD:flows',
      about: 'what the last commit changed',
    },
    {
      line: 'diff --events day.ndjson.gz git:main:flows flows/ --format markdown',
      about: 'as a comment of a pull request',
    },
  ],
  notes: [
    'OLD and NEW are files or folders, or git:REV:PATH: PATH at a revision, from the top of the repository, with ./ from here.',
    'Exit codes: 0 whatever differs (with --check 1 where something does), 1 errors in definitions, 2 a file or revision cannot be opened, 69 no server.',
  ],
  async run({ operands: [old, now], options, io }) {
    if (options.flag('live')) return live(options, io);
    if (old === undefined || now === undefined)
      throw new WrongUse('something is missing: write milepost diff --events FILE OLD NEW');
    if (options.text('events') === undefined) throw new WrongUse('--events is missing: write --events FILE');
    if (options.text('url') !== undefined) throw new WrongUse('--url goes with --live: leave it out');
    const from = readTime(options.text('from'), '--from');
    const until = readTime(options.text('until'), '--until');
    if (from !== null && until !== null && until < from)
      throw new WrongUse('--until lies before --from: exchange them');
    const before = await load(old, options, io);
    const after = await load(now, options, io);
    if (before === null || after === null) return EXIT.findings;
    const replays = [before, after].map((definitions) => createReplay(definitions, { from, until }));
    for await (const lines of linesOf(openLog(options.text('events') ?? '', io.stdin)))
      for (const line of lines)
        for (const replay of replays) {
          if (line.kind === 'text') replay.line(line.text);
          else replay.refuse(line.reason);
        }
    const [left, right] = replays.map((replay) => replay.finish());
    if (left === undefined || right === undefined) throw new Error('broken rule: there are two replays');
    const found = diffAlarms(left.alarms, right.alarms);
    const report: DiffReport = {
      ...{ old, new: now, events: replays[0]?.counts.lines ?? 0, diff: found },
      rejected: { old: left.rejected.length, new: right.rejected.length },
      zoneOf: (flow) => (after.flows.get(flow) ?? before.flows.get(flow))?.calendar.zone ?? 'UTC',
    };
    await show(report, options, io);
    const views = changedViews(before, after);
    if (views.length > 0) io.say(`views that differ, which raise no alarm: ${views.join(', ')}`);
    if (left.rejected.length !== right.rejected.length)
      io.say(`${left.rejected.length} events rejected by OLD, ${right.rejected.length} by NEW`);
    return options.flag('check') && isDifferent(found) ? EXIT.findings : EXIT.done;
  },
};

/** The views that are new, gone, or drawn or filled otherwise; where they stand in a file is no matter. */
function changedViews(before: Definitions, after: Definitions): readonly string[] {
  const text = ({ views }: Definitions, name: string) =>
    JSON.stringify(views.get(name), (key, value: unknown) => (key === 'at' ? undefined : value));
  const names = new Set([...before.views.keys(), ...after.views.keys()]);
  return [...names].filter((name) => text(before, name) !== text(after, name)).toSorted();
}

/** What a server has found of its candidate. */
async function live(options: Options, io: Io): Promise<number> {
  if (options.text('events') !== undefined)
    throw new WrongUse('--live and --events exclude each other: ask a server, or compare over a log');
  const server = serverOf(options, io.env);
  // the schema Candidate of the API, which `read` has found to have its names
  const { active, candidate, since, events, rejected, ...found } = (await server.read(
    '/api/v1/candidate',
    {},
    [...['active', 'candidate', 'since', 'appeared', 'vanished', 'moved']],
  )) as AlarmDiff & {
    readonly active: string;
    readonly candidate: string;
    readonly since: string;
    readonly events: number;
    readonly rejected: DiffReport['rejected'];
  };
  const flows = await flowList(server);
  const zoneOf = (flow: string) => flows.get(flow)?.zone ?? 'UTC';
  await show({ old: active, new: candidate, events, diff: found, rejected, zoneOf }, options, io);
  io.say(`since ${zonedTime(since, 'UTC')}, ${events} events`);
  return options.flag('check') && isDifferent(found) ? EXIT.findings : EXIT.done;
}

async function show(report: DiffReport, options: Options, io: Io): Promise<void> {
  await io.out(diffReport(report, FORMATS.find((each) => each === options.text('format')) ?? 'text', io));
  const { appeared, vanished, moved, same } = report.diff;
  io.say(`${appeared.length} appear, ${vanished.length} vanish, ${moved.length} move, ${same} the same`);
}

function load(path: string, options: Options, io: Io): Promise<Definitions | null> {
  return loadDefinitions([path], options.text('extensions') ?? null, io);
}
