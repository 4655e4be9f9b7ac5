import type { Problem } from './answers.ts';
import { earlyAnswer } from './early.ts';

/** What the server refused, in its own words. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** One GET of the API; rejects with ApiError where it is refused, with TypeError where the server cannot be reached. */
export async function ask<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response =
    (await earlyAnswer(path)) ??
    (await fetch(path, {
      headers: { accept: 'application/json' },
      ...(signal === undefined ? {} : { signal }),
    }));
  if (!response.ok) throw await refusalIn(response);
  return (await response.json()) as T; // the server is ours, and its answers are held to its OpenAPI document by tests
}

/** What a response that is no success refuses. */
export async function refusalIn(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    const { detail, title } = JSON.parse(text) as Problem;
    return new ApiError(response.status, detail || title);
  } catch {
    return new ApiError(response.status, text.slice(0, 200) || response.statusText);
  }
}

/** One percent-encoded segment of an address. */
export function segment(text: string): string {
  return encodeURIComponent(text);
}
