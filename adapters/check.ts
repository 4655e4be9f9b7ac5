/** One thing that was looked at in the world around Milepost, and what came of it. */
export interface Check {
  /** what was looked at: `nats server`, `stream max_bytes`, … */
  readonly name: string;
  /** `note`: worth knowing, nothing to do; `warning`: it works, and a promise is weaker or the speed less; `fault`: it does not work */
  readonly state: 'ok' | 'note' | 'warning' | 'fault';
  readonly text: string;
  /** what to do about it; null where there is nothing to do */
  readonly remedy: string | null;
  /** lines to paste, as they are */
  readonly lines: readonly string[];
}

/** A check from its parts; without a remedy and lines where they are left out. */
export function checked(
  name: string,
  state: Check['state'],
  text: string,
  more: { readonly remedy?: string; readonly lines?: readonly string[] } = {},
): Check {
  return { name, state, text, remedy: more.remedy ?? null, lines: more.lines ?? [] };
}

/** How far a clock is from this machine's, ms, looked at for a moment that lay between two readings of our own. */
export function skewCheck(
  name: string,
  theirs: number,
  ours: { readonly before: number; readonly after: number },
): Check {
  const skew = theirs < ours.before ? theirs - ours.before : Math.max(0, theirs - ours.after);
  const size = Math.abs(skew);
  if (size < 1_000)
    return checked(
      name,
      'ok',
      `its clock agrees with this machine's to ${Math.max(1, ours.after - ours.before)} ms`,
    );
  const text = `its clock is ${(size / 1000).toFixed(1)} s ${skew < 0 ? 'behind' : 'ahead of'} this machine's`;
  const remedy =
    'let both follow the same time servers (chrony, systemd-timesyncd): timers fire by one clock and messages are stamped by the other';
  return checked(name, size < 30_000 ? 'warning' : 'fault', text, { remedy });
}
