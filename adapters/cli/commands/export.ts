import type { Command } from '../command.ts';
import { EXPORT_KINDS, exportFlows, isFlowKind } from '../export-flows.ts';
import { WrongUse } from '../outcome.ts';

/** `milepost export`: definitions in the forms of other tools. */
export const exportCommand: Command = {
  usage: `export ${EXPORT_KINDS.join('|')} PATH… [options]`,
  about: 'Writes definitions in the form of other tools.',
  operands: { least: 1, most: Number.POSITIVE_INFINITY },
  options: {
    flow: { value: 'NAME', about: 'only this flow, and what it nests; several are possible', many: true },
    output: { value: 'FILE', about: 'where the result goes; default: standard output' },
  },
  examples: [
    {
      line: 'export bpmn flows/ --output flows.bpmn',
      about: 'a diagram that modelers open, and that can be imported again',
    },
    { line: 'export mermaid flows/ --flow settlement', about: 'a chart for a README' },
    { line: 'export xstate flows/ --flow settlement', about: 'a statechart that Stately opens' },
  ],
  notes: ['Exit codes: 0 done, 1 errors in the definitions, 2 wrong use or a file that cannot be opened.'],
  async run(call) {
    const [kind = '', ...paths] = call.operands;
    if (isFlowKind(kind)) return exportFlows(kind, paths, call);
    throw new WrongUse(`"${kind}" is no form that is written: use ${EXPORT_KINDS.join(', ')}`);
  },
};
