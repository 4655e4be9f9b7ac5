import type { ServerResponse } from 'node:http';
import type { Definitions } from '../../../definitions/index.ts';
import type { Change, ChangeStream, Sink, Wants } from '../change-stream.ts';
import type { Parameter } from '../parameters.ts';
import { inQuery } from '../query-parameters.ts';
import { Refusal } from '../refusal.ts';
import type { Call, Route } from '../route.ts';

interface StreamOptions {
  readonly stream: ChangeStream;
  readonly definitions: () => Definitions;
  /** how many readers at most */
  readonly limit: number;
  readonly onError: (error: unknown, where: string) => void;
}

const PARAMETERS: readonly Parameter[] = [
  inQuery('flow', 'only changes of this flow', { type: 'string', maxLength: 64 }),
  inQuery('group', 'only changes of flows of this group', { type: 'string', maxLength: 256 }),
  inQuery(
    'lastEventId',
    'where to go on; the header Last-Event-ID, which browsers send by themselves, comes before it',
    {
      type: 'integer',
      minimum: 0,
    },
  ),
];

/** Where changes of instances and alarms are told as server-sent events. */
export function streamRoute(options: StreamOptions): Route {
  return {
    method: 'GET',
    path: '/api/v1/stream',
    permission: 'read',
    summary:
      'Changes of instances and alarms as they happen: `instance`, `alarm`, and `reset` where some were missed and everything has to be loaded anew',
    parameters: PARAMETERS,
    accepts: [],
    answers: { 200: { description: 'Server-sent events; `id` is for resuming', type: 'text/event-stream' } },
    refuses: ['bad-parameter', 'unavailable'],
    async handle(call) {
      const { values } = call;
      const after = lastEventId(call) ?? values.number('lastEventId') ?? null;
      const wants = filter(values.text('flow'), values.text('group'), options.definitions);
      if (options.stream.readers() >= options.limit)
        throw new Refusal(
          'unavailable',
          `${options.limit} streams are open already, as many as are allowed; close some`,
          {
            headers: { 'retry-after': '30' },
          },
        );
      return { kind: 'stream', start: (response) => void attach(options, { after, wants, response }) };
    },
  };
}

interface Attached {
  readonly after: number | null;
  readonly wants: (change: Change) => boolean;
  readonly response: ServerResponse;
}

async function attach(
  { stream, onError }: StreamOptions,
  { after, wants, response }: Attached,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
  response.flushHeaders();
  try {
    const detach = await stream.attach({ sink: sinkOf(response), after, wants });
    if (response.destroyed) detach();
    else response.once('close', detach);
  } catch (error) {
    onError(error, 'GET /api/v1/stream');
    response.end();
  }
}

function sinkOf(response: ServerResponse): Sink {
  return {
    write: (text) => response.write(text),
    drained: (callback) => void response.once('drain', callback),
    // destroyed once the end is written, or at once where the other side takes nothing
    end() {
      if (response.writableNeedDrain) response.destroy();
      else response.end();
    },
  };
}

function lastEventId({ headers }: Call): number | null {
  const header = headers['last-event-id'];
  if (header === undefined || header === '') return null;
  if (typeof header === 'string' && /^\d{1,15}$/.test(header)) return Number(header);
  const message = 'must be the id of an event of this stream; leave it out to begin with what comes next';
  throw new Refusal('bad-parameter', `Last-Event-ID: ${message}`, {
    errors: [{ path: 'Last-Event-ID', message }],
  });
}

const TOLD = ['instance', 'alarm', 'handling'];

const everything: Wants = ({ kind }) => TOLD.includes(kind);

function filter(flow: string | undefined, group: string | undefined, definitions: () => Definitions): Wants {
  if (flow === undefined && group === undefined) return everything;
  return (change) => {
    if (!everything(change)) return false;
    const about = subjectMatter(change);
    if (flow !== undefined && about.flow !== flow) return false;
    return (
      group === undefined || (about.group ?? definitions().flows.get(about.flow)?.group ?? null) === group
    );
  };
}

/** The flow and, where the body tells it, the group that a change is about. */
function subjectMatter({ body }: Change): { readonly flow: string; readonly group: string | null } {
  const parsed: unknown = JSON.parse(body);
  const of = (name: string): string | null => {
    if (typeof parsed !== 'object' || parsed === null) return null;
    const value: unknown = Reflect.get(parsed, name);
    return typeof value === 'string' ? value : null;
  };
  return { flow: of('flow') ?? '', group: of('group') };
}
