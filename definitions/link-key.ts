/**
 * Key templates: of flows (`clearing-{tradingDay}`) and of nested steps (`{key}/{each}`). A key is 1 to 256
 * characters, its parts are separated by `/`, and none of them is empty.
 */
import { shown } from '../checkpoints/index.ts';
import type { FlowDocument, StepDocument } from './document.ts';
import type { Findings } from './findings.ts';
import type { KeyTemplate } from './flow.ts';
import { lacks, VARIANT } from './lost.ts';
import type { Located } from './place.ts';

const MAX_KEY = 256;
const DAY = '{tradingDay}';
const SAMPLE_DAY = '2026-01-01';

/** The key that events of this flow have when they bring none; null where they must bring one, or it is wrong. */
export function linkKeyTemplate(document: FlowDocument, findings: Findings): KeyTemplate | null {
  // A start with `by` and `after` may be meant to be either.
  const daily = document.start?.kind === 'by' && !lacks(document.start, VARIANT);
  if (document.key === null) return daily ? { before: '', after: '', hasDay: true } : null;
  const { value, at } = document.key;
  const wrong = (message: string) => {
    findings.error(at, 'bad-key-template', message);
    return null;
  };
  const key = shown(value);
  const [before = '', after = '', ...more] = value.split(DAY);
  const hasDay = value.includes(DAY);
  if (more.length > 0) return wrong(`key '${key}' names ${DAY} more than once; once is enough`);
  const brace = strayBrace(before + after);
  if (brace !== null) return wrong(`key '${key}' has ${brace}; only ${DAY} is known here`);
  const fault = keyFault(before + (hasDay ? SAMPLE_DAY : '') + after);
  if (fault !== null) return wrong(`key '${key}' ${fault}`);
  if (daily && !hasDay)
    return wrong(`key '${key}' would be the same every day; put ${DAY} into it, since the flow has start.by`);
  return { before, after, hasDay };
}

/** What follows the parent's key in the keys of a nested step's children, one per child; null where it is wrong. */
export function linkSuffixes(step: StepDocument, findings: Findings): readonly string[] | null {
  const entries = step.each.length === 0 ? [''] : linkEntries(step.each, findings);
  if (lacks(step, 'key')) return null;
  const unsureList = step.each.length === 0 && lacks(step, 'each');
  const at = step.key?.at ?? step.flow?.at ?? step.at;
  const template = step.key?.value ?? (step.each.length > 0 ? '{key}/{each}' : '{key}');
  const key = shown(template);
  const wrong = (message: string) => {
    findings.error(at, 'bad-key-template', message);
    return null;
  };
  if (!template.startsWith('{key}'))
    return wrong(`key '${key}' must begin with {key}, the key of the parent, as in '{key}/…'`);
  const rest = template.slice('{key}'.length);
  if (rest !== '' && !rest.startsWith('/'))
    return wrong(`key '${key}' must go on with '/' after {key}, as in '{key}/…'`);
  const pieces = rest.split('{each}');
  if (step.each.length === 0 && pieces.length > 1 && !unsureList)
    return wrong(`key '${key}' names {each}, but the step has no 'each'; add the list or leave {each} out`);
  if (step.each.length > 0 && pieces.length !== 2)
    return wrong(`key '${key}' must name {each} once, so that every entry has a key of its own`);
  const brace = strayBrace(pieces.join(''));
  if (brace !== null) return wrong(`key '${key}' has ${brace}; only {key} and {each} are known here`);

  if (unsureList) return null;
  const suffixes = entries.map((entry) => pieces.join(entry));
  for (const suffix of suffixes) {
    const fault = keyFault(`k${suffix}`);
    if (fault !== null) return wrong(`key '${key}' ${fault}`);
  }
  return suffixes;
}

/** The entries that are legal and not there twice; the others become findings. */
function linkEntries(each: readonly Located<string>[], findings: Findings): readonly string[] {
  const entries = new Set<string>();
  for (const { value, at } of each) {
    if (value === '' || value.includes('/'))
      findings.error(
        at,
        'bad-each',
        `entry '${shown(value)}' of each must be one part of a key: not empty, without '/'`,
      );
    else if (entries.has(value))
      findings.error(
        at,
        'bad-each',
        `entry '${shown(value)}' of each is there twice; remove one, their keys are the same`,
      );
    else entries.add(value);
  }
  return [...entries];
}

function strayBrace(text: string): string | null {
  const name = /\{[^{}]*\}/.exec(text);
  if (name !== null) return `an unknown name ${shown(name[0])}`;
  return /[{}]/.test(text) ? 'a lone brace' : null;
}

function keyFault(key: string): string | null {
  if (key.split('/').includes(''))
    return `has an empty part; put something before, between and after each '/'`;
  if (!key.isWellFormed() || key.includes('\0')) return 'has characters that cannot be stored; take them out';
  return key.length > MAX_KEY ? `is longer than ${MAX_KEY} characters; shorten it` : null;
}
