import type { Text } from './expression.ts';
import type { Scope } from './scope.ts';

/** Data with texts in it, such as what a rule publishes; `run` gives JSON data with every text filled in. */
export interface Template {
  readonly run: (scope: Scope) => unknown;
}

/** Compiles plain data, whose strings are texts with `{name}` in them; names of fields stay as they are. */
export function compileTemplate(data: unknown, linkText: (source: string) => Text | null): Template {
  if (typeof data === 'string') {
    const text = linkText(data);
    return { run: (scope) => text?.run(scope) ?? data };
  }
  if (Array.isArray(data)) {
    const items = data.map((item) => compileTemplate(item, linkText));
    return { run: (scope) => items.map((item) => item.run(scope)) };
  }
  if (typeof data === 'object' && data !== null) {
    const fields = Object.entries(data).map(
      ([name, value]) => [name, compileTemplate(value, linkText)] as const,
    );
    return { run: (scope) => Object.fromEntries(fields.map(([name, field]) => [name, field.run(scope)])) };
  }
  return { run: () => data ?? null };
}
