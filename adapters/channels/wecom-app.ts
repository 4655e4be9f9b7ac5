/**
 * A WeCom application's message (企业微信应用消息) to persons. The access token is got with the application's secret, kept
 * until it ends, and got anew once when WeCom says that it has ended earlier.
 */
import type { Sending, SendOutcome } from '../../engine/index.ts';
import type { ChannelKind, ChannelWorld, SecretRef } from './channel-kind.ts';
import { cutText } from './cut-text.ts';
import { post } from './post.ts';
import { Settings } from './read-settings.ts';
import { readWecom, type WecomAnswer, wecomOutcome } from './wecom-answer.ts';
import { caOf, failedWithoutSecret } from './world-secrets.ts';

const TEXT_LIMIT = 2048;
/** invalid or ended access token */
const TOKEN_OVER = [40014, 42001, 40001];
/** the same message to the same persons within so many seconds is dropped by WeCom */
const SAME_WITHIN = 1800;

interface AppSettings {
  readonly address: string;
  readonly corp: string;
  readonly agent: number;
  readonly secret: SecretRef;
  readonly ca: string | null;
}

export const WECOM_APP: ChannelKind = {
  type: 'wecom-app',
  about:
    'messages of a WeCom application to persons, by their user ids; `@all`: everybody who sees the application',
  direct: () => true,
  settings: ['corp', 'agent', 'secret', 'address', 'ca'],
  check(raw) {
    const settings = new Settings(raw);
    const corp = settings.text('corp', 'the id of the corporation');
    const agent = settings.number('agent', { least: 1, most: 2 ** 31 }, 0);
    if (!settings.has('agent')) settings.note('agent', 'is missing: give the AgentId of the application');
    const secret = settings.secret('secret', "the application's secret");
    const address = settings.address('address', 'https://qyapi.weixin.qq.com');
    const ca = settings.optionalText('ca', 'the path of a PEM file');
    const problems = settings.finish('wecom-app');
    if (problems.length > 0 || secret === null || address === null) return { ok: false, problems };
    return { ok: true, channel: { open: (world) => openApp({ address, corp, agent, secret, ca }, world) } };
  },
};

function openApp(settings: AppSettings, world: ChannelWorld) {
  let token: { readonly text: string; readonly until: number } | null = null;

  async function tokenFor(signal: AbortSignal): Promise<string | SendOutcome> {
    if (token !== null && token.until > world.now()) return token.text;
    const query = new URLSearchParams({
      corpid: settings.corp,
      corpsecret: await world.secret(settings.secret),
    });
    const url = `${settings.address}/cgi-bin/gettoken?${query}`;
    const answer = readWecom(
      await post({ url, method: 'GET', ca: await caOf(settings.ca), signal }, world.now),
    );
    // nothing was sent yet, whatever became of the question
    if ('kind' in answer)
      return answer.kind === 'unknown' ? { ...answer, kind: 'retry', after: null } : answer;
    const { access_token: text, expires_in: seconds } = answer.fields;
    if (answer.errcode !== 0 || typeof text !== 'string') return wecomOutcome(answer);
    token = { text, until: world.now() + (typeof seconds === 'number' ? seconds : 7200) * 900 };
    return text;
  }

  async function sendOnce(sending: Sending, signal: AbortSignal): Promise<WecomAnswer | SendOutcome> {
    const text = await tokenFor(signal);
    if (typeof text !== 'string') return text;
    const url = `${settings.address}/cgi-bin/message/send?access_token=${encodeURIComponent(text)}`;
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(message(sending, settings.agent));
    return readWecom(await post({ url, headers, body, ca: await caOf(settings.ca), signal }, world.now));
  }

  return {
    send: (sending: Sending, signal: AbortSignal) =>
      failedWithoutSecret(async () => {
        if (sending.to.length === 0) return { kind: 'failed', reason: 'nobody is named as recipient' };
        let answer = await sendOnce(sending, signal);
        if (!('kind' in answer) && TOKEN_OVER.includes(answer.errcode)) {
          token = null;
          answer = await sendOnce(sending, signal);
        }
        return 'kind' in answer ? answer : delivered(answer);
      }),
    close: async () => {},
  };
}

function message(sending: Sending, agent: number): unknown {
  const { subject, text, link, to } = sending;
  const content = cutText(
    [subject, text, link].filter((part) => part !== null && part !== '').join('\n'),
    TEXT_LIMIT,
  );
  return {
    touser: to.map(({ address }) => address).join('|'),
    msgtype: 'text',
    agentid: agent,
    text: { content },
    enable_duplicate_check: 1,
    duplicate_check_interval: SAME_WITHIN,
  };
}

function delivered(answer: WecomAnswer): SendOutcome {
  const outcome = wecomOutcome(answer);
  const { invaliduser: unknown } = answer.fields;
  if (outcome.kind !== 'sent' || typeof unknown !== 'string' || unknown === '') return outcome;
  return { kind: 'sent', detail: `WeCom does not know ${unknown}` };
}
