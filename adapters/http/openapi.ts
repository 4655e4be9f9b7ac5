import { NAME_HEADER } from './audited.ts';
import { TOKEN_HEADER } from './operators.ts';
import { refusalStatus } from './refusal.ts';
import type { AnswerDocument, JsonSchema, Route } from './route.ts';
import { SCHEMAS } from './schemas.ts';

const DESCRIPTION = `Reads what Milepost knows about flows, instances and alarms, and takes checkpoint events.

Lists come in pages: \`next\` is the cursor of the next one. Keys and ids may contain \`/\`; in an address they are one
percent-encoded segment, \`a/b\` is written \`a%2Fb\`. Errors are problem details (RFC 9457). Times are UTC with milliseconds.`;

/** The OpenAPI 3.1 document of the routes, as a JSON value. */
export function openApi(routes: readonly Route[]): JsonSchema {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const operations = paths[route.path] ?? {};
    operations[route.method.toLowerCase()] = operation(route);
    paths[route.path] = operations;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Milepost',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: SCHEMAS,
      securitySchemes: {
        operator: {
          type: 'http',
          scheme: 'bearer',
          description:
            'The token of operators: in the file operator-token of the data folder, or as it was given at the start',
        },
        operatorBehindProxy: {
          type: 'apiKey',
          in: 'header',
          name: TOKEN_HEADER,
          description: 'The same where a proxy has the field Authorization for itself',
        },
      },
    },
  };
}

function operation(route: Route): JsonSchema {
  return {
    operationId: operationId(route),
    summary: route.summary,
    'x-permission': route.permission,
    security: isOperators(route) ? [{ operator: [] }, { operatorBehindProxy: [] }] : [],
    parameters: [
      ...route.parameters.map(({ name, in: where, description, schema }) => ({
        ...{ name, in: where, required: where === 'path', description, schema },
      })),
      ...(isOperators(route) ? [NAME] : []),
    ],
    ...(route.accepts.length > 0 ? { requestBody: requestBody(route) } : {}),
    responses: responses(route),
  };
}

function isOperators({ permission }: Route): boolean {
  return permission === 'operate';
}

const NAME: JsonSchema = {
  name: NAME_HEADER,
  in: 'header',
  required: false,
  description: 'the name of the person who acts, percent-encoded; or `by` in the body',
  schema: { type: 'string', maxLength: 1024 },
};

/** `GET /api/v1/flows/{flow}` is `getFlowsFlow`. */
function operationId({ method, path }: Route): string {
  const words = path
    .replace('/api/v1', '')
    .split(/[^a-zA-Z]+/)
    .filter((word) => word !== '');
  const name = words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join('');
  return `${method.toLowerCase()}${name === '' ? 'Index' : name}`;
}

function requestBody({ accepts, bodyRequired = true, body = 'Event' }: Route): JsonSchema {
  const schemaOf = (type: string): JsonSchema => {
    if (type === 'application/json') return { $ref: `#/components/schemas/${body}` };
    if (type === 'application/cloudevents+json') return { type: 'object', description: 'a CloudEvent 1.0' };
    return { type: 'string', description: 'one event per line' };
  };
  return {
    required: bodyRequired,
    content: Object.fromEntries(accepts.map((type) => [type, { schema: schemaOf(type) }])),
  };
}

function responses(route: Route): JsonSchema {
  const all: Record<string, unknown> = {};
  for (const [status, document] of Object.entries(route.answers)) all[status] = response(document);
  for (const kind of [...(route.refuses ?? []), ...(isOperators(route) ? FOR_OPERATORS : [])]) {
    all[String(refusalStatus(kind))] ??= response(PROBLEM);
  }
  all.default = response(PROBLEM);
  return all;
}

const FOR_OPERATORS = ['unauthorized', 'read-only', 'act-refused', 'too-many-attempts'] as const;

const PROBLEM: AnswerDocument = {
  description: 'Why it was refused, and what to do',
  type: 'application/problem+json',
  schema: { $ref: '#/components/schemas/Problem' },
};

function response({ description, type, schema }: AnswerDocument): JsonSchema {
  return { description, content: { [type]: schema === undefined ? {} : { schema } } };
}
