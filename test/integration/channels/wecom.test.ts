import { afterEach, describe, expect, it } from 'vitest';
import { type Answering, type Endpoint, json, startEndpoint } from './endpoint.ts';
import { limit, openChannel, SENDING } from './sending.ts';

const ends: Endpoint[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end.stop();
});

async function end(answer: Answering): Promise<Endpoint> {
  const started = await startEndpoint(answer);
  ends.push(started);
  return started;
}

const OK = { errcode: 0, errmsg: 'ok' };
const LONG = Array.from({ length: 400 }, (_, line) => `${line} 导入停滞 👨‍👩‍👧‍👦`).join('\n');

describe('the robot of a WeCom group', () => {
  const robot = (address: string, more: Record<string, unknown> = {}) =>
    openChannel('wecom-robot', { key: { env: 'KEY' }, address, ...more }, { secrets: { KEY: 'k&1' } });

  it('is asked with its key, and mentions people by their ids', async () => {
    const { address, received } = await end(json(200, OK));
    expect(await robot(address, { format: 'text' }).send(SENDING, limit())).toEqual({
      kind: 'sent',
      detail: null,
    });
    expect(received[0]?.url).toBe('/cgi-bin/webhook/send?key=k%261');
    expect(JSON.parse(received[0]?.body ?? '')).toEqual({
      msgtype: 'text',
      text: {
        content: `${SENDING.subject}\n${SENDING.text}\n${SENDING.link}`,
        mentioned_list: ['liwei@ops.example'],
      },
    });
  });

  it.each([
    ['text', 2048],
    ['markdown', 4096],
  ])(
    'gets %s of at most %d bytes, cut between characters, which says how much is missing',
    async (format, most) => {
      const { address, received } = await end(json(200, OK));
      await robot(address, { format }).send({ ...SENDING, text: LONG }, limit());
      const body = JSON.parse(received[0]?.body ?? '');
      const content: string = body[format].content;
      expect(Buffer.byteLength(content)).toBeLessThanOrEqual(most);
      expect(content).toMatch(/还有 \d+ 行/);
      expect(content).not.toContain('�');
      if (format === 'markdown') expect(content.endsWith('<@liwei@ops.example>')).toBe(true);
    },
  );

  it('shows foreign markup as text: nobody is mentioned and nothing is linked by an event', async () => {
    const { address, received } = await end(json(200, OK));
    await robot(address).send(
      { ...SENDING, to: [], link: null, text: '<@all> [x](http://evil) **b**' },
      limit(),
    );
    const { content } = JSON.parse(received[0]?.body ?? '').markdown;
    expect(content).not.toContain('<@all>');
    expect(content).toContain('\\[x\\]\\(http://evil\\)');
  });

  it.each([
    [
      'says that it was asked too often',
      { errcode: 45009, errmsg: 'api freq out of limit' },
      { kind: 'retry', after: 60_000 },
    ],
    ['is busy', { errcode: -1, errmsg: 'system busy' }, { kind: 'retry', after: null }],
    ['does not know the key', { errcode: 93000, errmsg: 'invalid webhook url' }, { kind: 'failed' }],
  ])('%s, in an answer with status 200', async (_, answer, outcome) => {
    const { address } = await end(json(200, answer));
    expect(await robot(address).send(SENDING, limit())).toMatchObject(outcome);
  });

  it('is not known to have it when something else answers 200', async () => {
    const { address } = await end((response) => void response.end('<html>proxy</html>'));
    expect((await robot(address).send(SENDING, limit())).kind).toBe('unknown');
  });

  it('never shows its key in a reason', async () => {
    const outcome = await robot('http://127.0.0.1:1').send(SENDING, limit());
    expect(JSON.stringify(outcome)).not.toContain('k&1');
  });
});

describe('a WeCom application', () => {
  const app = (address: string) =>
    openChannel(
      'wecom-app',
      { corp: 'ww1', agent: 1000002, secret: { env: 'SECRET' }, address },
      { secrets: { SECRET: 's' } },
    );
  const token = (text: string) => ({ ...OK, access_token: text, expires_in: 7200 });

  it('keeps its token, and gets a new one when it ended early', async () => {
    let given = 0;
    const { address, received } = await end((response, request, number) => {
      if (request.url.startsWith('/cgi-bin/gettoken'))
        return json(200, token(`t${++given}`))(response, request, number);
      const over = request.url.endsWith('t1') && received.length > 3;
      json(200, over ? { errcode: 42001, errmsg: 'access_token expired' } : OK)(response, request, number);
    });
    const channel = app(address);
    for (let sent = 0; sent < 3; sent++) expect((await channel.send(SENDING, limit())).kind).toBe('sent');
    expect(received.map(({ url }) => url.replace(/\?.*=/, ' '))).toEqual([
      '/cgi-bin/gettoken s',
      '/cgi-bin/message/send t1',
      '/cgi-bin/message/send t1',
      '/cgi-bin/message/send t1',
      '/cgi-bin/gettoken s',
      '/cgi-bin/message/send t2',
    ]);
    expect(JSON.parse(received[1]?.body ?? '')).toMatchObject({
      touser: 'liwei@ops.example',
      agentid: 1000002,
    });
  });

  it('tells whom WeCom does not know', async () => {
    const { address } = await end((response, request, number) =>
      json(200, request.url.startsWith('/cgi-bin/gettoken') ? token('t') : { ...OK, invaliduser: 'ghost' })(
        response,
        request,
        number,
      ),
    );
    expect(await app(address).send(SENDING, limit())).toEqual({
      kind: 'sent',
      detail: 'WeCom does not know ghost',
    });
  });

  it('fails where the secret is wrong, and certainly sent nothing where the token never came', async () => {
    const wrong = await end(json(200, { errcode: 40001, errmsg: 'invalid credential' }));
    expect((await app(wrong.address).send(SENDING, limit())).kind).toBe('failed');
    const silent = await end((response) => void response.socket?.destroy());
    expect((await app(silent.address).send(SENDING, limit())).kind).toBe('retry');
  });
});
