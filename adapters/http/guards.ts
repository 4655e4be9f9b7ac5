import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from './refusal.ts';

/** Header fields of every answer: nothing from elsewhere runs in a page of ours, and nothing of ours is kept or framed. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'cache-control': 'no-store',
};

/** Whether an address to listen on can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * Refuses a request whose Host header is not one of `allowed` (names without port). A page whose name was made to point
 * at this machine (DNS rebinding) still sends its own name.
 */
export function checkHost(headers: IncomingHttpHeaders, allowed: readonly string[]): void {
  const host = headers.host ?? '';
  const name = /^(\[[0-9a-f:.]+\]|[^:[\]]*)(:\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase() ?? '';
  if (allowed.includes(name)) return;
  throw new Refusal(
    'wrong-host',
    `this server is known as ${allowed.join(', ')}; ask for it by one of these names`,
  );
}

/** Refuses what a page of another origin makes a browser send; programs send neither header and are let through. */
export function checkOrigin(headers: IncomingHttpHeaders): void {
  const site = headers['sec-fetch-site'];
  const elsewhere = site !== undefined && site !== 'same-origin' && site !== 'none';
  if (!elsewhere && (headers.origin === undefined || isOwn(headers.origin, headers.host))) return;
  throw new Refusal(
    'cross-origin',
    'a page of another origin may not change anything here; use the console of this server, or a program',
  );
}

function isOwn(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
}
