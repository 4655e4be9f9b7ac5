import type { Log } from '../log.ts';
import { type Loop, startLoop } from '../loop.ts';
import type { DatabaseStorage, Swept } from '../storage/index.ts';

/** How often it is asked whether a pass is due, ms; the database lets one process through an hour. */
const REST = 300_000;

/** Removes what is too old, hour after hour, and says what that was. */
export function startSweeping(storage: Pick<DatabaseStorage, 'sweep'>, log: Log): Loop {
  let more = false;
  return startLoop({
    name: 'the removal of what is too old',
    rest: REST,
    log,
    async turn() {
      const swept = await storage.sweep(more ? { every: 0 } : {});
      more = swept?.more ?? false;
      if (swept !== null) say(swept, log);
      return more ? 'worked' : 'idle';
    },
  });
}

function say(swept: Swept, log: Log): void {
  const counts: [number, string][] = [
    [swept.weeksDropped, 'weeks of the journal'],
    [swept.journal, 'entries of the journal without a week'],
    [swept.instances, 'instances'],
    [swept.alarms, 'alarms'],
    [swept.notices + swept.told, 'notices and what was done about alarms'],
    [swept.rejected, 'refused messages'],
    [swept.revisions, 'revisions of definitions'],
  ];
  const removed = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  if (removed.length > 0) log.info(`removed what was too old: ${removed.join(', ')}`);
}
