/** The table of who did what: rows are added, and get their outcome once; the database refuses everything else. */
import { type Kysely, type Migration, sql } from 'kysely';

export const AUDIT_MIGRATION: { readonly name: string; readonly migration: Migration } = {
  name: '015-who-did-what',
  migration: {
    up: async (db: Kysely<unknown>) => {
      for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
    },
  },
};

const kept = (row: string) => `to_jsonb(${row}) - array['outcome', 'reason', 'act']`;

const STATEMENTS = [
  `create table milepost.audit (
     position bigint generated always as identity primary key,
     at timestamptz not null,
     by text collate "C" not null,
     kind text collate "C" not null,
     target text,
     detail text not null,
     origin text not null,
     outcome text,
     reason text,
     act text collate "C")`,
  'create index audit_by on milepost.audit (by, position)',
  'create index audit_act on milepost.audit (act) where act is not null',
  `create function milepost.guard_audit() returns trigger language plpgsql as $$
   begin
     if tg_op = 'UPDATE' then
       if old.outcome is null and ${kept('new')} = ${kept('old')} then return new; end if;
     end if;
     raise exception 'rows of milepost.audit are neither changed nor removed';
   end $$`,
  `create trigger guard_audit before update or delete on milepost.audit
     for each row execute function milepost.guard_audit()`,
  `create trigger guard_audit_whole before truncate on milepost.audit
     for each statement execute function milepost.guard_audit()`,
];
