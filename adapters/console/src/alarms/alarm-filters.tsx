import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { readFlows } from '../api/reads.ts';
import { useFlowNames } from '../api/use-flow-names.ts';
import { useWords } from '../words/words.ts';

/** What of the alarms is listed; null: everything. */
export interface Filters {
  readonly open: 'true' | 'false' | 'all';
  readonly severity: string | null;
  readonly group: string | null;
  readonly flow: string | null;
  readonly key: string | null;
}

const STATES = ['true', 'false', 'all'] as const;
const SEVERITIES = ['critical', 'warning', 'info'] as const;
const NAMES = ['severity', 'group', 'flow', 'key'] as const;

/** The filters in a query of the address; without any, what is open. */
export function filtersIn(search: string): Filters {
  const given = new URLSearchParams(search);
  const open = STATES.find((state) => state === given.get('open')) ?? 'true';
  const severity = SEVERITIES.find((each) => each === given.get('severity')) ?? null;
  return { open, severity, group: given.get('group'), flow: given.get('flow'), key: given.get('key') };
}

/** The same as parameters of the API. */
export function apiFilter(filters: Filters): string {
  const query = new URLSearchParams();
  if (filters.open !== 'all') query.set('open', filters.open);
  for (const name of NAMES) {
    const value = filters[name];
    if (value !== null) query.set(name, value);
  }
  return query.toString();
}

/** Whether anything but the open alarms of everything is asked for. */
export function isFiltered(filters: Filters): boolean {
  return filters.open !== 'true' || NAMES.some((name) => filters[name] !== null);
}

interface AlarmFiltersProps {
  readonly filters: Filters;
  readonly choose: (changes: Readonly<Record<string, string | null>>) => void;
}

/** The filters of the list. */
export function AlarmFilters({ filters, choose }: AlarmFiltersProps) {
  const { alarms, status } = useWords();
  const names = useFlowNames();
  const { data } = useQuery(readFlows());
  const flows = data?.items ?? [];
  const groups = [...new Set(flows.flatMap(({ group }) => (group === null ? [] : [group])))].sort();
  return (
    <fieldset className="alarm-filters" aria-label={alarms.filters}>
      {STATES.map((state) => (
        <button
          key={state}
          type="button"
          className="pick"
          aria-pressed={filters.open === state}
          onClick={() => choose({ open: state === 'true' ? null : state })}
        >
          {alarms.which[state]}
        </button>
      ))}
      <Choice
        name={alarms.severity}
        value={filters.severity}
        all={alarms.anySeverity}
        options={SEVERITIES.map((each) => [each, status.severity[each]])}
        onChoose={(severity) => choose({ severity })}
      />
      <Choice
        name={alarms.group}
        value={filters.group}
        all={alarms.anyGroup}
        options={groups.map((group) => [group, group])}
        onChoose={(group) => choose({ group })}
      />
      <Choice
        name={alarms.flow}
        value={filters.flow}
        all={alarms.anyFlow}
        options={flows.map(({ name }) => [name, names.title(name)])}
        onChoose={(flow) => choose({ flow })}
      />
      {filters.key !== null && (
        <button type="button" className="pick" aria-pressed onClick={() => choose({ key: null })}>
          {filters.key} ×
        </button>
      )}
      {isFiltered(filters) && (
        <Button
          type="link"
          onClick={() => choose({ open: null, severity: null, group: null, flow: null, key: null })}
        >
          {alarms.clear}
        </Button>
      )}
    </fieldset>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly value: string | null;
  readonly all: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly onChoose: (value: string | null) => void;
}

function Choice({ name, value, all, options, onChoose }: ChoiceProps) {
  return (
    <select
      className={`field${value === null ? '' : ' field-set'}`}
      aria-label={name}
      value={value ?? ''}
      onChange={(event) => onChoose(event.target.value === '' ? null : event.target.value)}
    >
      <option value="">{all}</option>
      {options.map(([each, text]) => (
        <option key={each} value={each}>
          {text}
        </option>
      ))}
    </select>
  );
}
