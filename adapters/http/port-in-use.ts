interface Where {
  readonly host: string;
  readonly port: number;
}

/** The server cannot listen where it was told to. Trying again as it is cannot help. */
export class ListenError extends Error {
  override readonly name: string = 'ListenError';
  readonly permanent = true;
  /** `host:port` */
  readonly address: string;

  constructor(message: string, address: string, cause: unknown) {
    super(message, { cause });
    this.address = address;
  }
}

/** Another program listens there already. */
export class PortInUse extends ListenError {
  override readonly name = 'PortInUse';
}

/** Gives the error to throw for a failed attempt to listen, with the remedy. */
export function listenFailure(error: unknown, { host, port }: Where): unknown {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new PortInUse(
        `another program listens on ${address} already; stop it, or choose another port (0 takes any that is free)`,
        address,
        error,
      );
    case 'EACCES':
      return new ListenError(
        `listening on ${address} is not permitted; choose a port from 1024 up, or grant the right to it`,
        address,
        error,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ListenError(
        `this machine has no address ${host}; listen on 127.0.0.1, or on an address that it has`,
        address,
        error,
      );
    default:
      return error;
  }
}

/** The code of an error of the system or of fastify; '' where it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
