import { backup as makeBackup } from '../../serve.ts';
import { BACKUP_NOTES, BACKUP_OPTIONS, backupSettings, reported } from '../backup-options.ts';
import type { Command } from '../command.ts';
import { FORMAT } from '../option.ts';

/** `milepost backup`: everything that is kept, to files. */
export const backup: Command = {
  usage: 'backup FILE [options]',
  about:
    'Writes everything that Milepost keeps to FILE and FILE.events, as of one moment, while it works on. Neither may be there yet.',
  operands: { least: 1, most: 1 },
  options: { ...BACKUP_OPTIONS, format: FORMAT },
  examples: [{ line: 'backup /backups/milepost-$(date +%F)', about: 'once a day, for instance' }],
  notes: BACKUP_NOTES,
  run: ({ operands: [file = ''], options, io }) =>
    reported(io, options, () => makeBackup(backupSettings(file, options, io))),
};
