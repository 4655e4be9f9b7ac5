import { describe, expect, it } from 'vitest';
import { readCloudEventBinary, readEvent, readMessage } from '../../../checkpoints/index.ts';
import { bytes, cloud, messages, paths } from './event-samples.ts';

const HEADERS = {
  'ce-specversion': '1.0',
  'CE-Id': '17',
  'Ce-Source': '/clearing/host-1',
  'ce-type': 'milepost.checkpoint.params',
  'ce-subject': 'settlement/clearing-2026-11-23/receive',
  'ce-time': '2026-11-23T07:30:00Z',
  'Content-Type': 'application/json; charset=utf-8',
};

describe('a structured CloudEvent', () => {
  it('becomes a checkpoint event', () => {
    const data = { state: 'received', params: { PIN: 5 }, message: 'all there' };
    expect(readEvent(cloud({ data }))).toEqual({
      ok: true,
      event: {
        id: '/clearing/host-1 17',
        flow: 'settlement',
        key: 'clearing-2026-11-23',
        step: 'receive',
        kind: 'committed',
        time: Date.UTC(2026, 10, 23, 7, 30),
        state: 'received',
        params: [['PIN', 5]],
        message: 'all there',
        source: '/clearing/host-1',
      },
    });
  });

  it.each([
    ['settlement/clearing-1/receive', { flow: 'settlement', key: 'clearing-1', step: 'receive' }],
    ['settlement//receive', { flow: 'settlement', key: null, step: 'receive' }],
    ['settlement/K/', { flow: 'settlement', key: 'K', step: null }],
    ['settlement/K', { flow: 'settlement', key: 'K', step: null }],
    ['settlement//', { flow: 'settlement', key: null, step: null }],
    ['settlement', { flow: 'settlement', key: null, step: null }],
    ['settlement/clearing-1%2Fcfmmc/receive', { key: 'clearing-1/cfmmc' }],
    ['settlement/%E7%BB%93%E7%AE%97/a%25b', { key: '结算', step: 'a%b' }],
  ])('has flow, key and step from its subject %s', (subject, expected) => {
    expect(readEvent(cloud({ subject, type: 'milepost.checkpoint.activated' }))).toMatchObject({
      ok: true,
      event: expected,
    });
  });

  it('has the same id only for the same source and id', () => {
    const id = (source: string, own: string) => {
      const result = readEvent(cloud({ source, id: own }));
      return result.ok ? result.event.id : messages(result);
    };
    expect(id('a', 'b c')).not.toBe(id('a b', 'c'));
    expect(id('a', 'x'.repeat(200))).toBe(id('a', 'x'.repeat(200)));
    expect(id('a', 'x'.repeat(200))).not.toBe(id('b', 'x'.repeat(200)));
    expect(id('a', 'x'.repeat(200)).length).toBeLessThanOrEqual(128);
  });

  it.each<[string, Record<string, unknown>, readonly string[], RegExp]>([
    ['another version', { specversion: '0.3' }, ['specversion'], /1\.0/],
    ['no id', { id: undefined }, ['id'], /missing/],
    ['an empty id', { id: '' }, ['id'], /empty/],
    ['no source', { source: undefined }, ['source'], /source is missing/],
    ['a source with U+0000', { source: 'a\u0000' }, ['id', 'source'], /U\+0000/],
    ['another type', { type: 'com.example.thing' }, ['type'], /milepost\.checkpoint\.<event>/],
    ['an unknown event', { type: 'milepost.checkpoint.done' }, ['type'], /no event "done"/],
    ["the engine's own event", { type: 'milepost.checkpoint.timer.x' }, ['type'], /engine's own/],
    ['no subject', { subject: undefined }, ['subject'], /flow\/key\/step/],
    ['a subject without flow', { subject: '/K/receive' }, ['subject'], /flow is empty/],
    ['a subject of four parts', { subject: 'a/b/c/d' }, ['subject'], /4 parts.*%2F/],
    ['a subject wrongly encoded', { subject: 'a/%E7/c' }, ['subject'], /percent-encoded/],
    ['a subject whose key has an empty part', { subject: 'a/%2Fb/c' }, ['subject'], /empty part/],
    ['a subject without the step it needs', { subject: 'a/b' }, ['subject'], /name the step/],
    ['no time', { time: undefined }, ['time'], /missing/],
    ['data that is no object', { data: 'x' }, ['data'], /object, not a string/],
    ['binary data', { data_base64: 'e30=' }, ['data_base64'], /JSON object/],
    ['a wrong param', { data: { params: { P: [] } } }, ['data.params.P'], /not a list/],
    ['a state event without state', { type: 'milepost.checkpoint.state' }, ['data.state'], /new state/],
  ])('is refused with %s', (_, changes, expected, message) => {
    const result = readEvent(cloud(changes));
    expect(paths(result)).toEqual(expected);
    expect(messages(result)).toMatch(message);
  });
});

describe('a binary CloudEvent', () => {
  it('is read from its headers, in any case, and its data', () => {
    expect(readCloudEventBinary(HEADERS, bytes('{"params":{"PIN":5}}'))).toMatchObject({
      ok: true,
      event: {
        id: '/clearing/host-1 17',
        flow: 'settlement',
        step: 'receive',
        kind: 'params',
        params: [['PIN', 5]],
      },
    });
  });

  it('is told from other messages by its headers', () => {
    const [item] = readMessage(bytes('{"params":{"PIN":5}}'), HEADERS);
    expect(item).toMatchObject({ line: 1, text: '{"params":{"PIN":5}}', result: { ok: true } });
  });

  it('may come without data', () => {
    expect(readCloudEventBinary(HEADERS, new Uint8Array())).toMatchObject({
      ok: true,
      event: { params: [] },
    });
  });

  it.each([
    ['settlement/a%2Fb/receive', 'a/b'],
    ['settlement/a%252Fb/receive', 'a/b'],
    ['settlement/a%2525b/receive', 'a%b'],
    ['settlement/a%25b%2F/receive', null],
    ['settlement/%E7%BB%93/receive', '结'],
    ['settlement/%25E7%25BB%2593/receive', '结'],
  ])('has its key from the subject header %s, encoded once or twice', (subject, key) => {
    const result = readCloudEventBinary({ ...HEADERS, 'ce-subject': subject }, new Uint8Array());
    expect(result.ok ? result.event.key : null).toBe(key);
  });

  it.each<[string, Record<string, string>, string, readonly string[]]>([
    ['data that is no JSON', {}, '{', ['data']],
    ['data of another type', { 'Content-Type': 'text/plain' }, '{}', ['datacontenttype']],
    ['data that is a list', {}, '[]', ['data']],
    ['an empty type', { 'ce-type': '' }, '{}', ['type']],
  ])('is refused with %s', (_, headers, data, expected) => {
    expect(paths(readCloudEventBinary({ ...HEADERS, ...headers }, bytes(data)))).toEqual(expected);
  });

  it('is refused where attributes are missing, all of them named', () => {
    expect(paths(readCloudEventBinary({ 'ce-specversion': '1.0' }, bytes('{}')))).toEqual([
      'source',
      'type',
      'subject',
      'id',
      'time',
    ]);
  });
});
