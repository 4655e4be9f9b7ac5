import { memoryStream } from '../../../adapters/storage/index.ts';
import type { Intake } from '../../../engine/index.ts';
import { intakeContract } from '../../contracts/intake.contract.ts';

intakeContract('the stream in memory', async () => {
  const stream = memoryStream(Date.now);
  const opened: Intake[] = [];
  return {
    outlet: stream.outlet,
    open: async () => {
      const intake = stream.intake();
      opened.push(intake);
      return intake;
    },
    remake: async () => stream.remake(),
    close: async () => {
      await Promise.all(opened.map((intake) => intake.stop()));
      await stream.close();
    },
  };
});
