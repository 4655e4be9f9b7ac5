/**
 * CloudEvents 1.0 as checkpoint events: structured (one JSON object) and binary (attributes in `ce-` headers).
 *
 * 1. type is `milepost.checkpoint.<event>`; subject is flow, key and step, each percent-encoded, joined by `/`.
 * 2. Two events have the same id here only if both source and id are the same there.
 * 3. Problems name the attribute that was sent (`subject`, `data.params.PIN`), not the field it stands for.
 */

import { hash } from 'node:crypto';
import type { Problem, ReadResult } from './event.ts';
import { checkFields, type FieldPaths, MAX_ID_LENGTH, nameOfType, type RawEvent } from './event-fields.ts';
import { decodeJson } from './json-text.ts';
import { shown } from './storable.ts';

const TYPE_PREFIX = 'milepost.checkpoint.';
const SUBJECT_HELP = 'it is flow/key/step, each percent-encoded, key and step empty where left out';

const PATHS: FieldPaths = {
  id: 'id',
  flow: 'subject',
  key: 'subject',
  step: 'subject',
  event: 'type',
  time: 'time',
  state: 'data.state',
  params: 'data.params',
  message: 'data.message',
  source: 'source',
};

type Attributes = Readonly<Record<string, unknown>>;

/** Gives the checkpoint event that a structured CloudEvent (already parsed JSON) stands for, or all that is wrong with it. */
export function readCloudEvent(input: object): ReadResult {
  const attributes = input as Attributes; // any object can be asked for properties by name
  const problems: Problem[] = [];
  if (attributes.data_base64 !== undefined && attributes.data_base64 !== null) {
    problems.push({
      path: 'data_base64',
      message: 'binary data cannot be read; send `data` as a JSON object',
    });
  }
  return readAttributes(attributes, attributes.data, problems);
}

/** Gives the checkpoint event of a binary CloudEvent: attributes in headers (any case), data as JSON bytes (may be empty). */
export function readCloudEventBinary(
  headers: Readonly<Record<string, string>>,
  data: Uint8Array,
): ReadResult {
  const attributes = attributesOf(headers);
  const problems: Problem[] = [];
  const type = attributes.get('datacontenttype');
  if (type !== undefined && !isJson(type)) {
    problems.push({
      path: 'datacontenttype',
      message: `"${shown(type)}" cannot be read; send application/json`,
    });
  }
  const parsed = data.length === 0 ? { ok: true as const, value: undefined } : decodeJson(data);
  if (!parsed.ok) problems.push({ path: 'data', message: parsed.message });
  return readAttributes(
    {
      specversion: attributes.get('specversion'),
      id: attributes.get('id'),
      source: attributes.get('source'),
      type: attributes.get('type'),
      subject: attributes.get('subject'),
      time: attributes.get('time'),
    },
    parsed.ok ? parsed.value : undefined,
    problems,
  );
}

/** Whether headers carry a CloudEvent in binary form. */
export function isCloudEventBinary(headers: Readonly<Record<string, string>>): boolean {
  for (const name in headers) if (name.length === 14 && name.toLowerCase() === 'ce-specversion') return true;
  return false;
}

function readAttributes(attributes: Attributes, data: unknown, problems: Problem[]): ReadResult {
  checkEnvelope(attributes, problems);
  const subject = readSubject(attributes.subject);
  if (subject.problem !== null) problems.push({ path: 'subject', message: subject.problem });
  const content = readData(data);
  if (content === null)
    problems.push({ path: 'data', message: `the data must be an object, not ${nameOfType(data)}` });
  const raw: RawEvent = {
    ...subject.parts,
    id: joinIds(attributes.source, attributes.id),
    event: eventOf(attributes.type),
    time: attributes.time,
    source: attributes.source,
    state: content?.state,
    params: content?.params,
    message: content?.message,
  };
  return checkFields(raw, PATHS, problems);
}

function checkEnvelope(attributes: Attributes, problems: Problem[]): void {
  const { specversion, source, type } = attributes;
  if (specversion !== '1.0') {
    problems.push({ path: 'specversion', message: 'only CloudEvents of version "1.0" are read; send that' });
  }
  if (typeof source !== 'string' || source === '') {
    problems.push({ path: 'source', message: 'the source is missing, empty or no string; say who sends' });
  }
  if (typeof type !== 'string' || !type.startsWith(TYPE_PREFIX)) {
    problems.push({
      path: 'type',
      message: `the type must be ${TYPE_PREFIX}<event>, for example ${TYPE_PREFIX}committed`,
    });
  }
}

function eventOf(type: unknown): unknown {
  return typeof type === 'string' && type.startsWith(TYPE_PREFIX)
    ? type.slice(TYPE_PREFIX.length)
    : undefined;
}

interface Subject {
  readonly parts: { readonly flow?: string; readonly key?: string | null; readonly step?: string | null };
  readonly problem: string | null;
}

function readSubject(subject: unknown): Subject {
  if (typeof subject !== 'string') {
    return { parts: {}, problem: `the subject is missing or no string; ${SUBJECT_HELP}` };
  }
  const parts = subject.split('/');
  if (parts.length > 3) {
    return {
      parts: {},
      problem: `the subject has ${parts.length} parts; ${SUBJECT_HELP} (a / within a key is %2F)`,
    };
  }
  const [flow, key, step] = parts.map(percentDecode);
  if (flow === null || key === null || step === null) {
    return { parts: {}, problem: `the subject is not rightly percent-encoded; ${SUBJECT_HELP}` };
  }
  return { parts: { flow: flow ?? '', key: key || null, step: step || null }, problem: null };
}

/** The text without percent-encoding; null where it is encoded wrongly. */
function percentDecode(text: string): string | null {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function readData(data: unknown): Attributes | null {
  if (data === undefined || data === null) return {};
  return typeof data === 'object' && !Array.isArray(data) ? (data as Attributes) : null; // an object, see above
}

/** Source and id as one: joined by a space where that is short and clear, else a hash of both. */
function joinIds(source: unknown, id: unknown): unknown {
  if (typeof source !== 'string' || typeof id !== 'string' || id === '') return id;
  const joined = `${source} ${id}`;
  if (joined.length <= MAX_ID_LENGTH && !source.includes(' ')) return joined;
  return `sha256:${hash('sha256', JSON.stringify([source, id]), 'base64url')}`;
}

function attributesOf(headers: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [header, value] of Object.entries(headers)) {
    const name = header.toLowerCase();
    if (name === 'content-type') attributes.set('datacontenttype', value);
    else if (name === 'ce-subject') attributes.set('subject', decodeSubjectHeader(value));
    else if (name.startsWith('ce-')) attributes.set(name.slice(3), percentDecode(value) ?? value);
  }
  return attributes;
}

/**
 * The subject out of its header. The CloudEvents bindings percent-encode headers once more, which turns every `%` of a
 * subject into `%25`; many producers leave that out. A subject is percent-encoded by itself, so the two can be told apart.
 */
function decodeSubjectHeader(value: string): string {
  const encodedTwice = value.replace(/%25[0-9A-Fa-f]{2}/g, '');
  return encodedTwice.includes('%') ? value : value.replaceAll('%25', '%');
}

function isJson(contentType: string): boolean {
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  return type === '' || type === 'application/json' || type === 'text/json' || type.endsWith('+json');
}
