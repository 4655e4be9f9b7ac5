import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** A port that leads to another one while it is open; nothing listens on it while it is shut. */
export interface Door {
  readonly port: number;
  open(): Promise<void>;
  /** Cuts what goes through it, and listens no more. */
  shut(): Promise<void>;
}

/** A door on a free loopback port, shut at first. */
export async function makeDoor(target: number): Promise<Door> {
  const sockets = new Set<Socket>();
  let server: Server | null = null;
  let port = 0;
  const listen = async () => {
    if (server !== null) return;
    server = createServer((inner) => {
      const outer = createConnection(target, '127.0.0.1');
      for (const [socket, other] of [
        [inner, outer],
        [outer, inner],
      ] as const) {
        sockets.add(socket);
        socket.on('error', () => other.destroy());
        socket.on('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
    port = address.port;
  };
  const shut = async () => {
    const listening = server;
    server = null;
    if (listening === null) return;
    const closed = once(listening, 'close');
    listening.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen();
  await shut();
  return { port, open: listen, shut };
}
