import { useQuery } from '@tanstack/react-query';
import { Button, Popover } from 'antd';
import { useLocation, useSearch } from 'wouter';
import { flowAddress } from '../address/address.ts';
import { readFlows } from '../api/reads.ts';
import { readViews } from '../api/view-reads.ts';
import { viewAddress } from '../views/view-address.ts';
import { titleIn, useWords } from '../words/words.ts';
import { bigAddress, pageOf, type Rotation } from './rotation.ts';

/** The button that says how many pages take turns, and what it opens: which, and how fast. */
export function RotationButton({ rotation }: { readonly rotation: Rotation }) {
  const { shell } = useWords();
  const count = rotation.pages.length;
  return (
    <Popover trigger="click" placement="bottomRight" content={<RotationPanel rotation={rotation} />}>
      <Button type="text">{count > 1 ? shell.turns(count, rotation.every) : shell.noTurns}</Button>
    </Popover>
  );
}

function RotationPanel({ rotation }: { readonly rotation: Rotation }) {
  const { shell, language } = useWords();
  const search = useSearch();
  const [location, go] = useLocation();
  const flows = useQuery(readFlows()).data?.items ?? [];
  const views = useQuery(readViews(null)).data?.items ?? [];
  const groups = [...new Set(flows.flatMap(({ group }) => (group === null ? [] : [group])))].sort();
  const offered = [
    { page: '/', name: shell.day },
    ...groups.map((group) => ({
      page: `/?${new URLSearchParams({ group })}`,
      name: `${shell.day}: ${group}`,
    })),
    ...views.map(({ name, title }) => ({ page: viewAddress(name), name: titleIn(language, title, name) })),
    ...flows.map(({ name, title }) => ({ page: flowAddress(name), name: titleIn(language, title, name) })),
  ];
  const others = rotation.pages.filter((page) => !offered.some((each) => each.page === page));
  const change = (next: Rotation) => go(bigAddress(pageOf(location, search), next), { replace: true });
  return (
    <form className="rotation" onSubmit={(event) => event.preventDefault()}>
      <label>
        {shell.turnEvery}{' '}
        <input
          className="field"
          type="number"
          min={5}
          max={3600}
          defaultValue={rotation.every}
          onChange={(event) => change({ ...rotation, every: Math.max(5, Number(event.target.value)) })}
        />
      </label>
      {[...offered, ...others.map((page) => ({ page, name: page }))].map(({ page, name }) => (
        <label key={page}>
          <input
            type="checkbox"
            checked={rotation.pages.includes(page)}
            onChange={(event) => {
              const rest = rotation.pages.filter((each) => each !== page);
              change({ ...rotation, pages: event.target.checked ? [...rest, page] : rest });
            }}
          />
          {name}
        </label>
      ))}
    </form>
  );
}
