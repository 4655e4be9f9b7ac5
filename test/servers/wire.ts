import { once } from 'node:events';
import { connect as connectSocket, createServer, type Socket } from 'node:net';

export interface Wire {
  readonly url: string;
  /** The next statement with this text in it meets the fault; default: the one that the wire was made for. */
  arm(text?: string): void;
  stop(): Promise<void>;
}

/**
 * A way to the server that fails once it is armed: it loses an answer and the connection, passes nothing on, or all but
 * the end of what it was armed for.
 */
export async function startWire(
  url: string,
  fault:
    | { readonly swallowAnswerTo: string }
    | { readonly silentAfter: string }
    | { readonly endHeldOf: string },
): Promise<Wire> {
  let armed: string | null = null;
  const sockets = new Set<Socket>();
  const target = new URL(url);
  const wire = createServer((near) => {
    const far = connectSocket(Number(target.port), target.hostname);
    let failing = false;
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    near.on('data', (data) => {
      const text = data.toString('latin1');
      if (armed !== null && text.includes(armed)) {
        armed = null;
        failing = true;
        if ('endHeldOf' in fault) far.write(data.subarray(0, -5)); // a Sync is five bytes
      }
      if (!failing || 'swallowAnswerTo' in fault) far.write(data);
    });
    far.on('data', (data) => {
      if (!failing) near.write(data);
      else if ('swallowAnswerTo' in fault) near.destroy();
    });
    near.on('close', () => far.end());
    far.on('close', () => near.end());
  });
  wire.listen(0, '127.0.0.1');
  await once(wire, 'listening');
  const address = wire.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return {
    url: url.replace(/:\d+\//, `:${address.port}/`),
    arm: (text = Object.values(fault).join()) => {
      armed = text;
    },
    async stop() {
      wire.close();
      for (const socket of sockets) socket.destroy();
      await once(wire, 'close');
    },
  };
}
