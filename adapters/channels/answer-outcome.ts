import type { SendOutcome } from '../../engine/index.ts';
import type { Answer } from './post.ts';

/**
 * What an HTTP answer means for a notice, by its status alone: 2xx is sent; 408, 425, 429, 500 and 503 may be tried again;
 * 502 and 504 come from a gateway that does not know; a redirect and every other 4xx will not change by themselves.
 */
export function outcomeOf(answer: Answer): SendOutcome {
  if (answer.kind === 'refused') return { kind: 'retry', after: null, reason: answer.reason };
  if (answer.kind === 'lost') return { kind: 'unknown', reason: answer.reason };
  const { status, retryAfter } = answer;
  if (status >= 200 && status < 300) return { kind: 'sent', detail: null };
  const reason = `answered ${status}${excerpt(answer.body)}`;
  if ([408, 425, 429, 500, 503].includes(status)) return { kind: 'retry', after: retryAfter, reason };
  if (status === 502 || status === 504) return { kind: 'unknown', reason };
  if (status >= 300 && status < 400) {
    return { kind: 'failed', reason: `${reason}: redirects are not followed, give the final address` };
  }
  return status >= 500 ? { kind: 'retry', after: retryAfter, reason } : { kind: 'failed', reason };
}

/** The beginning of a body, on one line. */
export function excerpt(body: string): string {
  const line = body.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  if (line === '') return '';
  return line.length > 160 ? `: ${line.slice(0, 160)}…` : `: ${line}`;
}
