/**
 * How the tables came to be: a list of named steps, applied in order, each once, never changed after it was released
 * and never undone. A new form of a table is a new step at the end.
 *
 * 1. Text that is sorted or compared has collation "C": the order of UTF-8 bytes, the same on every server.
 * 2. What may exceed an index entry (2,704 bytes) is indexed by its SHA-256: ids of alarms, notices and messages.
 * 3. The journal is split by weeks, so that old ones go at once; `journal-weeks` makes them. Everything else is small
 *    beside it and loses its old rows a few at a time (`retention`).
 */

import { type Kysely, type Migration, sql } from 'kysely';
import { AUDIT_MIGRATION } from './audit-migration.ts';
import { NOTICE_MIGRATION } from './notice-migration.ts';

export interface NamedMigration {
  readonly name: string;
  readonly migration: Migration;
}

export const MIGRATIONS: readonly NamedMigration[] = [
  {
    name: '001-partitions-and-their-owners',
    migration: {
      up: (db) =>
        runAll(db, [
          `create table milepost.system (
             one boolean primary key default true check (one),
             epoch uuid not null default gen_random_uuid(),
             restored_at timestamptz,
             partitions integer,
             swept_at timestamptz)`,
          'insert into milepost.system default values',
          `create table milepost.positions (
             partition text collate "C" primary key,
             epoch bigint not null,
             incarnation text not null default '',
             sequence bigint not null default 0,
             clock timestamptz,
             journal bigint not null default 0,
             mark bigint not null default 0,
             mark_clock timestamptz,
             revision text not null default '',
             tag text not null default '') with (fillfactor = 50)`,
          `create table milepost.leases (
             partition text collate "C" primary key,
             owner text,
             until timestamptz) with (fillfactor = 50)`,
          `create table milepost.workers (
             id text collate "C" primary key,
             name text not null,
             host text not null,
             pid bigint not null,
             address text,
             seen_at timestamptz not null) with (fillfactor = 50)`,
          MOVE_POSITION,
        ]),
    },
  },
  {
    name: '002-events-and-instances',
    migration: {
      up: (db) =>
        runAll(db, [
          `create table milepost.journal (
             partition text collate "C" not null,
             place bigint not null,
             clock timestamptz not null,
             backlog boolean not null,
             flow text collate "C" not null,
             key text collate "C" not null,
             id text collate "C" not null,
             digest text not null,
             step text,
             kind text not null,
             time timestamptz not null,
             received_at timestamptz not null,
             event text not null) partition by range (received_at)`,
          'create table milepost.journal_other partition of milepost.journal default',
          `create index journal_instance on milepost.journal
             (hashtextextended(flow || '/' || key, 0), place)`,
          `create index journal_place on milepost.journal using brin (place)
             with (pages_per_range = 32, autosummarize = on)`,
          `create table milepost.instances (
             flow text collate "C" not null,
             key text collate "C" not null,
             partition text collate "C" not null,
             revision text not null,
             status text not null,
             health text not null,
             deviated boolean not null,
             "group" text,
             trading_day text collate "C" not null,
             started_at timestamptz,
             ended_at timestamptz,
             updated_at timestamptz not null,
             open_alarms integer not null,
             has_timers boolean not null,
             applied bigint not null,
             snapshot text not null,
             primary key (flow, key)) with (fillfactor = 70)`,
          'create index instances_day on milepost.instances (trading_day, flow, key)',
          `create index instances_status on milepost.instances (status, flow, key) where status <> 'committed'`,
          `create index instances_health on milepost.instances (health, flow, key)
             where health not in ('normal', 'running')`,
          `create index instances_group on milepost.instances ("group", flow, key) where "group" is not null`,
          'create index instances_revision on milepost.instances (revision)',
          `create index instances_live on milepost.instances (partition, flow, key)
             where status in ('expected', 'running') or open_alarms > 0 or has_timers`,
          `create table milepost.held (
             partition text collate "C" not null,
             root text collate "C" not null,
             applied bigint not null,
             events text not null,
             primary key (partition, root))`,
          `create table milepost.watched (
             partition text collate "C" not null,
             flow text collate "C" not null,
             since timestamptz not null,
             primary key (partition, flow))`,
          `create table milepost.revisions (
             revision text collate "C" primary key,
             sources text not null,
             saved_at timestamptz not null default now())`,
        ]),
    },
  },
  {
    name: '003-alarms-and-what-is-owed',
    migration: {
      up: (db) =>
        runAll(db, [
          `create table milepost.alarms (
             digest bytea primary key,
             position bigint generated always as identity,
             id text not null,
             flow text collate "C" not null,
             key text collate "C" not null,
             step text,
             name text not null,
             source text not null,
             severity text not null,
             "group" text,
             trading_day text collate "C" not null,
             text text not null,
             count bigint not null,
             raised_at timestamptz not null,
             last_at timestamptz not null,
             cleared_at timestamptz,
             cleared_by text,
             late boolean not null,
             why text not null) with (fillfactor = 80)`,
          'create index alarms_raised on milepost.alarms (raised_at, position)',
          'create index alarms_open on milepost.alarms (raised_at, position) where cleared_at is null',
          'create index alarms_instance on milepost.alarms (flow, key, raised_at, position)',
          'create index alarms_day on milepost.alarms (trading_day, raised_at, position)',
          `create table milepost.notices (
             digest bytea primary key,
             id text not null,
             alarm text,
             kind text not null,
             channel text,
             text text not null,
             owed_at timestamptz not null default now())`,
          'create index notices_owed on milepost.notices (owed_at)',
          `create table milepost.rejected (
             id text collate "C" primary key,
             position bigint generated always as identity,
             subject text not null,
             payload bytea not null,
             headers text not null,
             reason text not null,
             received_at timestamptz not null,
             resent_at timestamptz)`,
          'create index rejected_received on milepost.rejected (received_at, position)',
          `create table milepost.changes (
             id bigint primary key,
             kind text not null,
             subject text not null,
             body text not null)`,
          `create table milepost.change_counter (
             one boolean primary key default true check (one),
             last bigint not null) with (fillfactor = 10)`,
          'insert into milepost.change_counter (last) values (0)',
          `create table milepost.change_position (
             one boolean primary key default true check (one),
             published bigint not null) with (fillfactor = 10)`,
          'insert into milepost.change_position (published) values (0)',
        ]),
    },
  },
  {
    name: '004-inbox',
    migration: {
      up: (db) =>
        runAll(db, [
          `create table milepost.inbox (
             sequence bigint primary key,
             subject text not null,
             headers text not null,
             payload bytea not null,
             digest bytea unique,
             stored_at timestamptz not null default now())`,
          `create table milepost.inbox_counter (
             one boolean primary key default true check (one),
             incarnation text not null,
             last bigint not null)`,
          `insert into milepost.inbox_counter (incarnation, last)
             values ('inbox-' || gen_random_uuid()::text, 0)`,
        ]),
    },
  },
  NOTICE_MIGRATION,
  {
    name: '011-what-is-applied-again',
    migration: {
      up: (db: Kysely<unknown>) =>
        runAll(db, [
          'alter table milepost.system add column replayed_at timestamptz, add column replay_why text',
        ]),
    },
  },
  {
    name: '012-what-the-notifier-goes-on-from',
    migration: {
      up: (db: Kysely<unknown>) =>
        runAll(db, [`alter table milepost.notifier add column tag text not null default ''`]),
    },
  },
  {
    name: '013-counts-of-a-day',
    migration: {
      up: (db: Kysely<unknown>) =>
        runAll(db, [
          'drop index milepost.instances_day',
          `create index instances_day on milepost.instances (trading_day, flow, key)
             include (status, health, open_alarms)`,
        ]),
    },
  },
  {
    name: '014-what-milepost-says-about-itself',
    migration: {
      up: (db: Kysely<unknown>) =>
        runAll(db, [
          `create table milepost.own_reports (
             cause text collate "C" primary key,
             event text not null,
             kept_at timestamptz not null default clock_timestamp(),
             sent_at timestamptz)`,
          `create table milepost.own_troubles (
             topic text collate "C" not null,
             worker text collate "C" not null,
             params text not null,
             primary key (topic, worker))`,
          `create table milepost.own_topics (
             topic text collate "C" primary key,
             wrong boolean not null default false,
             episode integer not null default 0)`,
        ]),
    },
  },
  AUDIT_MIGRATION,
  {
    name: '016-what-alarms-follow-from',
    migration: {
      up: (db: Kysely<unknown>) =>
        runAll(db, [
          'alter table milepost.handlings add column root bytea',
          `update milepost.handlings set root = sha256(convert_to(body::json ->> 'root', 'UTF8'))
             where outcome = 'folded' and body::json ->> 'root' is not null`,
          'create index handlings_root on milepost.handlings (root) where root is not null',
        ]),
    },
  },
];

/** SQLSTATE of a commit whose position is not as it was expected to be. */
export const FENCED = 'MP001';

/** A function, since a statement in a trip has to fail where it changes no row: that undoes and skips all the others. */
const MOVE_POSITION = `
  create function milepost.move_position(
    of text, old_epoch bigint, old_sequence bigint, old_journal bigint, old_tag text,
    new_incarnation text, new_sequence bigint, new_clock timestamptz, new_journal bigint,
    new_mark bigint, new_mark_clock timestamptz, new_revision text, new_tag text) returns void
  language plpgsql as $$
  begin
    update milepost.positions
       set incarnation = new_incarnation, sequence = new_sequence, clock = new_clock, journal = new_journal,
           mark = new_mark, mark_clock = new_mark_clock, revision = new_revision, tag = new_tag
     where partition = of and epoch = old_epoch and sequence = old_sequence and journal = old_journal
       and tag = old_tag;
    if not found then
      raise exception 'partition % was taken by another owner', of using errcode = '${FENCED}';
    end if;
  end $$`;

async function runAll(db: Kysely<unknown>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
