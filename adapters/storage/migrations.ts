/**
 * How the tables came to be: a list of named steps, applied in order, each once, never changed after it was released
 * and never undone. A new form of a table is a new step at the end.
 *
 * 1. Text that is sorted or compared has collation "C": the order of UTF-8 bytes, the same on every server.
 * 2. What may exceed an index entry (2,704 bytes) is indexed by its SHA-256: ids of alarms, notices and messages.
 */

import { type Kysely, type Migration, sql } from 'kysely';
import { NOTICE_MIGRATION } from './notice-migration.ts';

export interface NamedMigration {
  readonly name: string;
  readonly migration: Migration;
}

export const MIGRATIONS: readonly NamedMigration[] = [
  {
    name: '001-events-and-instances',
    migration: {
      up: (db) =>
        runAll(db, [
          `create table milepost.positions (
             partition text collate "C" primary key,
             epoch bigint not null,
             incarnation text not null,
             sequence bigint not null,
             clock timestamptz)`,
          `create table milepost.journal (
             position bigint generated always as identity,
             flow text collate "C" not null,
             key text collate "C" not null,
             id text collate "C" not null,
             digest text not null,
             step text,
             kind text not null,
             time timestamptz not null,
             received_at timestamptz not null,
             event text not null,
             primary key (flow, key, id))`,
          'create unique index journal_order on milepost.journal (flow, key, position)',
          `create table milepost.instances (
             flow text collate "C" not null,
             key text collate "C" not null,
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
             snapshot text not null,
             primary key (flow, key)) with (fillfactor = 70)`,
          'create index instances_day on milepost.instances (trading_day, flow, key)',
          'create index instances_status on milepost.instances (status)',
          'create index instances_health on milepost.instances (health)',
          'create index instances_group on milepost.instances ("group")',
          `create index instances_live on milepost.instances (flow, key)
             where status in ('expected', 'running') or open_alarms > 0`,
          `create table milepost.held (
             partition text collate "C" not null,
             place integer not null,
             event text not null,
             received_at timestamptz not null,
             primary key (partition, place))`,
          `create table milepost.watched (
             flow text collate "C" primary key,
             since timestamptz not null)`,
          `create table milepost.revisions (
             revision text collate "C" primary key,
             sources text not null,
             saved_at timestamptz not null default now())`,
        ]),
    },
  },
  {
    name: '002-alarms-and-what-is-owed',
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
             last bigint not null)`,
          'insert into milepost.change_counter (last) values (0)',
          `create table milepost.change_position (
             one boolean primary key default true check (one),
             published bigint not null)`,
          'insert into milepost.change_position (published) values (0)',
        ]),
    },
  },
  {
    name: '003-inbox',
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
  {
    name: '004-timers-of-ended-instances',
    migration: {
      up: (db) =>
        runAll(db, [
          'alter table milepost.instances add column has_timers boolean not null default false',
          // a quote within a text is escaped in JSON, so these characters are the field and nothing else
          `update milepost.instances set has_timers = true where position('"timers":[{' in snapshot) > 0`,
          'alter table milepost.instances alter column has_timers drop default',
          'drop index milepost.instances_live',
          `create index instances_live on milepost.instances (flow, key)
             where status in ('expected', 'running') or open_alarms > 0 or has_timers`,
        ]),
    },
  },
  NOTICE_MIGRATION,
];

async function runAll(db: Kysely<unknown>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
