import type { Reader } from '../../engine/index.ts';
import { compareInstances, compareTexts, instanceName, type MemoryTables } from './memory-tables.ts';

/** Looking back and searching, on what a memory storage holds. */
export function memoryLooks(tables: MemoryTables): Pick<Reader, 'recent' | 'find' | 'latest'> {
  return {
    recent: async (flow, until, limit) =>
      [...tables.instances.values()]
        .filter((it) => it.flow === flow && it.tradingDay <= until)
        .sort((a, b) => compareTexts(b.tradingDay, a.tradingDay) || compareInstances(a, b))
        .slice(0, limit),
    latest: async (of, limit) =>
      of
        .flatMap(({ flow, key, step }) => {
          const events = tables.journal.get(instanceName(flow, key))?.events ?? [];
          return events.filter((event) => step === null || event.step === step).slice(-limit);
        })
        .sort((a, b) => b.receivedAt - a.receivedAt || compareInstances(a, b) || b.place - a.place)
        .slice(0, limit),
    find: async (text, limit) => {
      const wanted = lowered(text);
      return {
        instances: [...tables.instances.values()]
          .filter(({ key }) => lowered(key).includes(wanted))
          .sort((a, b) => b.updatedAt - a.updatedAt || compareInstances(a, b))
          .slice(0, limit),
        alarms: [...tables.alarms.values()]
          .filter(({ alarm }) => lowered(alarm.name).includes(wanted) || lowered(alarm.text).includes(wanted))
          .sort((a, b) => b.alarm.raisedAt - a.alarm.raisedAt || b.position - a.position)
          .slice(0, limit)
          .map(({ alarm }) => alarm),
      };
    },
  };
}

/** Only ASCII letters, as the database folds them under the collation "C". */
function lowered(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
