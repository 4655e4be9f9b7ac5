import { Input } from 'antd';
import { StatusMark } from '../status/status-mark.tsx';
import { TONES, type Tone, worstFirst } from '../status/tone.ts';
import { useWords } from '../words/words.ts';
import type { LedgerEntry } from './ledger-row.tsx';

/** What of the day is chosen; null: everything. */
export interface DayChoice {
  readonly tone: string | null;
  readonly group: string | null;
  readonly text: string;
}

interface DayFiltersProps {
  readonly entries: readonly LedgerEntry[];
  readonly choice: DayChoice;
  readonly choose: (changes: Readonly<Record<string, string | null>>) => void;
}

/** How many are how, each a filter; then the groups. */
export function DayFilters({ entries, choice, choose }: DayFiltersProps) {
  const { home, status } = useWords();
  const tones = TONES.map((tone) => ({ tone, count: entries.filter((entry) => entry.tone === tone).length }));
  const groups = groupsOf(entries);
  return (
    <div className="day-filters">
      <fieldset className="tone-filters" aria-label={home.columns.status}>
        <Chip pressed={choice.tone === null} onPress={() => choose({ tone: null })}>
          {home.all} <b>{entries.length}</b>
        </Chip>
        {tones
          .filter(({ count, tone }) => count > 0 || tone === choice.tone)
          .map(({ tone, count }) => (
            <Chip
              key={tone}
              pressed={choice.tone === tone}
              onPress={() => choose({ tone: choice.tone === tone ? null : tone })}
            >
              <StatusMark tone={tone} size={14} />
              {status.tone[tone]} <b>{count}</b>
            </Chip>
          ))}
        <Input
          allowClear
          className="day-text"
          value={choice.text}
          placeholder={home.filter}
          aria-label={home.filter}
          onChange={(event) => choose({ q: event.target.value })}
        />
      </fieldset>
      {groups.length > 1 && (
        <fieldset className="group-filters" aria-label={home.groups}>
          {groups.map((group) => (
            <GroupChip key={group.name ?? ''} group={group} choice={choice} choose={choose} />
          ))}
        </fieldset>
      )}
    </div>
  );
}

interface GroupSum {
  readonly name: string | null;
  readonly tones: ReadonlyMap<Tone, number>;
  readonly worst: Tone;
  readonly count: number;
}

function GroupChip({
  group,
  choice,
  choose,
}: { readonly group: GroupSum } & Omit<DayFiltersProps, 'entries'>) {
  const { shell, status } = useWords();
  const value = group.name ?? '-';
  const pressed = choice.group === value;
  const sums = TONES.flatMap((tone) => {
    const count = group.tones.get(tone) ?? 0;
    return count === 0 ? [] : [{ tone, count }];
  });
  return (
    <button
      type="button"
      className="group-chip"
      aria-pressed={pressed}
      onClick={() => choose({ group: pressed ? null : value })}
    >
      <span className="group-chip-name">
        <StatusMark tone={group.worst} size={14} label={status.tone[group.worst]} />
        <b>{group.name ?? shell.noGroup}</b>
        <span className="count">{group.count}</span>
      </span>
      <span className="group-bar" aria-hidden="true">
        {sums.map(({ tone, count }) => (
          <span key={tone} className={`tone-${tone}`} style={{ flexGrow: count }} />
        ))}
      </span>
      <small>{sums.map(({ tone, count }) => `${status.tone[tone]} ${count}`).join(' · ')}</small>
    </button>
  );
}

interface ChipProps {
  readonly pressed: boolean;
  readonly onPress: () => void;
  readonly children: React.ReactNode;
}

function Chip({ pressed, onPress, children }: ChipProps) {
  return (
    <button type="button" className="chip" aria-pressed={pressed} onClick={onPress}>
      {children}
    </button>
  );
}

function groupsOf(entries: readonly LedgerEntry[]): readonly GroupSum[] {
  return [...Map.groupBy(entries, ({ row }) => row.group)]
    .map(([name, members]) => {
      const tones = new Map<Tone, number>();
      for (const { tone } of members) tones.set(tone, (tones.get(tone) ?? 0) + 1);
      const worst = [...tones.keys()].sort(worstFirst)[0] ?? 'idle';
      return { name, tones, worst, count: members.length };
    })
    .sort((a, b) => worstFirst(a.worst, b.worst) || ((a.name ?? '\uffff') < (b.name ?? '\uffff') ? -1 : 1));
}
