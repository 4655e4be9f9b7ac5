/**
 * Keeps who does what: every route that operators use is called through here, and only by a person with a name.
 *
 * 1. What is done is in the audit log before it is done; where that cannot be written, it is not done.
 * 2. What became of it is added after it; where that fails, the entry stays without outcome, and the caller is answered.
 */
import type { AuditLog, AuditOutcome } from '../../engine/index.ts';
import { objectIn } from './json-fields.ts';
import { Refusal } from './refusal.ts';
import type { Answer, Call, Route } from './route.ts';

interface AuditingOptions {
  readonly audit: AuditLog;
  readonly now: () => number;
  readonly onError: (error: unknown, where: string) => void;
}

type Fields = Readonly<Record<string, unknown>>;

/** Names are percent-encoded in it, since header fields hold no others than those of Western Europe. */
export const NAME_HEADER = 'Milepost-By';

const LONGEST_NAME = 128;
const LONGEST_DETAIL = 8000;
const LONGEST_TARGET = 2048;

/** The same route, with its calls in the audit log; throws where it does not say what it does. */
export function audited(route: Route, { audit, now, onError }: AuditingOptions): Route {
  const { act } = route;
  if (act === undefined)
    throw new Error(`every route for operators names its act: ${route.method} ${route.path} does not`);
  const settle = async (id: string, outcome: AuditOutcome) => {
    try {
      await audit.settle(id, outcome);
    } catch (error) {
      onError(error, `keeping what became of ${act} (entry ${id} of the audit)`);
    }
  };
  return {
    ...route,
    async handle(call) {
      const said = route.body === undefined ? {} : objectIn(call);
      const by = nameOf(call, said);
      const id = await audit.begin({
        ...{ at: now(), by, kind: act, origin: call.from },
        ...{ target: targetOf(route, call, said), detail: detailOf(route, call, said) },
      });
      try {
        const answer = await route.handle({ ...call, by });
        await settle(id, outcomeOf(answer));
        return answer;
      } catch (error) {
        await settle(id, failureOf(error));
        throw error;
      }
    },
  };
}

/** The name of the person: of the body, of the query, or of the header. */
function nameOf({ values, headers }: Call, said: Fields): string {
  const header = headers[NAME_HEADER.toLowerCase()];
  const name = said.by ?? values.text('by') ?? (typeof header === 'string' ? decoded(header) : undefined);
  if (isName(name)) return name;
  const message = `by is the name of the person who acts, 1 to ${LONGEST_NAME} characters: give it here, or percent-encoded in the header ${NAME_HEADER}`;
  throw new Refusal('act-refused', message, { errors: [{ path: 'by', message }] });
}

function isName(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.trim() !== '' &&
    value.length <= LONGEST_NAME &&
    value.isWellFormed() &&
    !/\p{Cc}/u.test(value)
  );
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** What the path names, else the flow with step and day or key that the body names. */
function targetOf({ parameters }: Route, { values }: Call, said: Fields): string | null {
  const inPath = parameters.filter((each) => each.in === 'path').map(({ name }) => values.text(name));
  const named = inPath.length > 0 ? inPath : [said.flow, said.step, said.day ?? said.key];
  const target = named.filter((part) => typeof part === 'string').join('/');
  return target === '' ? null : target.toWellFormed().replaceAll('\0', '\uFFFD').slice(0, LONGEST_TARGET);
}

function detailOf({ parameters, body }: Route, call: Call, { by: _, ...said }: Fields): string {
  const inQuery = parameters
    .filter(({ name, in: where }) => where === 'query' && name !== 'by')
    .flatMap(({ name }) => {
      const value = call.values.text(name);
      return value === undefined ? [] : [[name, value] as const];
    });
  const sent =
    body === undefined && call.body.length > 0 ? { body: new TextDecoder().decode(call.body) } : {};
  const text = JSON.stringify({ ...Object.fromEntries(inQuery), ...said, ...sent });
  return text.length <= LONGEST_DETAIL ? text : JSON.stringify({ cut: text.slice(0, LONGEST_DETAIL / 2) });
}

function outcomeOf(answer: Answer): AuditOutcome {
  const { act = null, refused = null } = answer.kind === 'json' ? answer : {};
  if (refused !== null) return { kind: 'refused', reason: refused, act };
  return { kind: act === null ? 'done' : 'taken', reason: null, act };
}

function failureOf(error: unknown): AuditOutcome {
  return error instanceof Refusal && error.status < 500
    ? { kind: 'refused', reason: error.message, act: null }
    : {
        kind: 'failed',
        reason: error instanceof Refusal ? error.message : 'the server failed; see its log',
        act: null,
      };
}
