/**
 * What operators do, sent to the API with their name and the token: where they are not known, or the token is wrong, they are
 * asked for. Each act gets an id under which it is known what became of it.
 */

import { askWho, knowWho } from '../operator/asking.ts';
import { person } from '../operator/person.ts';
import { keepToken, token } from '../operator/token.ts';
import type { ActOutcome } from './alarm-answers.ts';
import { ask, refusalIn, segment } from './ask.ts';

const LOOKS = 25;
const BETWEEN = 200;

/**
 * One POST of JSON; rejects with ApiError where it is refused, with TypeError where the server cannot be reached, with Error
 * where nobody says who acts.
 */
export async function send<T>(path: string, body: unknown): Promise<T> {
  return sendText<T>(path, JSON.stringify(body));
}

/** One POST of a text as it is; null: without a body. */
export async function sendText<T>(path: string, body: string | null, type = 'application/json'): Promise<T> {
  await knowWho();
  let response = await post();
  while (response.status === 401) {
    keepToken('');
    await askWho('wrong');
    response = await post();
  }
  if (!response.ok) throw await refusalIn(response);
  return (await response.json()) as T; // the server is ours, and its answers are held to its OpenAPI document by tests

  function post(): Promise<Response> {
    const headers = { 'milepost-token': token(), 'milepost-by': encodeURIComponent(person()) };
    return fetch(path, {
      method: 'POST',
      headers: body === null ? headers : { ...headers, 'content-type': type },
      body,
    });
  }
}

/** Sends an act and waits some seconds for what becomes of it; null while that is not known. */
export async function sendAct(path: string, body: unknown): Promise<ActOutcome | null> {
  const { id } = await send<{ readonly id: string }>(path, body);
  for (let looks = 0; looks < LOOKS; looks += 1) {
    const outcome = await ask<ActOutcome>(`/api/v1/acts/${segment(id)}`);
    if (outcome.done !== null) return outcome;
    await new Promise((resolve) => setTimeout(resolve, BETWEEN));
  }
  return null;
}
