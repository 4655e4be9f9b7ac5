import { type Complaint, endsValue, type Token } from './expression-scan.ts';

/** Brackets may be nested this deep. */
const MAX_DEPTH = 20;

const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=', 'in']);
const ARITHMETIC = new Set(['+', '-', '*', '/', '%', '^']);
const PREFIXES = new Set(['-', '+', 'not']);

/** One open bracket, or the expression as a whole. */
interface Frame {
  readonly kind: 'whole' | 'group' | 'call' | 'list';
  readonly opened: Token | null;
  /** a comparison that has not been closed by `and`, `or`, `?`, `:` or `,` */
  compared: boolean;
  /** each `?` that still lacks its `:` */
  readonly choices: Token[];
}

/**
 * Checks the order of words, with a place and a remedy for each way to get it wrong; null where it is right. It refuses
 * more than expr-eval: chained comparisons, lists elsewhere than after `in`, arguments without commas, a `.` after
 * anything but a name. So what it accepts, expr-eval parses.
 */
export function checkOrder(tokens: readonly Token[], sourceLength: number): Complaint | null {
  const frames: Frame[] = [frameOf('whole', null)];
  for (const [index, token] of tokens.entries()) {
    const frame = frames.at(-1);
    if (frame === undefined) throw new Error('the frame of the whole expression is never closed');
    const spot = { token, before: tokens[index - 1], second: tokens[index - 2], frame, frames };
    const message = endsValue(spot.before) ? operatorProblem(spot) : valueProblem(spot);
    if (message !== null) return { offset: token.offset, code: 'expression-syntax', message };
    if (frames.length > MAX_DEPTH + 1) {
      return {
        offset: token.offset,
        code: 'expression-too-large',
        message: `brackets are nested more than ${MAX_DEPTH} deep: compute parts as parameters with value:`,
      };
    }
  }
  return endProblem(tokens, frames, sourceLength);
}

/** A token with the two before it and the brackets around it. */
interface Spot {
  readonly token: Token;
  readonly before: Token | undefined;
  readonly second: Token | undefined;
  readonly frame: Frame;
  readonly frames: Frame[];
}

function frameOf(kind: Frame['kind'], opened: Token | null): Frame {
  return { kind, opened, compared: false, choices: [] };
}

/** Takes a token where a value must begin; gives what is wrong with it. */
function valueProblem({ token, before, frame, frames }: Spot): string | null {
  if (before?.text === '.') {
    return token.kind === 'name' ? null : `after '.' comes a name, not ${token.text}`;
  }
  if (before?.text === 'in' && token.text !== '[') {
    return "after 'in' comes a list: write in ['a', 'b']";
  }
  if (token.kind !== 'mark') return null;
  if (PREFIXES.has(token.text)) return null;
  if (token.text === '(') {
    frames.push(frameOf('group', token));
    return null;
  }
  if (token.text === '[') {
    if (before?.text !== 'in') return "a list stands only after 'in'";
    frames.push(frameOf('list', token));
    return null;
  }
  const emptyCall = token.text === ')' && frame.kind === 'call' && before === frame.opened;
  if (emptyCall) {
    frames.pop();
    return null;
  }
  return before === undefined
    ? `an expression begins with a value, not '${token.text}'`
    : `there is no value between '${before.text}' and '${token.text}'`;
}

/** Takes a token where a value has just ended; gives what is wrong with it. */
function operatorProblem(spot: Spot): string | null {
  const { token, before, frame, frames } = spot;
  if (token.kind !== 'mark') return noOperator(token, before);
  switch (token.text) {
    case '.':
      return before?.kind === 'name' ? null : "'.' stands only between the parts of a name";
    case '(':
      return callProblem(spot);
    case ')':
      if (frame.kind !== 'group' && frame.kind !== 'call') return unopened(token, frame);
      return openChoice(frame) ?? pop(frames);
    case ']':
      if (frame.kind !== 'list') return unopened(token, frame);
      return openChoice(frame) ?? pop(frames);
    case ',':
      if (frame.kind === 'whole' || frame.kind === 'group') {
        return "',' stands only between the arguments of a function or in a list";
      }
      frame.compared = false;
      return openChoice(frame);
    case '?':
      frame.choices.push(token);
      frame.compared = false;
      return null;
    case ':':
      frame.compared = false;
      return frame.choices.pop() === undefined ? "this ':' has no '?' before it: write a ? b : c" : null;
    case 'and':
    case 'or':
      frame.compared = false;
      return null;
  }
  if (ARITHMETIC.has(token.text)) return null;
  if (COMPARISONS.has(token.text)) {
    if (frame.compared) return 'comparisons cannot be chained: for a < b < c write a < b and b < c';
    frame.compared = true;
    return null;
  }
  return `an operator is missing before '${token.text}'`;
}

function noOperator(token: Token, before: Token | undefined): string {
  const lower = token.text.toLowerCase();
  if (token.kind === 'name' && (lower === 'and' || lower === 'or' || lower === 'in')) {
    return `'${token.text}' is written in small letters: ${lower}`;
  }
  if (before?.kind === 'name' && before.text.toLowerCase() === 'not') {
    return `'${before.text}' is written in small letters: not`;
  }
  const call =
    before?.kind === 'name' ? `, or, if ${before.text} is a function, write ${before.text}(…)` : '';
  return `an operator is missing between '${before?.text ?? ''}' and '${token.text}': for example ==, and, +${call}`;
}

function callProblem({ token, before, second, frames }: Spot): string | null {
  if (before?.kind !== 'name') return "an operator is missing before '('";
  if (second?.text === '.') {
    return 'functions are called by a plain name, not after a dot';
  }
  frames.push(frameOf('call', token));
  return null;
}

function pop(frames: Frame[]): null {
  frames.pop();
  return null;
}

function unopened(token: Token, frame: Frame): string {
  if (frame.kind === 'whole') return `this '${token.text}' closes nothing: remove it`;
  return `'${frame.opened?.text ?? ''}' is closed by '${token.text}'`;
}

function openChoice(frame: Frame): string | null {
  return frame.choices.length === 0 ? null : "a '?' lacks its ':' here: write a ? b : c";
}

function endProblem(
  tokens: readonly Token[],
  frames: readonly Frame[],
  sourceLength: number,
): Complaint | null {
  const last = tokens.at(-1);
  const problem = (offset: number, message: string): Complaint => ({
    offset,
    code: 'expression-syntax',
    message,
  });
  if (last === undefined) return problem(0, 'the expression is empty: write a value such as PIN < POUT');
  if (!endsValue(last)) return problem(sourceLength, `there is no value after '${last.text}'`);
  const frame = frames.at(-1);
  const choice = frame?.choices.at(-1);
  if (choice !== undefined) return problem(choice.offset, "this '?' lacks its ':': write a ? b : c");
  const opened = frame?.opened;
  if (opened) return problem(opened.offset, `this '${opened.text}' is not closed`);
  return null;
}
