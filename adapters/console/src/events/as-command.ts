/** An event as a line for a shell that sends it once more, just as its application did. */
import { subjectOf } from '../../../../checkpoints/index.ts';

type Content = Readonly<Record<string, unknown>>;

/** The line for the command line of NATS. */
export function asNatsPub(flow: string, content: Content): string {
  const key = typeof content.key === 'string' ? content.key : null;
  const text = JSON.stringify(content);
  // nats fills in what stands in double braces, which JSON has inside texts only
  const asItIs = text.includes('{{') ? '--no-templates ' : '';
  return `nats pub ${asItIs}${quoted(subjectOf(flow, key))} ${quoted(text)}`;
}

/** The line for curl; `origin` is the address of Milepost, without a path. */
export function asCurl(origin: string, content: Content): string {
  const body = quoted(JSON.stringify(content));
  return `curl -sS ${quoted(`${origin}/api/v1/events`)} -H 'content-type: application/json' --data-binary ${body}`;
}

/** A text as one word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
