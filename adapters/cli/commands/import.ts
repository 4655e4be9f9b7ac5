import type { Command } from '../command.ts';
import { BPMN_OPTIONS, importDiagram } from '../import-diagram.ts';
import { FORMAT } from '../option.ts';
import { WrongUse } from '../outcome.ts';

/** `milepost import`: what other tools write, as definitions or as events. */
export const importCommand: Command = {
  usage: 'import bpmn FILE [options]',
  about: 'Turns what other tools write into Milepost’s own: BPMN 2.0 diagrams into definitions.',
  operands: { least: 2, most: 2 },
  options: { ...BPMN_OPTIONS, format: FORMAT },
  examples: [
    {
      line: 'import bpmn order.bpmn > order.yaml',
      about: 'a diagram; what it does not carry is said on standard error',
    },
    { line: 'import bpmn order.bpmn --output flows/order.yaml', about: 'into a file' },
    { line: 'import bpmn order.bpmn --format json', about: 'the definitions and the notes, for a program' },
  ],
  notes: ['Exit codes: 0 done, 1 the file is not what it should be, 2 it cannot be opened.'],
  async run(call) {
    const [kind = '', file = ''] = call.operands;
    if (kind === 'bpmn') return importDiagram(file, call);
    throw new WrongUse(`"${kind}" cannot be imported: write bpmn`);
  },
};
