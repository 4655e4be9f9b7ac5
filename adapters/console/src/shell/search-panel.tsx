import { useQuery } from '@tanstack/react-query';
import { Modal } from 'antd';
import { type KeyboardEvent, useDeferredValue, useState } from 'react';
import { useLocation } from 'wouter';
import { flowAddress } from '../address/address.ts';
import type { SearchHit } from '../api/answers.ts';
import { readSearch } from '../api/reads.ts';
import { StatusMark } from '../status/status-mark.tsx';
import { type Tone, toneOfHealth, toneOfSeverity } from '../status/tone.ts';
import { viewAddress } from '../views/view-address.ts';
import { titleIn, useWords, type Words } from '../words/words.ts';

const LEAST = 2;

/** Finds flows, views, instances, steps and alarms; the arrow keys choose, Enter goes there. */
export default function SearchPanel({ onClose }: { readonly onClose: () => void }) {
  const words = useWords();
  const [, go] = useLocation();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const asked = useDeferredValue(text.trim());
  const { data } = useQuery({ ...readSearch(asked), enabled: asked.length >= LEAST });
  const hits = asked.length >= LEAST ? (data?.items ?? []) : [];

  const open = (hit: SearchHit | undefined) => {
    if (hit === undefined) return;
    go(addressOf(hit));
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setChosen(Math.min(chosen + 1, hits.length - 1));
    else if (event.key === 'ArrowUp') setChosen(Math.max(chosen - 1, 0));
    else if (event.key === 'Enter') open(hits[chosen]);
    else return;
    event.preventDefault();
  };

  return (
    <Modal
      open
      footer={null}
      closable={false}
      onCancel={onClose}
      width={620}
      title={<span className="sr-only">{words.shell.search}</span>}
      destroyOnHidden
    >
      <input
        // biome-ignore lint/a11y/noAutofocus: it is opened to type in
        autoFocus
        type="text"
        className="search-input"
        role="combobox"
        aria-expanded={hits.length > 0}
        aria-controls="search-hits"
        aria-activedescendant={hits.length > 0 ? `search-hit-${chosen}` : undefined}
        aria-label={words.shell.search}
        placeholder={words.shell.searchHint}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
      />
      {hits.length > 0 && (
        <div id="search-hits" role="listbox" aria-label={words.shell.search} className="search-hits">
          {hits.map((hit, index) => (
            <Hit
              key={`${hit.kind} ${hit.flow ?? hit.view} ${hit.key} ${hit.step} ${hit.id}`}
              hit={hit}
              words={words}
              id={`search-hit-${index}`}
              selected={index === chosen}
              onOpen={() => open(hit)}
            />
          ))}
        </div>
      )}
      {hits.length === 0 && (
        <p className="quiet search-empty" role="status">
          {asked.length < LEAST
            ? words.shell.searchMore
            : data !== undefined
              ? words.shell.searchNothing
              : ''}
        </p>
      )}
    </Modal>
  );
}

interface HitProps {
  readonly hit: SearchHit;
  readonly words: Words;
  readonly id: string;
  readonly selected: boolean;
  readonly onOpen: () => void;
}

function Hit({ hit, words, id, selected, onOpen }: HitProps) {
  const title = titleIn(words.language, hit.title, hit.step ?? hit.flow ?? hit.view ?? '');
  const rest = [hit.text, hit.kind === 'step' ? hit.flow : null, hit.key].filter((part) => part !== null);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the box above, which keeps the focus
    // biome-ignore lint/a11y/useFocusableInteractive: the same
    <div id={id} role="option" aria-selected={selected} className="search-hit" onClick={onOpen}>
      <StatusMark tone={toneOf(hit)} />
      <span className="search-kind">{words.shell.searchKinds[hit.kind]}</span>
      <span className="search-title">{title}</span>
      <span className="quiet search-rest" title={rest.join(' · ')}>
        {rest.join(' · ')}
      </span>
    </div>
  );
}

function toneOf(hit: SearchHit): Tone {
  if (hit.severity !== null) return hit.open === true ? toneOfSeverity(hit.severity) : 'done';
  return toneOfHealth(hit.health);
}

function addressOf({ kind, flow, view, key, step, id }: SearchHit): string {
  if (view !== null) return viewAddress(view);
  if (kind === 'alarm' && id !== null) return `/alarms/${encodeURIComponent(id)}`;
  return flowAddress(flow ?? '', key, step === null ? {} : { step });
}
