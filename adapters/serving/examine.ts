import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { examineRelay } from '../channels/index.ts';
import { type Check, checked } from '../check.ts';
import { examineNats, type NatsOptions } from '../nats/index.ts';
import { examineDatabase } from '../storage/index.ts';

export interface ExamineOptions {
  /** where private servers live, looked at where no others are given */
  readonly folder: string;
  readonly databaseUrl: string | null;
  readonly nats: NatsOptions | null;
  /** null: what the database says, else 1 */
  readonly partitions: number | null;
  /** a relay over HTTP that is asked, with the secret where one is given */
  readonly relay?: { readonly url: string; readonly secret: string | null } | null;
}

/** Looks at the database, NATS and a relay, as far as they can be reached, and says what is there and what is missing. */
export async function examine(options: ExamineOptions): Promise<readonly Check[]> {
  const databaseUrl = options.databaseUrl ?? (await addressIn(join(options.folder, 'postgres', 'url')));
  const natsUrl = await addressIn(join(options.folder, 'nats', 'url'));
  const nats = options.nats ?? (natsUrl === null ? null : { url: natsUrl });
  const database =
    databaseUrl === null
      ? {
          checks: [
            checked(
              'database',
              'note',
              `not looked at: there is no DATABASE_URL, and no private one in ${options.folder}`,
            ),
          ],
          partitions: null,
        }
      : await examineDatabase(databaseUrl);
  const partitions = database.partitions ?? options.partitions ?? 1;
  const relay = options.relay == null ? [] : await examineRelay(options.relay.url, options.relay.secret);
  const checks = [...relay, ...database.checks];
  if (
    options.partitions !== null &&
    database.partitions !== null &&
    options.partitions !== database.partitions
  )
    checks.push(
      checked(
        'partitions',
        'fault',
        `there are ${database.partitions}, chosen at the first start, not ${options.partitions}`,
        {
          remedy: `start with --partitions ${database.partitions}, or without`,
        },
      ),
    );
  if (nats === null)
    return [
      ...checks,
      checked(
        'nats',
        'note',
        `not looked at: there is no NATS_URL, and no private server in ${options.folder}`,
      ),
    ];
  return [...checks, ...(await examineNats({ nats, partitions }))];
}

/** The address that a private server of a running `milepost up` wrote down; null where there is none. */
export async function addressIn(file: string): Promise<string | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trim() || null;
}
