/** What operators do, sent to the API: each act gets an id under which it is known what became of it. */
import type { ActOutcome } from './alarm-answers.ts';
import { ask, refusalIn, segment } from './ask.ts';

const LOOKS = 25;
const BETWEEN = 200;

/** One POST of JSON; rejects with ApiError where it is refused, with TypeError where the server cannot be reached. */
export async function send<T>(path: string, body: unknown): Promise<T> {
  return sendText<T>(path, JSON.stringify(body));
}

/** One POST of a text as it is; null: without a body. */
export async function sendText<T>(path: string, body: string | null, type = 'application/json'): Promise<T> {
  const response = await fetch(path, {
    method: 'POST',
    ...(body === null ? {} : { body, headers: { 'content-type': type } }),
  });
  if (!response.ok) throw await refusalIn(response);
  return (await response.json()) as T; // the server is ours, and its answers are held to its OpenAPI document by tests
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
