/** State, message and values of an event, in a line. */
export function contentText({ state, params, message }: Readonly<Record<string, unknown>>): string {
  const parts = [state, message].filter((part): part is string => typeof part === 'string');
  const values = typeof params === 'object' && params !== null ? Object.entries(params) : [];
  return [...parts, ...values.map(([name, value]) => `${name} = ${JSON.stringify(value)}`)].join(', ');
}
