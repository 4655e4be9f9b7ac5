import type { Command } from '../command.ts';
import { BPMN_OPTIONS, importDiagram } from '../import-diagram.ts';
import { IMPORT_LOG_OPTIONS, importLog } from '../import-log.ts';
import { LOG_FILE_OPTIONS, LOG_FORMS } from '../log-file.ts';
import { FORMAT } from '../option.ts';
import { WrongUse } from '../outcome.ts';

const LOG_ONLY = [...Object.keys(LOG_FILE_OPTIONS), ...Object.keys(IMPORT_LOG_OPTIONS)];

/** `milepost import`: what other tools write, as definitions or as events. */
export const importCommand: Command = {
  usage: 'import bpmn|xes|csv|swf FILE [options]',
  about:
    'Turns what other tools write into Milepost’s own: BPMN 2.0 diagrams into definitions; event logs (XES, tables, the\n' +
    'Standard Workload Format) into events. Files may be packed with gzip or zip; - is standard input.',
  operands: { least: 2, most: 2 },
  options: {
    ...BPMN_OPTIONS,
    format: { ...FORMAT, about: 'bpmn: text (default), or json: the definitions and the notes' },
    ...IMPORT_LOG_OPTIONS,
    ...LOG_FILE_OPTIONS,
  },
  examples: [
    {
      line: 'import bpmn order.bpmn > order.yaml',
      about: 'a diagram; what it does not carry is said on standard error',
    },
    { line: 'import xes log.xes.gz --flow order > events.ndjson', about: 'an event log' },
    {
      line: 'import csv log.csv --case OrderNo --activity Step --time At --zone Asia/Shanghai',
      about: 'a table',
    },
    {
      line: 'import csv log.csv --param amount=Total --where label=normal',
      about: 'with a parameter; only some rows',
    },
  ],
  notes: [
    'Exit codes: 0 done, 1 something in the file is not what it should be, 2 wrong use or it cannot be opened.',
  ],
  async run(call) {
    const [kind = '', file = ''] = call.operands;
    const { options } = call;
    if (kind === 'bpmn') {
      const strange = LOG_ONLY.find((name) => options.all(name).length > 0);
      if (strange !== undefined) throw new WrongUse(`--${strange} is for logs: leave it out`);
      return importDiagram(file, call);
    }
    const form = LOG_FORMS.find((each) => each === kind);
    if (form === undefined) throw new WrongUse(`"${kind}" cannot be imported: write bpmn, xes, csv or swf`);
    return importLog({ file, form }, call);
  },
};
