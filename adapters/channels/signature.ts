/** `t=<unix seconds>,v1=<hex>`, where v1 is HMAC-SHA256 over `<t>.<body>`: who knows the secret wrote the body at that time. */
import { createHmac, timingSafeEqual } from 'node:crypto';

export const SIGNATURE = 'milepost-signature';

/** Signs a body; `now` is ms. */
export function signed(body: string, secret: string, now: number): string {
  const at = Math.floor(now / 1000);
  return `t=${at},v1=${digest(at, Buffer.from(body), secret).toString('hex')}`;
}

/**
 * What is wrong with the signature of a body, null where nothing is. It is compared in constant time, before the time
 * is looked at: `within` is how many ms that may be off.
 */
export function signatureFault(
  written: string | undefined,
  body: Uint8Array,
  check: { readonly secret: string; readonly now: number; readonly within: number },
): string | null {
  const [, at = '', hex = ''] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(written ?? '') ?? [];
  if (hex === '') return `the header ${SIGNATURE} is missing or has another form`;
  const right = digest(Number(at), body, check.secret);
  if (!timingSafeEqual(right, Buffer.from(hex, 'hex'))) return 'it was signed with another secret';
  const off = Math.round((Number(at) * 1000 - check.now) / 1000);
  if (Math.abs(off) * 1000 <= check.within) return null;
  return `it was signed ${Math.abs(off)} s ${off < 0 ? 'ago' : 'ahead'}: set the clocks of both machines`;
}

function digest(at: number, body: Uint8Array, secret: string): Buffer {
  return createHmac('sha256', secret).update(`${at}.`).update(body).digest();
}
