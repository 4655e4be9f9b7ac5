/** The names that the subject and text of a channel may have in braces; filled in by substitution and nothing else. */
export const NOTICE_FIELDS = [
  ...(['subject', 'text', 'kind', 'severity', 'flow', 'key', 'step', 'name', 'group', 'day'] as const),
  ...([
    'alarm',
    'count',
    'raised',
    'cleared',
    'alarms',
    'folded',
    'level',
    'to',
    'link',
    'id',
    'thread',
  ] as const),
] as const;

export type NoticeField = (typeof NOTICE_FIELDS)[number];

/** Fills `{field}` in; a name that is none stays as it is written. */
export function fillIn(template: string, fields: Readonly<Record<NoticeField, string>>): string {
  return template.replace(/\{([a-z]+)\}/g, (written, name: string) => {
    const field = NOTICE_FIELDS.find((each) => each === name);
    return field === undefined ? written : fields[field];
  });
}

/** The names in braces that are no fields. */
export function strangeFields(template: string): readonly string[] {
  return [...template.matchAll(/\{([^{}]*)\}/g)]
    .map(([, name = '']) => name)
    .filter((name) => !NOTICE_FIELDS.some((field) => field === name));
}
