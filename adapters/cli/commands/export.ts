import type { Command } from '../command.ts';
import { EXPORT_KINDS, exportFlows, isFlowKind } from '../export-flows.ts';
import { exportLog, isLogKind, LOG_KINDS } from '../export-log.ts';
import { LOG_OPTIONS } from '../log-run.ts';
import { WrongUse } from '../outcome.ts';
import { URL_OPTION } from '../server.ts';

const KINDS = [...EXPORT_KINDS, ...LOG_KINDS];
const OF_LOGS = [...Object.keys(LOG_OPTIONS), 'url'];

/** `milepost export`: definitions in the forms of other tools. */
export const exportCommand: Command = {
  usage: `export ${KINDS.join('|')} [PATH…] [options]`,
  about:
    'Writes definitions, or what happened, in the form of other tools: bpmn, mermaid and xstate take definitions; xes and\n' +
    'ocel take finished instances, of a running Milepost or of a log that is replayed.',
  operands: { least: 1, most: Number.POSITIVE_INFINITY },
  options: {
    flow: { value: 'NAME', about: 'only this flow, and what it nests; several are possible', many: true },
    output: { value: 'FILE', about: 'where the result goes; default: standard output' },
    ...LOG_OPTIONS,
    url: URL_OPTION,
  },
  examples: [
    {
      line: 'export bpmn flows/ --output flows.bpmn',
      about: 'a diagram that modelers open, and that can be imported again',
    },
    { line: 'export mermaid flows/ --flow settlement', about: 'a chart for a README' },
    { line: 'export xstate flows/ --flow settlement', about: 'a statechart that Stately opens' },
    {
      line: 'export xes --definitions flows/ --events november.ndjson',
      about: 'what a replay makes of a log',
    },
    { line: 'export ocel --flow settlement --url http://10.0.0.5:4600', about: 'from a running Milepost' },
  ],
  notes: ['Exit codes: 0 done, 1 errors in the definitions, 2 wrong use or a file that cannot be opened.'],
  async run(call) {
    const [kind = '', ...paths] = call.operands;
    if (isLogKind(kind)) {
      if (paths.length > 0)
        throw new WrongUse(`"${paths[0]}" is one argument too many: write --definitions and --events`);
      return exportLog(kind, call);
    }
    if (!isFlowKind(kind))
      throw new WrongUse(`"${kind}" is no form that is written: use ${KINDS.join(', ')}`);
    const strange = OF_LOGS.find((name) => call.options.all(name).length > 0);
    if (strange !== undefined) throw new WrongUse(`--${strange} is for xes and ocel: leave it out`);
    return exportFlows(kind, paths, call);
  },
};
