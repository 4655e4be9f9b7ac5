import { restore as bringBack, verify } from '../../serve.ts';
import { BACKUP_NOTES, BACKUP_OPTIONS, backupSettings, reported } from '../backup-options.ts';
import type { Command } from '../command.ts';
import { FORMAT } from '../option.ts';

/** `milepost restore`: a backup, back into empty servers. */
export const restore: Command = {
  usage: 'restore FILE [options]',
  about:
    'Brings a backup back into an empty database, and FILE.events, where it is there, into an empty stream. Nothing may work on them meanwhile.',
  operands: { least: 1, most: 1 },
  options: {
    ...BACKUP_OPTIONS,
    check: { value: null, about: 'only read the files to their end, and say whether they are whole' },
    format: FORMAT,
  },
  examples: [
    { line: 'restore /backups/milepost-2026-11-22', about: 'everything, after all was lost' },
    {
      line: 'restore --no-nats /backups/milepost-2026-11-22',
      about: 'the database, where the stream is still there: it is read again from then on',
    },
    { line: 'restore --check /backups/milepost-2026-11-22', about: 'whether it could be used' },
  ],
  notes: BACKUP_NOTES,
  run: ({ operands: [file = ''], options, io }) =>
    reported(io, options, () =>
      options.flag('check') ? verify(file) : bringBack(backupSettings(file, options, io)),
    ),
};
