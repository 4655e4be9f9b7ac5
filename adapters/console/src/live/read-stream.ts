/** One server-sent event, or a sign of life without one. */
export type StreamItem =
  | { readonly kind: 'event'; readonly name: string; readonly data: string }
  | { readonly kind: 'beat' };

/**
 * Makes a reader of the text of an event stream (WHATWG HTML, server-sent events): each piece of text gives what it
 * completes. `position` is the last id that was seen, to go on from.
 */
export function createStreamReader(): {
  read(text: string): readonly StreamItem[];
  position(): string | null;
} {
  let rest = '';
  let id: string | null = null;
  let name = '';
  let data: string[] = [];

  function line(text: string, items: StreamItem[]): void {
    if (text === '') {
      items.push(
        data.length > 0
          ? { kind: 'event', name: name || 'message', data: data.join('\n') }
          : { kind: 'beat' },
      );
      name = '';
      data = [];
      return;
    }
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(text) ?? [];
    if (field === 'id' && !value.includes('\0')) id = value;
    else if (field === 'event') name = value;
    else if (field === 'data') data.push(value);
  }

  return {
    read(text) {
      const items: StreamItem[] = [];
      const lines = (rest + text).split(/\r\n|\n|\r(?=.)/);
      rest = lines.pop() ?? '';
      for (const each of lines) line(each, items);
      return items;
    },
    position: () => id,
  };
}
