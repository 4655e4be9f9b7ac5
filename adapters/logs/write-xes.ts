/**
 * Instances as an XES log (IEEE 1849-2016): a trace for each, its events with the lifecycle of XES. What XES has no
 * transition for, states and values alone, is `unknown`; events about the flow as a whole have no name and are left out.
 */
import type { Attribute } from './log-row.ts';
import type { RecordedEvent, RecordedInstance } from './recorded.ts';

const TRANSITIONS: Readonly<Record<RecordedEvent['event'], string>> = {
  activated: 'start',
  committed: 'complete',
  exception: 'ate_abort',
  state: 'unknown',
  params: 'unknown',
};

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <global scope="trace">
    <string key="concept:name" value=""/>
  </global>
  <global scope="event">
    <string key="concept:name" value=""/>
    <string key="lifecycle:transition" value="complete"/>
    <date key="time:timestamp" value="1970-01-01T00:00:00.000Z"/>
  </global>
  <classifier name="Step" keys="concept:name"/>
  <classifier name="Step and transition" keys="concept:name lifecycle:transition"/>
`;

/** The log, in pieces. */
export function* writeXes(instances: Iterable<RecordedInstance>): Generator<string> {
  yield HEAD;
  for (const instance of instances) yield traceText(instance);
  yield '</log>\n';
}

function traceText({ flow, key, status, deviated, events }: RecordedInstance): string {
  const lines = [
    '  <trace>',
    attribute('    ', 'concept:name', key),
    attribute('    ', 'milepost:flow', flow),
    attribute('    ', 'milepost:status', status),
    attribute('    ', 'milepost:deviated', deviated),
    ...events.flatMap(eventLines),
    '  </trace>',
  ];
  return `${lines.join('\n')}\n`;
}

function eventLines({ step, event, time, state, params }: RecordedEvent): readonly string[] {
  if (step === null) return [];
  const at = new Date(time).toISOString();
  return [
    '    <event>',
    attribute('      ', 'concept:name', step),
    attribute('      ', 'lifecycle:transition', TRANSITIONS[event]),
    `      <date key="time:timestamp" value="${at}"/>`,
    ...(state === null ? [] : [attribute('      ', 'milepost:state', state)]),
    ...params.flatMap(([name, value]) =>
      value === null ? [] : [attribute('      ', `param:${name}`, value)],
    ),
    '    </event>',
  ];
}

function attribute(indent: string, key: string, value: Attribute): string {
  const type =
    typeof value === 'string'
      ? 'string'
      : typeof value === 'boolean'
        ? 'boolean'
        : Number.isSafeInteger(value)
          ? 'int'
          : 'float';
  return `${indent}<${type} key="${escaped(key)}" value="${escaped(String(value))}"/>`;
}

/** As the value of an attribute; what XML cannot hold at all is a question mark. */
function escaped(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '?')
      .replace(/[&<>"\n\r\t]/g, (sign) => `&#${sign.charCodeAt(0)};`)
  );
}
