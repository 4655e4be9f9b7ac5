import { isStorable } from '../checkpoints/index.ts';
import { letBe } from './thrown.ts';

const DEEPEST = 32;

/**
 * A frozen copy of plain data: what JSON can say, and every store can keep. Throws an Error that names the place where
 * it is anything else, nested more than 32 deep, or longer than `most` characters as JSON, about.
 */
export function copyPlain<T>(value: T, limits: { readonly what: string; readonly most: number }): T {
  let size = 0;
  // a copy of plain data has the type of what was copied
  return copy(value, limits.what, 0) as T;

  function copy(each: unknown, path: string, depth: number): unknown {
    if (depth > DEEPEST)
      throw new Error(`${limits.what} is nested more than ${DEEPEST} deep, or contains itself`);
    if (each === null || typeof each === 'boolean') return counted(each, 4);
    if (typeof each === 'number') {
      if (!Number.isFinite(each)) throw new Error(`${path} is ${each}, which no JSON can say: give a number`);
      return counted(each, 8);
    }
    if (typeof each === 'string') {
      if (!isStorable(each)) throw new Error(`${path} has a null character or half of a character in it`);
      return counted(each, each.length);
    }
    if (Array.isArray(each)) {
      counted(null, 2);
      return Object.freeze(Array.from(each, (item, index) => copy(item, `${path}[${index}]`, depth + 1)));
    }
    letBe(each);
    if (typeof each !== 'object' || Object.prototype.toString.call(each) !== '[object Object]')
      throw new Error(`${path} is ${kindOf(each)}: give plain data, as JSON has it`);
    counted(null, 2);
    const fields = Object.entries(each).filter(([, field]) => field !== undefined);
    return Object.freeze(
      Object.fromEntries(
        fields.map(([name, field]) => [
          copy(name, `the name of a field of ${path}`, depth),
          copy(field, `${path}.${name}`, depth + 1),
        ]),
      ),
    );
  }

  function counted<V>(each: V, length: number): V {
    size += length;
    if (size > limits.most)
      throw new Error(`${limits.what} is too large: keep it below ${limits.most} characters`);
    return each;
  }
}

/** A frozen copy of data that was read from a definition, and is known to be plain. */
export function frozenCopy(data: unknown): unknown {
  if (Array.isArray(data)) return Object.freeze(data.map(frozenCopy));
  if (typeof data !== 'object' || data === null) return data;
  return Object.freeze(
    Object.fromEntries(Object.entries(data).map(([name, field]) => [name, frozenCopy(field)])),
  );
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'object'
    ? `a ${Object.prototype.toString.call(value).slice(8, -1)}`
    : `a ${typeof value}`;
}
