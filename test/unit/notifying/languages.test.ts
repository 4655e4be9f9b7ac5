/** One notice, told in the language that each channel's definition asks for, or whoever reads it alone. */
import { expect, test } from 'vitest';
import { renderNotice } from '../../../engine/index.ts';
import { clear, definitionsOf, play, raise, tells } from '../../scenarios/notices/notice-timeline.ts';

const DEFINITIONS = definitionsOf(`
flow: settlement
title: { en: Settlement, zh: 结算 }
calendar: sh
steps: { check: { title: { en: Checking, zh: 核对 }, timers: { stalled: { after: activated, in: 10m } } } }
---
{ calendar: sh, zone: Asia/Shanghai }
---
{ channel: zh, type: log, language: zh, text: "{alarm}\\n{text}" }
---
{ channel: en, type: log, language: en, text: "{alarm}\\n{text}" }
---
{ channel: both, type: log, text: "{alarm}" }
---
policy: p
wait: 0s
routes: { levels: [{ over: [zh, en, both] }] }
`);

const TEXT = 'check: timer stalled ran out at 2026-11-23 16:10:00';

function told(index: number): Readonly<Record<string, readonly string[]>> {
  const steps = [
    raise('16:10', 'settlement:check stalled', { text: TEXT }),
    clear('16:20', 'settlement:check stalled'),
  ];
  const { raw } = play(DEFINITIONS, steps, '17:00', { twice: false, stored: false });
  const shown = raw.slice(index * 3, index * 3 + 3).map((notice): [string, readonly string[]] => {
    const definition = DEFINITIONS.notifying.channels.get(notice.channel);
    if (definition === undefined) throw new Error(`no channel ${notice.channel}`);
    const { subject, text } = renderNotice(
      { notice, attempt: 1, uncertain: false, unknowns: 0 },
      definition,
      null,
    );
    return [notice.channel, [subject, ...text.split('\n')]];
  });
  return Object.fromEntries(shown);
}

test('a default text, the kind, the severity and the times are in the language of the channel', () => {
  const { zh, en, both } = told(0);
  expect(zh?.slice(0, 3)).toEqual([
    '【严重】结算 2026-11-23: check: 定时器 stalled 于 2026-11-23 16:10:00 到时',
    'check: 定时器 stalled 于 2026-11-23 16:10:00 到时',
    expect.stringMatching(/^\[严重\] 结算 2026-11-23 \/ 核对：定时器 stalled 于 .* 到时（.* 起）$/),
  ]);
  expect(en?.slice(0, 3)).toEqual([
    `[CRITICAL] Settlement 2026-11-23: ${TEXT}`,
    TEXT,
    expect.stringMatching(
      /^\[CRITICAL\] Settlement 2026-11-23 \/ Checking: timer stalled ran out at .* \(since .*\)$/,
    ),
  ]);
  expect(both?.[1]).toBe(`check: 定时器 stalled 于 2026-11-23 16:10:00 到时 / ${TEXT}`);
});

test('so is the end', () => {
  const { zh, en } = told(1);
  expect(zh?.join('\n')).toMatch(/^【恢复】结算.*\n.*\n.*恢复/);
  expect(en?.join('\n')).toMatch(/^\[RECOVERED\] Settlement.*\n.*\n.*over since/);
});

const PEOPLE = `
flow: settlement
title: { en: Settlement, zh: 结算 }
steps: { check: , done: }
---
{ channel: mail, type: email, language: en }
---
{ channel: group, type: log, language: en }
---
policy: p
wait: 0s
interval: 0s
repeat: 1h
people:
  li:   { addresses: { mail: li@x, group: li }, language: zh }
  wang: { addresses: { mail: wang@x, group: wang }, language: zh }
  john: { addresses: { mail: john@x, group: john } }
  mary: { addresses: { mail: mary@x }, language: en }
  both: { addresses: { mail: both@x }, language: both }
teams: { all: [john, li, mary, wang, both] }
routes: { levels: { to: all, over: [group, mail] } }
`;

tells(
  'each is told in his language where he reads it alone, one notice a language; a group is told in its own',
  PEOPLE,
  [raise('09:00', 'settlement:check broken'), clear('10:30', 'settlement:check broken')],
  {
    notices: ['09:00 raised', '10:00 repeated', '10:30 recovered'].flatMap((what) => [
      `${what} group(john, li, wang) critical: settlement:check broken`,
      `${what} mail(john, mary) critical: settlement:check broken`,
      `${what} mail/both(both) critical: settlement:check broken`,
      `${what} mail/zh(li, wang) critical: settlement:check broken`,
    ]),
  },
);

test('the notices of one telling are of one thread, name everybody, and are rendered in their language', () => {
  const definitions = definitionsOf(PEOPLE);
  const steps = [raise('09:00', 'settlement:check stalled', { text: 'check: timer stalled ran out at 9' })];
  const { raw } = play(definitions, steps, '09:00', { twice: false, stored: false });
  const mails = raw.filter(({ channel }) => channel === 'mail');
  expect(new Set(mails.map(({ thread }) => thread)).size).toBe(1);
  const definition = definitions.notifying.channels.get('mail');
  if (definition === undefined) throw new Error('no channel mail');
  const told = mails.map((notice) =>
    renderNotice({ notice, attempt: 2, uncertain: true, unknowns: 1 }, definition, null),
  );
  expect(told.map(({ subject }) => subject)).toEqual([
    expect.stringMatching(/^\[CRITICAL\] Settlement .*timer stalled ran out at 9 \(sent again/),
    expect.stringMatching(/^【严重】结算 .*（重发：此前是否送达未知） \(sent again/),
    expect.stringMatching(/^【严重】结算 .*定时器 stalled 于 9 到时 （重发：此前是否送达未知）$/),
  ]);
  for (const { text } of told) expect(text).toMatch(/john, li, mary, wang, both|john、li、mary、wang、both/);
});
