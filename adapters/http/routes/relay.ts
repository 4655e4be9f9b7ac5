import { json, jsonAnswer, type Route } from '../route.ts';

/** Where a relay is handed notices, and asked what came of them: signed JSON, answered by `take` with a status and a body. */
export function relayRoute(
  take: (body: Uint8Array, signature: string | undefined) => Promise<{ status: number; body: unknown }>,
): Route {
  return {
    method: 'POST',
    path: '/api/v1/relay',
    permission: 'send',
    summary: 'Takes a notice to be sent from here, or tells what came of one',
    parameters: [],
    accepts: ['application/json'],
    answers: {
      200: jsonAnswer('What came of it', 'Relayed'),
      202: jsonAnswer('It is kept, and will be sent', 'Relayed'),
    },
    async handle({ body, headers }) {
      const { 'milepost-signature': signature } = headers;
      const answer = await take(body, typeof signature === 'string' ? signature : undefined);
      return json(answer.status, answer.body);
    },
  };
}
