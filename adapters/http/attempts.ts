/** How often something went wrong for somebody of late, and how long he has to wait. */
export interface Attempts {
  /** milliseconds until `who` may try again; 0: now */
  wait(who: string): number;
  failed(who: string): void;
}

/** At most so many are remembered; then the one that failed longest ago is forgotten. */
const MOST = 1000;

/** `free` failures cost nothing, each further one `cost` ms; every `cost` ms one is forgotten. `now` gives ms. */
export function createAttempts(
  { free, cost }: { readonly free: number; readonly cost: number },
  now: () => number,
): Attempts {
  /** when everything that somebody has done wrong is forgotten */
  const debts = new Map<string, number>();
  return {
    wait: (who) => Math.max(0, (debts.get(who) ?? 0) - now() - (free - 1) * cost),
    failed(who) {
      const debt = Math.max(debts.get(who) ?? 0, now()) + cost;
      debts.delete(who);
      debts.set(who, debt);
      const [oldest] = debts.keys();
      if (debts.size > MOST && oldest !== undefined) debts.delete(oldest);
    },
  };
}
