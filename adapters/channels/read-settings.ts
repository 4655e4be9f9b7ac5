/**
 * Reading a channel's settings: each getter takes one setting and notes what is wrong with it; `finish` notes the names that
 * nobody asked for. A kind's `check` is a list of getters, so its names and its rules stand in one place.
 */
import type { Problem } from '../../checkpoints/index.ts';
import { closest } from '../../definitions/index.ts';
import { readSecretRef, type SecretRef } from './channel-kind.ts';

type Raw = Readonly<Record<string, unknown>>;

export class Settings {
  readonly #raw: Raw;
  readonly #asked = new Set<string>();
  readonly problems: Problem[] = [];

  constructor(raw: Raw) {
    this.#raw = raw;
  }

  /** A line of text; '' with a problem where it is missing or something else. */
  text(name: string, what: string): string {
    return this.optionalText(name, what) ?? this.#missing(name, what);
  }

  /** A line of text, or null where it is left out. */
  optionalText(name: string, what: string): string | null {
    const value = this.#take(name);
    if (value === undefined) return null;
    if (typeof value === 'string' && value !== '' && !/\p{Cc}/u.test(value)) return value;
    return this.#wrong(
      name,
      `must be ${what}: write a text on one line, quoted where it looks like a number`,
    );
  }

  /** A secret's reference; null with a problem where it is missing or written out. */
  secret(name: string, what: string): SecretRef | null {
    const secret = this.optionalSecret(name, what);
    if (secret === null && this.#raw[name] === undefined) this.#missing(name, what);
    return secret;
  }

  /** A secret's reference, or null where it is left out. */
  optionalSecret(name: string, what: string): SecretRef | null {
    const value = this.#take(name);
    if (value === undefined) return null;
    const secret = readSecretRef(value);
    if (secret !== null) return secret;
    this.problems.push({
      path: name,
      message: `must say where ${what} is found, never hold it: { env: NAME } or { file: PATH }`,
    });
    return null;
  }

  /** An http or https address without user and password, or null with a problem; its end has no `/`. */
  address(name: string, fallback: string | null): string | null {
    const value = this.optionalText(name, 'an address');
    if (value === null) {
      if (this.#raw[name] === undefined && fallback === null) this.#missing(name, 'an http or https address');
      return this.#raw[name] === undefined ? fallback : null;
    }
    return this.#address(name, value);
  }

  /** One or several addresses. */
  addresses(name: string): readonly string[] {
    const value = this.#take(name);
    const list = Array.isArray(value) ? value : value === undefined ? [] : [value];
    if (list.length === 0) this.#missing(name, 'an http or https address, or a list of them');
    return list.flatMap((each: unknown, index) => {
      const path = Array.isArray(value) ? `${name}.${index}` : name;
      const address = typeof each === 'string' ? this.#address(path, each) : null;
      if (typeof each !== 'string') this.#wrong(path, 'must be an address such as https://host:9093');
      return address === null ? [] : [address];
    });
  }

  choice<T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const value = this.#take(name);
    if (value === undefined) return fallback;
    const chosen = choices.find((each) => each === value);
    if (chosen !== undefined) return chosen;
    this.#wrong(name, `must be one of ${choices.join(', ')}`);
    return fallback;
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.#take(name);
    if (value === undefined || typeof value === 'boolean') return value ?? fallback;
    this.#wrong(name, 'must be true or false');
    return fallback;
  }

  /** A whole number within bounds. */
  number(name: string, bounds: { readonly least: number; readonly most: number }, fallback: number): number {
    const value = this.#take(name);
    if (value === undefined) return fallback;
    if (
      typeof value === 'number' &&
      Number.isInteger(value) &&
      value >= bounds.least &&
      value <= bounds.most
    ) {
      return value;
    }
    this.#wrong(name, `must be a whole number from ${bounds.least} to ${bounds.most}`);
    return fallback;
  }

  /** Whether the setting was given at all. */
  has(name: string): boolean {
    return this.#raw[name] !== undefined;
  }

  note(path: string, message: string): void {
    this.problems.push({ path, message });
  }

  /** Notes the settings that no getter asked for. */
  finish(type: string): readonly Problem[] {
    for (const name of Object.keys(this.#raw)) {
      if (this.#asked.has(name)) continue;
      const near = closest(name, this.#asked);
      const remedy = near === null ? `it has ${[...this.#asked].join(', ')}` : `did you mean ${near}?`;
      this.problems.push({ path: name, message: `${type} has no setting ${name}: ${remedy}` });
    }
    return this.problems;
  }

  #take(name: string): unknown {
    this.#asked.add(name);
    return Object.hasOwn(this.#raw, name) ? this.#raw[name] : undefined;
  }

  #missing(name: string, what: string): string {
    this.#asked.add(name);
    if (!this.problems.some(({ path }) => path === name)) {
      this.problems.push({ path: name, message: `is missing: give ${what}` });
    }
    return '';
  }

  #wrong(name: string, message: string): null {
    this.problems.push({ path: name, message });
    return null;
  }

  #address(path: string, value: string): string | null {
    const url = URL.canParse(value) ? new URL(value) : null;
    if (url === null || !['http:', 'https:'].includes(url.protocol)) {
      return this.#wrong(path, 'must be an address that begins with http:// or https://');
    }
    if (url.username !== '' || url.password !== '') {
      return this.#wrong(
        path,
        'must not hold a user or a password: give the secret by { env: NAME } or { file: PATH }',
      );
    }
    return value.replace(/\/+$/, '');
  }
}
