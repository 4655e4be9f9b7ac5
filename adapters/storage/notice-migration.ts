/** The tables of telling: what the notifier remembers, what is done about alarms, what is owed to channels, who did what. */
import { type Kysely, type Migration, sql } from 'kysely';

/** One step; ids that may exceed an index entry are found by their SHA-256. */
export const NOTICE_MIGRATION: { readonly name: string; readonly migration: Migration } = {
  name: '010-telling-people',
  migration: {
    up: async (db: Kysely<unknown>) => {
      for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
    },
  },
};

const STATEMENTS = [
  `create table milepost.notifier (
     one boolean primary key default true check (one),
     epoch bigint not null default 0,
     owner text,
     until timestamptz,
     change bigint) with (fillfactor = 10)`,
  'insert into milepost.notifier default values',
  `create table milepost.notifier_memory (
     kind text not null,
     digest bytea not null,
     id text not null,
     body text not null,
     primary key (kind, digest)) with (fillfactor = 50)`,
  `create table milepost.handlings (
     digest bytea primary key,
     alarm text not null,
     flow text collate "C" not null,
     key text collate "C" not null,
     name text collate "C" not null,
     "group" text,
     trading_day text collate "C" not null,
     severity text not null,
     standing text not null,
     outcome text not null,
     useful boolean,
     raised_at timestamptz not null,
     acknowledged_at timestamptz,
     cleared_at timestamptz,
     live boolean not null,
     body text not null) with (fillfactor = 70)`,
  'create index handlings_live on milepost.handlings (digest) where live',
  'create index handlings_day on milepost.handlings (trading_day, flow, name)',
  `create table milepost.handling_history (
     position bigint generated always as identity primary key,
     alarm bytea not null,
     at timestamptz not null,
     kind text not null,
     by text,
     detail text)`,
  'create index handling_history_alarm on milepost.handling_history (alarm, position)',
  `create table milepost.silences (
     id text collate "C" primary key,
     position bigint generated always as identity,
     until timestamptz not null,
     live boolean not null,
     body text not null)`,
  'create index silences_live on milepost.silences (position) where live',
  `create table milepost.acts (
     position bigint generated always as identity primary key,
     id text collate "C" not null unique,
     by text not null,
     kind text not null,
     act text not null,
     kept_at timestamptz not null default now(),
     applied_at timestamptz,
     done boolean,
     reason text)`,
  'create index acts_waiting on milepost.acts (position) where applied_at is null',
  `create table milepost.outbox (
     digest bytea primary key,
     position bigint generated always as identity,
     id text not null,
     channel text collate "C" not null,
     thread bytea not null,
     kind text not null,
     alarms bytea[] not null,
     recovered boolean not null,
     state text not null default 'owed',
     attempts integer not null default 0,
     uncertain boolean not null default false,
     unknowns integer not null default 0,
     next_at timestamptz,
     claimed_until timestamptz,
     settled_at timestamptz,
     reason text,
     failure_taken boolean not null default false,
     body text not null) with (fillfactor = 60)`,
  'create unique index outbox_position on milepost.outbox (position)',
  `create index outbox_owed on milepost.outbox (channel, position) where state in ('owed', 'sending')`,
  'create index outbox_thread on milepost.outbox (channel, thread, position)',
  `create index outbox_failed on milepost.outbox (position)
     where state in ('failed', 'unknown') and not failure_taken`,
  'create index outbox_alarms on milepost.outbox using gin (alarms)',
  'alter table milepost.notices add column taken_at timestamptz',
  'create index notices_waiting on milepost.notices (owed_at) where taken_at is null',
];
