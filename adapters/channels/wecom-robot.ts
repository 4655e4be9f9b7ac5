/**
 * The robot of a WeCom group (企业微信群机器人). Its key is the secret, in the address of the request.
 *
 * Limits of WeCom's documentation: 20 messages a minute a robot, text 2,048 bytes, markdown 4,096. A robot's message has
 * no id and no thread: what is sent again is there twice, and says so itself.
 */
import type { Sending } from '../../engine/index.ts';
import type { ChannelKind, ChannelWorld } from './channel-kind.ts';
import { cutText } from './cut-text.ts';
import { post } from './post.ts';
import { Settings } from './read-settings.ts';
import { readWecom, wecomOutcome } from './wecom-answer.ts';
import { caOf, failedWithoutSecret } from './world-secrets.ts';

const TEXT_LIMIT = 2048;
const MARKDOWN_LIMIT = 4096;

export const WECOM_ROBOT: ChannelKind = {
  type: 'wecom-robot',
  about: 'the robot of a WeCom group; recipients are mentioned by their user ids, `@all` mentions everybody',
  settings: ['key', 'format', 'address', 'ca'],
  quota: { count: 20, per: 60_000 },
  check(raw) {
    const settings = new Settings(raw);
    const key = settings.secret('key', 'the key of the robot (the end of its webhook address)');
    const format = settings.choice('format', ['markdown', 'text'], 'markdown');
    const address = settings.address('address', 'https://qyapi.weixin.qq.com');
    const ca = settings.optionalText('ca', 'the path of a PEM file');
    const problems = settings.finish('wecom-robot');
    if (problems.length > 0 || key === null || address === null) return { ok: false, problems };
    const open = (world: ChannelWorld) => ({
      send: (sending: Sending, signal: AbortSignal) =>
        failedWithoutSecret(async () => {
          const url = `${address}/cgi-bin/webhook/send?key=${encodeURIComponent(await world.secret(key))}`;
          const body = JSON.stringify(format === 'text' ? textMessage(sending) : markdownMessage(sending));
          const headers = { 'content-type': 'application/json' };
          const answer = readWecom(await post({ url, headers, body, ca: await caOf(ca), signal }, world.now));
          return 'kind' in answer ? answer : wecomOutcome(answer);
        }),
      close: async () => {},
    });
    return { ok: true, channel: { open } };
  },
};

function textMessage(sending: Sending): unknown {
  const content = cutText(lines(sending.subject, sending.text, sending.link), TEXT_LIMIT);
  return { msgtype: 'text', text: { content, mentioned_list: sending.to.map(({ address }) => address) } };
}

function markdownMessage(sending: Sending): unknown {
  const { subject, text, link, to } = sending;
  const colour = sending.recovered ? 'info' : sending.severity === 'info' ? 'comment' : 'warning';
  const mentions = to.map(({ address }) => `<@${address}>`).join('');
  const title = `**<font color="${colour}">${escaped(subject)}</font>**`;
  // what must not be cut off stands after the part that may be: its bytes are kept free
  const end = lines(link === null ? '' : `[Milepost](${link})`, mentions);
  const room = MARKDOWN_LIMIT - Buffer.byteLength(`\n${end}`);
  const content = lines(cutText(lines(title, escaped(text)), room), end);
  return { msgtype: 'markdown', markdown: { content } };
}

/** Foreign text cannot mention anybody, nor be a link or a heading. */
function escaped(text: string): string {
  return text.replace(/[<>]/g, (sign) => (sign === '<' ? '＜' : '＞')).replace(/([\\`*_[\]()#])/g, '\\$1');
}

function lines(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join('\n');
}
