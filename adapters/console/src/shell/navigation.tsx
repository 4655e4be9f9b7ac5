import { useQuery } from '@tanstack/react-query';
import { Input } from 'antd';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { flowAddress } from '../address/address.ts';
import type { FlowItem } from '../api/answers.ts';
import { readFlows } from '../api/reads.ts';
import { StatusMark } from '../status/status-mark.tsx';
import { type Tone, toneOfCounts, worstFirst } from '../status/tone.ts';
import { titleIn, useWords, type Words } from '../words/words.ts';
import { Leaf } from './leaf.tsx';
import { ViewBranch } from './view-branch.tsx';

interface Group {
  readonly name: string | null;
  readonly tone: Tone;
  readonly flows: readonly Entry[];
}

interface Entry {
  readonly flow: FlowItem;
  readonly title: string;
  readonly tone: Tone;
  readonly depth: number;
}

/** The tree of groups, flows and nested flows, each with its health today. */
export function Navigation() {
  const words = useWords();
  const [location] = useLocation();
  const [filter, setFilter] = useState('');
  const { data } = useQuery(readFlows());
  const groups = useMemo(() => groupsOf(data?.items ?? [], words), [data, words]);
  const wanted = filter.trim().toLowerCase();
  const shown = groups
    .map((group) => ({
      ...group,
      flows: group.flows.filter(
        ({ title, flow }) => title.toLowerCase().includes(wanted) || flow.name.includes(wanted),
      ),
    }))
    .filter(({ flows }) => flows.length > 0);
  return (
    <nav className="navigation" aria-label={words.shell.navigation}>
      <div className="navigation-filter">
        <Input
          size="small"
          allowClear
          value={filter}
          placeholder={words.shell.filterTree}
          aria-label={words.shell.filterTree}
          onChange={(event) => setFilter(event.target.value)}
        />
      </div>
      <ViewBranch wanted={wanted} location={location} />
      {data !== undefined && shown.length === 0 && (
        <p className="quiet navigation-empty">{words.shell.noFlow}</p>
      )}
      {shown.map((group) => (
        <GroupBranch
          key={group.name ?? ''}
          group={group}
          words={words}
          location={location}
          open={wanted !== ''}
        />
      ))}
    </nav>
  );
}

interface BranchProps {
  readonly group: Group;
  readonly words: Words;
  readonly location: string;
  readonly open: boolean;
}

function GroupBranch({ group, words, location, open }: BranchProps) {
  const [folded, setFolded] = useState(group.flows.length > 40);
  const visible = open || !folded;
  return (
    <section className="branch">
      <button
        type="button"
        className="branch-head"
        aria-expanded={visible}
        onClick={() => setFolded(visible)}
      >
        <StatusMark tone={group.tone} size={13} label={words.status.tone[group.tone]} />
        <span className="branch-name">{group.name ?? words.shell.noGroup}</span>
        <span className="count">{group.flows.length}</span>
      </button>
      {visible && (
        <ul>
          {group.flows.map(({ flow, title, tone, depth }) => {
            const address = flowAddress(flow.name);
            return (
              <Leaf
                key={flow.name}
                address={address}
                here={location === address || location.startsWith(`${address}/`)}
                title={title}
                tone={tone}
                depth={depth}
              />
            );
          })}
        </ul>
      )}
    </section>
  );
}

function groupsOf(items: readonly FlowItem[], words: Words): readonly Group[] {
  const nestedIn = new Map<string, readonly string[]>(items.map((flow) => [flow.name, flow.nestedIn]));
  const byGroup = Map.groupBy(items, (flow) => flow.group);
  return [...byGroup]
    .map(([name, flows]) => {
      const entries = inTree(flows, nestedIn, words);
      return { name, flows: entries, tone: entries.map(({ tone }) => tone).sort(worstFirst)[0] ?? 'idle' };
    })
    .sort((a, b) => worstFirst(a.tone, b.tone) || compare(a.name ?? '\uffff', b.name ?? '\uffff'));
}

/** Flows of a group with those that they nest below them. */
function inTree(
  flows: readonly FlowItem[],
  nestedIn: ReadonlyMap<string, readonly string[]>,
  words: Words,
): readonly Entry[] {
  const here = new Set(flows.map(({ name }) => name));
  const entries: Entry[] = [];
  const done = new Set<string>();
  const add = (flow: FlowItem, depth: number): void => {
    if (done.has(flow.name)) return;
    done.add(flow.name);
    entries.push({
      flow,
      depth,
      title: titleIn(words.language, flow.title, flow.name),
      tone: toneOfCounts(flow.today),
    });
    for (const child of flows) if (nestedIn.get(child.name)?.includes(flow.name)) add(child, depth + 1);
  };
  for (const flow of flows) if (!nestedIn.get(flow.name)?.some((parent) => here.has(parent))) add(flow, 0);
  for (const flow of flows) add(flow, 0);
  return entries;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
