/** The server's time, which ages and countdowns are reckoned by: a browser's clock may be wrong. */
import { useEffect, useState } from 'react';

let offset = 0;

/** Learns from an answer what time it is at the server. */
export function learnServerTime(asOf: string): void {
  offset = Date.parse(asOf) - Date.now();
}

/** The server's time, ms since the epoch. */
export function serverNow(): number {
  return Date.now() + offset;
}

/** The server's time, drawn again every so many ms. */
export function useNow(every = 1000): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
