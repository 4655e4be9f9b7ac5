import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** A port that leads to another one while it is open; nothing listens on it while it is shut. */
export interface Door {
  readonly port: number;
  open(): Promise<void>;
  /** Cuts what goes through it, and listens no more. */
  shut(): Promise<void>;
  /** Makes everything that goes through it, or only the answers, so much later, ms; 0: at once again. */
  lag(milliseconds: number, which?: 'all' | 'answers'): void;
  /** Lets answers disappear while connections stay open; `false`: connections that were made since pass again. */
  swallow(answers: boolean): void;
}

/** A door on a free loopback port, shut at first. */
export async function makeDoor(target: number): Promise<Door> {
  const sockets = new Set<Socket>();
  let server: Server | null = null;
  let port = 0;
  let late = { ask: 0, answer: 0 };
  let swallows = false;
  const carry = (from: Socket, to: Socket, way: 'ask' | 'answer') => {
    from.on('data', (bytes) => {
      if (way === 'answer' && swallows) return;
      const wait = late[way];
      // the order is kept: timers of one length end in the order in which they began
      if (wait === 0) to.write(bytes);
      else setTimeout(() => to.write(bytes), wait);
    });
  };
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
        carry(socket, other, socket === inner ? 'ask' : 'answer');
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
  return {
    port,
    open: listen,
    shut,
    lag(milliseconds, which = 'all') {
      late = { ask: which === 'all' ? milliseconds : 0, answer: milliseconds };
    },
    swallow(answers) {
      swallows = answers;
    },
  };
}
