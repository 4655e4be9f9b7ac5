import { parseArgs } from 'node:util';
import { closest } from '../../definitions/index.ts';
import type { OptionSpec } from './option.ts';
import { WrongUse } from './outcome.ts';

/** The options that were given, by name. */
export interface Options {
  /** the value of an option; undefined where it was not given */
  text(name: string): string | undefined;
  /** every value of an option that may be given several times */
  all(name: string): readonly string[];
  flag(name: string): boolean;
}

export interface Parsed {
  readonly operands: readonly string[];
  readonly options: Options;
}

/** What a command takes: operands are arguments that are no options. */
export interface Taking {
  /** what follows `milepost` */
  readonly usage: string;
  readonly operands: { readonly least: number; readonly most: number };
  readonly options: Readonly<Record<string, OptionSpec>>;
}

/** The options that every command has. */
export const COMMON_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  lang: {
    value: 'LANGUAGE',
    about: 'en or zh; default: what LC_ALL, LC_MESSAGES or LANG say',
    choices: ['en', 'zh'],
  },
  help: { value: null, about: 'what this command does, and how' },
};

/** The options and operands of a command, out of its arguments; throws WrongUse, with the nearest thing that would do. */
export function readOptions(command: Taking, args: readonly string[]): Parsed {
  const specs = { ...command.options, ...COMMON_OPTIONS };
  const given = new Map<string, string[]>();
  const operands: string[] = [];
  for (const token of tokensOf(specs, args)) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
    if (spec === undefined) throw new WrongUse(unknownOption(token.rawName, Object.keys(specs)));
    const values = given.get(token.name) ?? [];
    if (values.length > 0 && spec.many !== true)
      throw new WrongUse(`${token.rawName} is given twice: leave one out`);
    given.set(token.name, [...values, checkedValue(token, spec)]);
  }
  if (!given.has('help')) checkComplete(command, given, operands);
  return { operands, options: optionsOf(specs, given) };
}

function tokensOf(specs: Readonly<Record<string, OptionSpec>>, args: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { value }]) => {
      const type: 'string' | 'boolean' = value === null ? 'boolean' : 'string';
      return [name, name === 'help' ? { type, short: 'h' } : { type }];
    }),
  );
  return parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true }).tokens;
}

interface OptionToken {
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function checkedValue({ rawName, value, inlineValue }: OptionToken, spec: OptionSpec): string {
  if (spec.value === null) {
    if (value !== undefined) throw new WrongUse(`${rawName} takes no value: write it alone`);
    return '';
  }
  // `--from --until X`: the value was forgotten; `-` alone is a value, and one that begins with it is written with `=`
  if (value === undefined || (inlineValue !== true && /^-./.test(value)))
    throw new WrongUse(`${rawName} needs a value: write ${rawName}=${spec.value}`);
  if (spec.choices !== undefined && !spec.choices.includes(value)) {
    const near = closest(value, spec.choices);
    const remedy = near === null ? `use ${listed(spec.choices)}` : `did you mean ${near}?`;
    throw new WrongUse(`${rawName} cannot be "${value}": ${remedy}`);
  }
  return value;
}

function unknownOption(rawName: string, names: readonly string[]): string {
  const near = closest(
    rawName,
    names.map((name) => `--${name}`),
  );
  return `there is no option ${rawName}: ${near === null ? 'see --help' : `did you mean ${near}?`}`;
}

function checkComplete(
  { operands: { least, most }, options, usage }: Taking,
  given: ReadonlyMap<string, readonly string[]>,
  operands: readonly string[],
): void {
  for (const [name, spec] of Object.entries(options)) {
    if (spec.required === true && !given.has(name))
      throw new WrongUse(`--${name} is missing: write --${name} ${spec.value}`);
  }
  if (operands.length < least) throw new WrongUse(`something is missing: write milepost ${usage}`);
  if (operands.length > most)
    throw new WrongUse(`"${operands[most]}" is one argument too many: write milepost ${usage}`);
}

function optionsOf(
  specs: Readonly<Record<string, OptionSpec>>,
  given: ReadonlyMap<string, readonly string[]>,
): Options {
  const of = (name: string) => {
    if (!Object.hasOwn(specs, name))
      throw new Error(`broken rule: a command reads only its own options, not ${name}`);
    return given.get(name) ?? [];
  };
  return { text: (name) => of(name).at(-1), all: of, flag: (name) => of(name).length > 0 };
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
