import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask, change, type Server, startServer, store } from './http-server.ts';

let server: Server;
const open: { socket: Socket }[] = [];

beforeEach(async () => {
  server = await startServer();
});

afterEach(async () => {
  for (const { socket } of open.splice(0)) socket.destroy();
  await server.close();
});

interface Told {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** A reader of the stream over a bare socket, which can stop reading. */
function listen(query = '', headers = '', from: Server = server) {
  const socket = connect(from.port, '127.0.0.1');
  socket.write(`GET /api/v1/stream${query} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);
  let text = '';
  let pending = '';
  const seen: Told[] = [];
  let ended = false;
  let wake = () => {};
  socket.on('data', (chunk) => {
    const more = chunk.toString('latin1');
    if (text.length < 1_000_000) text += more;
    const blocks = (pending + more).split('\n\n');
    pending = blocks.pop() ?? '';
    for (const block of blocks) {
      if (!block.includes('event: ')) continue;
      seen.push({ id: field(block, 'id'), event: field(block, 'event'), data: field(block, 'data') });
    }
    // the last chunk of a response; the connection itself may stay
    if (more.endsWith('0\r\n\r\n')) ended = true;
    wake();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    ended = true;
    wake();
  });
  const told = (): readonly Told[] => seen;
  const until = async (enough: () => boolean) => {
    while (!enough()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const reader = {
    socket,
    told,
    text: () => text,
    /** waits until the server has said from where it goes on */
    begun: () => until(() => text.includes('retry: 2000')),
    /** waits until so many events were told */
    events: async (count: number) => {
      await until(() => ended || told().length >= count);
      return told();
    },
    ended: () => until(() => ended),
  };
  open.push(reader);
  return reader;
}

function field(block: string, name: string): string {
  const line = block.split('\n').find((each) => each.startsWith(`${name}: `));
  return line?.slice(name.length + 2) ?? '';
}

async function happen(from: Server, ...changes: ReturnType<typeof change>[]) {
  await store(from.storage, { changes });
  from.http.notify();
}

test('changes are told as they happen, each with its id, kind and body', async () => {
  const reader = listen();
  await reader.begun();
  await happen(server, change(1), change(2, { kind: 'publish' }), change(3, { kind: 'alarm' }));
  expect(await reader.events(2)).toEqual([
    { id: '1', event: 'instance', data: change(1).body },
    { id: '3', event: 'alarm', data: change(3).body },
  ]);
  expect(reader.text()).toMatch(/content-type: text\/event-stream/i);
  expect(reader.text()).toContain("default-src 'self'");
});

test('a reader without a position starts with what comes next', async () => {
  await happen(server, change(1));
  const reader = listen();
  await reader.begun();
  expect(reader.text()).toContain('id: 1\n\n');
  await happen(server, change(2));
  expect((await reader.events(1)).map(({ id }) => id)).toEqual(['2']);
});

describe('a reader that comes again', () => {
  test.each([
    ['', 'Last-Event-ID: 1\r\n'],
    ['?lastEventId=1', ''],
    ['?lastEventId=0', 'Last-Event-ID: 1\r\n'],
  ])('%s %j gets what it missed, once, and then what is new', async (query, headers) => {
    await happen(server, change(1), change(2), change(3));
    const reader = listen(query, headers);
    await reader.events(2);
    await happen(server, change(4));
    expect((await reader.events(3)).map(({ id }) => id)).toEqual(['2', '3', '4']);
  });

  test('gets thousands of changes in order and without gaps, while more come', async () => {
    const bodies = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, index) => change(from + index));
    await happen(server, ...bodies(1, 3000));
    const reader = listen('?lastEventId=0');
    await reader.begun();
    await happen(server, ...bodies(3001, 4000));
    const ids = (await reader.events(4000)).map(({ id }) => Number(id));
    expect(ids).toEqual(Array.from({ length: 4000 }, (_, index) => index + 1));
  });

  test.each([
    ['too late', 2],
    ['from another database', 99],
  ])('%s is told to load anew', async (_, lastEventId) => {
    await happen(server, change(1), change(2), change(3), change(4), change(5));
    server.storage.tables.changes.splice(0, 3);
    const reader = listen(`?lastEventId=${lastEventId}`);
    await reader.events(1);
    await happen(server, change(6));
    expect((await reader.events(2)).map(({ id, event }) => [id, event])).toEqual([
      ['5', 'reset'],
      ['6', 'instance'],
    ]);
  });

  test.each(['?lastEventId=x', '?lastEventId=-1'])('with %s is refused', async (query) => {
    expect((await ask(server, `/api/v1/stream${query}`)).status).toBe(400);
  });

  test('with a header that is no id is refused', async () => {
    const { status, body } = await ask(server, '/api/v1/stream', { headers: { 'last-event-id': 'x' } });
    expect([status, body.errors[0].path]).toEqual([400, 'Last-Event-ID']);
  });
});

describe('a filter', () => {
  const changes = [
    change(1, { body: JSON.stringify({ flow: 'report', key: 'x' }) }),
    change(2, { body: JSON.stringify({ flow: 'settlement', group: 'clearing' }) }),
    change(3, { body: JSON.stringify({ flow: 'report', group: 'other' }) }),
    change(4, { body: 'null' }),
    change(5, { body: JSON.stringify({ flow: 'end', group: 'clearing' }) }),
    change(6, { body: JSON.stringify({ flow: 'report', group: 'reporting' }) }),
  ];

  test.each([
    ['?flow=report', ['1', '3', '6']],
    ['?group=clearing', ['2', '5']],
    ['?group=reporting', ['1', '6']],
    ['?flow=report&group=other', ['3']],
  ])('%s lets through what it names', async (query, ids) => {
    const reader = listen(query);
    await reader.begun();
    await happen(server, ...changes);
    expect((await reader.events(ids.length)).map(({ id }) => id)).toEqual(ids);
  });
});

test('what was told by nobody is found by looking from time to time', async () => {
  const looking = await startServer(() => ({ stream: { poll: 5 } }));
  const reader = listen('', '', looking);
  await reader.begun();
  await store(looking.storage, { changes: [change(1)] });
  expect(await reader.events(1)).toHaveLength(1);
  await looking.close();
});

test('a body of several lines stays one event', async () => {
  const reader = listen();
  await reader.begun();
  await happen(server, change(1, { body: '{\n"flow":\r\n"x"}' }));
  await reader.events(1);
  expect(reader.text()).toContain('data: {\ndata: "flow":\ndata: "x"}\n\n');
});

test('a quiet stream is kept alive with comments that carry the position', async () => {
  const lively = await startServer(() => ({ stream: { poll: 60_000, heartbeat: 10 } }));
  const reader = listen('?flow=nothing', '', lively);
  await reader.begun();
  await happen(lively, change(1));
  while (!reader.text().includes(': still here\nid: 1\n\n'))
    await new Promise((resolve) => setImmediate(resolve));
  expect(reader.told()).toEqual([]);
  await lively.close();
});

test('many readers share one look at the log', async () => {
  let looks = 0;
  const counting = await startServer(({ changes }) => ({
    changes: {
      ...changes,
      changes: async (after, max) => {
        looks += 1;
        return changes.changes(after, max);
      },
    },
  }));
  const readers = Array.from({ length: 50 }, () => listen('', '', counting));
  await Promise.all(readers.map((reader) => reader.begun()));
  looks = 0;
  await happen(counting, change(1));
  for (const reader of readers) expect((await reader.events(1)).map(({ id }) => id)).toEqual(['1']);
  expect(looks).toBeLessThanOrEqual(2);
  const { text } = await ask(counting, '/metrics');
  expect(text).toContain('milepost_http_streams 50');
  await counting.close();
});

test('row 43: a reader that does not read is told to load anew when it reads again, and holds up nobody', async () => {
  const slow = listen();
  const quick = listen();
  await Promise.all([slow.begun(), quick.begun()]);
  slow.socket.pause();
  const body = JSON.stringify({ flow: 'settlement', filling: 'x'.repeat(10_000) });
  for (let round = 1; round <= 50; round += 1) {
    await happen(server, ...Array.from({ length: 100 }, (_, index) => change(index, { body })));
    expect(await quick.events(100 * round)).toHaveLength(100 * round);
  }
  slow.socket.resume();
  for (let count = 1; !slow.told().some(({ event }) => event === 'reset'); count += 1)
    await slow.events(count);
  const ids = slow.told().map(({ id }) => Number(id));
  expect(ids.at(-1)).toBe(5000);
  expect(ids.length).toBeLessThan(5000);
  expect(ids.slice(0, -1)).toEqual(Array.from({ length: ids.length - 1 }, (_, index) => index + 1));
  await happen(server, change(5001));
  expect((await slow.events(ids.length + 1)).at(-1)?.id).toBe('5001');
});

test('a log that cannot be read ends the streams: silence must not look like calm', async () => {
  let away = false;
  const failing = await startServer(({ changes }) => ({
    changes: {
      ...changes,
      changes: async (after, max) => {
        if (away) throw new Error('database away');
        return changes.changes(after, max);
      },
      newest: async () => {
        if (away) throw new Error('database away');
        return changes.newest();
      },
    },
  }));
  const reader = listen('', '', failing);
  await reader.begun();
  away = true;
  failing.http.notify();
  await reader.events(1);
  expect(failing.errors[0]?.where).toBe('reading the change log');
  const early = listen('', '', failing);
  await early.events(1);
  expect(early.text()).not.toContain('retry: 2000');
  away = false;
  const again = listen('', '', failing);
  await again.begun();
  await happen(failing, change(1));
  expect(await again.events(1)).toHaveLength(1);
  await failing.close();
});

test('closing the server ends every stream', async () => {
  const closing = await startServer();
  const reader = listen('', '', closing);
  await reader.begun();
  await closing.close();
  await reader.ended();
  expect(reader.text()).toMatch(/0\r\n\r\n$/);
});
