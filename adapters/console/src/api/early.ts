declare global {
  interface Window {
    /** what `early.js` has asked for, by address */
    readonly milepostEarly?: Map<string, Promise<Response>>;
  }
}

/** After so long, ms since the page was gone to, an answer is no longer the newest. */
const FRESH = 4000;

/** The answer that was asked for before this script had come, once; null where there is none, or none that is good. */
export async function earlyAnswer(path: string): Promise<Response | null> {
  const answer = globalThis.window?.milepostEarly?.get(path);
  if (answer === undefined) return null;
  window.milepostEarly?.delete(path);
  if (performance.now() > FRESH) return null;
  const response = await answer.catch(() => null);
  return response?.ok ? response : null;
}
