import { ACT_OPTIONS, byWhom } from '../act-options.ts';
import { showTaken } from '../act-taken.ts';
import type { Command } from '../command.ts';
import { OPERATOR_OPTIONS, operatorOf } from '../operator.ts';
import { FORMAT } from '../option.ts';
import { EXIT } from '../outcome.ts';

/** `milepost close`: an alarm is done with. */
export const close: Command = {
  usage: 'close ALARM --reason TEXT [options]',
  about:
    'Closes an open alarm by hand, also one that nothing else ends. It is raised again if its cause comes again.',
  operands: { least: 1, most: 1 },
  options: { ...ACT_OPTIONS, ...OPERATOR_OPTIONS, format: FORMAT },
  examples: [
    {
      line: 'close settlement/clearing-2026-11-23/check/out-of-order/1 --reason "sent twice by mistake"',
      about: 'by the id that `milepost alarms --format json` shows',
    },
  ],
  notes: ['Exit codes: 0 taken, 2 there is no such alarm or it is not open, 69 no server.'],
  async run({ operands: [id = ''], options, io }) {
    const server = operatorOf(options, io.env);
    const path = `/api/v1/alarms/${encodeURIComponent(id)}/close`;
    const answer = await server.act(path, byWhom(options), { reason: options.text('reason') });
    await showTaken(answer, options, io);
    return EXIT.done;
  },
};
