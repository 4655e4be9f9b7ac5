import { describe, expect, it } from 'vitest';
import { CHANNEL_KINDS } from '../../../adapters/channels/index.ts';

type Settings = Readonly<Record<string, unknown>>;

function problems(type: string, settings: Settings): readonly string[] {
  const checked = CHANNEL_KINDS.get(type)?.check(settings);
  if (checked === undefined) return ['no such kind'];
  return checked.ok ? [] : checked.problems.map(({ path, message }) => `${path}: ${message}`);
}

const SECRET = { env: 'X' };

describe('settings of channels', () => {
  const sound: readonly [string, Settings][] = [
    ['wecom-robot', { key: SECRET }],
    [
      'wecom-robot',
      { key: { file: '/run/secrets/robot' }, format: 'text', address: 'https://proxy.house:8443/' },
    ],
    ['wecom-app', { corp: 'ww1', agent: 1000002, secret: SECRET }],
    ['email', { host: 'smtp.exmail.qq.com', user: 'milepost@house.example', password: SECRET }],
    ['email', { host: 'relay', port: 25, tls: 'none', from: 'milepost@house.example' }],
    ['webhook', { url: 'https://hook.house/a?b=c', secret: SECRET, format: 'cloudevents' }],
    ['alertmanager', { url: ['http://a:9093', 'http://b:9093/'] }],
    ['snmp', { host: '10.0.0.1', version: '2c', community: SECRET }],
    [
      'snmp',
      { host: '10.0.0.1', user: 'ops', engine: '8000000001020304', password: SECRET, privacy: SECRET },
    ],
    ['nats', { subject: 'ops.notices' }],
    ['relay', {}],
    ['relay', { relay: 'dmz' }],
    ['relay', { url: 'https://dmz.house:4603', secret: SECRET, ca: 'ca.pem', direct: true }],
  ];
  it.each(sound)('of %s are taken: %j', (type, settings) => {
    expect(problems(type, settings)).toEqual([]);
  });

  const wrong: readonly [string, Settings, string][] = [
    ['relay', { relay: 'D.M' }, 'relay: must be a lower-case letter, then lower-case letters, digits and -'],
    ['wecom-robot', {}, 'key: is missing: give the key of the robot (the end of its webhook address)'],
    ['relay', { url: 'http://dmz' }, 'secret: is missing: give the secret that it shares with the relay'],
    ['relay', { secret: SECRET }, 'secret: is for a relay over HTTP: give its `url`, or leave this out'],
    [
      'relay',
      { url: 'http://dmz', secret: SECRET, relay: 'dmz' },
      'relay: is for a relay on NATS, and `url` for one over HTTP: leave one of them out',
    ],
    [
      'wecom-robot',
      { key: 'abc' },
      'key: must say where the key of the robot (the end of its webhook address) is found, never hold it: { env: NAME } or { file: PATH }',
    ],
    [
      'wecom-robot',
      { key: SECRET, fromat: 'text' },
      'fromat: wecom-robot has no setting fromat: did you mean format?',
    ],
    ['wecom-robot', { key: SECRET, format: 'html' }, 'format: must be one of markdown, text'],
    ['wecom-app', { corp: 'ww1', secret: SECRET }, 'agent: is missing: give the AgentId of the application'],
    [
      'wecom-app',
      { corp: 1, agent: 2, secret: SECRET },
      'corp: must be the id of the corporation: write a text on one line, quoted where it looks like a number',
    ],
    [
      'email',
      { host: 'h', user: 'a@b.example' },
      'password: is missing: a login takes both, a server without login neither',
    ],
    ['email', { host: 'h' }, 'from: is missing: without a login the sender must be given'],
    [
      'email',
      { host: 'h', user: 'a@b.example', password: SECRET, tls: 'none' },
      'tls: none would send the password in the clear: use implicit or starttls',
    ],
    ['email', { host: 'h', user: 'login', password: SECRET }, 'user: is no mail address: set `from`'],
    ['email', { host: 'h', from: 'a@b.example', port: 0 }, 'port: must be a whole number from 1 to 65535'],
    ['webhook', { url: 'ftp://x' }, 'url: must be an address that begins with http:// or https://'],
    [
      'webhook',
      { url: 'https://u:p@x' },
      'url: must not hold a user or a password: give the secret by { env: NAME } or { file: PATH }',
    ],
    ['alertmanager', {}, 'url: is missing: give an http or https address, or a list of them'],
    ['alertmanager', { url: ['http://a', 3] }, 'url.1: must be an address such as https://host:9093'],
    [
      'snmp',
      { host: 'h', user: 'ops', engine: 'xyz', password: SECRET },
      'engine: must be 10 to 64 hex digits',
    ],
    ['snmp', { host: 'h', version: '1' }, 'version: must be one of 2c, 3'],
    [
      'snmp',
      { host: 'h', version: '2c', community: SECRET, enterprise: 'x' },
      'enterprise: must be an object identifier such as 1.3.6.1.4.1.N.1',
    ],
    ['nats', { subject: 'a b' }, 'subject: must be tokens joined by dots, without blanks, * and >'],
    [
      'nats',
      { subject: 'milepost.alarm.x' },
      'subject: belongs to Milepost itself or to the server: choose another one',
    ],
  ];
  it.each(wrong)('of %s are refused with their place and the remedy: %j', (type, settings, problem) => {
    expect(problems(type, settings)).toContain(problem);
  });

  it('have no place for prototypes', () => {
    const hostile: Settings = JSON.parse('{"__proto__": {"key": {"env": "X"}}}');
    expect(problems('wecom-robot', hostile)).toHaveLength(2);
  });

  it('are named by their kind', () => {
    for (const [type, kind] of CHANNEL_KINDS) {
      expect(kind.type).toBe(type);
      const asked = Object.fromEntries(kind.settings.map((name) => [name, Symbol(name)]));
      const unknown = (settings: Settings) =>
        problems(type, settings).filter((problem) => problem.includes('has no setting'));
      // what one version takes the other may refuse
      const both = unknown({ ...asked, version: '2c' }).filter((one) => unknown(asked).includes(one));
      expect(both).toEqual([]);
    }
  });
});
