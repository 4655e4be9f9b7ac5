/** Explanations of what was not heard of, and what an explanation says of where things stand. */
import { describe, expect, it } from 'vitest';
import { createWatch, explainHeard, listenTo } from '../../../engine/index.ts';
import { at, defined, event } from './watching.ts';

const YAML = `
flow: f
title: Work
states: { open: [shut], shut: [] }
steps: { a: { states: { one: [two], two: [] } }, b: {} }
`;

/** What is heard of f/k while it and another instance report. */
function heard() {
  const listener = listenTo({ flow: 'f', key: 'k' });
  const watch = createWatch({ definitions: defined(YAML), clock: at('09:00'), trace: listener.trace });
  watch.take(event('09:00', 'f/k a state', { state: 'two' }), at('09:00'));
  watch.take(event('09:01', 'f/l a exception'), at('09:01'));
  return listener.heard;
}

describe('an explanation', () => {
  it('is none where nothing was heard, or no such step is known', () => {
    expect(explainHeard([], { step: null, asOf: 0 })).toBeNull();
    expect(explainHeard(heard(), { step: 'c', asOf: 0 })).toBeNull();
  });

  it('is of one instance, however many there are', () => {
    expect(heard().map(({ before }) => before.key)).toEqual(['k', 'k']);
  });

  it('says of the instance and of each step where it stands', () => {
    const explanation = explainHeard(heard(), { step: null, asOf: at('09:30') });
    expect(explanation).toMatchObject({
      flow: 'f',
      title: 'Work',
      key: 'k',
      tradingDay: '2026-11-23',
      zone: 'UTC',
      asOf: '2026-11-23T09:30:00.000Z',
      status: 'running',
      health: 'running',
      startedAt: '2026-11-23T09:00:00.000Z',
      endedAt: null,
      deviations: [],
      chapters: [
        { step: null, status: 'running', state: 'open', visits: 0 },
        { step: 'a', status: 'running', state: 'two', visits: 1 },
        { step: 'b', status: 'active', state: null, visits: 1 },
      ],
    });
  });

  it('is of one step where one is asked for', () => {
    const explanation = explainHeard(heard(), { step: 'b', asOf: at('09:30') });
    expect(explanation?.chapters.map(({ step }) => step)).toEqual(['b']);
  });
});
