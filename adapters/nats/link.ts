import { Events, type NatsConnection } from 'nats';

export type LinkState = 'up' | 'down' | 'closed';

/** Whether a connection reaches its server, as far as the client has noticed. */
export interface Link {
  state(): LinkState;
  /** Calls the listener at every change until the function given back is called. */
  onChange(listener: (state: LinkState) => void): () => void;
  /** True once it is up, false when it is closed or did not come up within `wait` ms. */
  untilUp(wait: number): Promise<boolean>;
}

const links = new WeakMap<NatsConnection, Link>();

/** The link of a connection: the same one for everybody who asks. */
export function linkOf(nc: NatsConnection): Link {
  const known = links.get(nc);
  if (known !== undefined) return known;
  const link = followLink(nc);
  links.set(nc, link);
  return link;
}

function followLink(nc: NatsConnection): Link {
  const listeners = new Set<(state: LinkState) => void>();
  // The client forgets what the server told of itself while it looks for it.
  let state: LinkState = nc.isClosed() ? 'closed' : nc.info === undefined ? 'down' : 'up';
  const change = (next: LinkState) => {
    if (next === state) return;
    state = next;
    for (const listener of [...listeners]) listener(next);
  };
  const follow = async () => {
    for await (const status of nc.status()) {
      if (status.type === Events.Disconnect) change('down');
      else if (status.type === Events.Reconnect) change('up');
    }
  };
  void follow();
  void nc.closed().then(() => change('closed'));
  const onChange = (listener: (next: LinkState) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return { state: () => state, onChange, untilUp: (wait) => untilUp({ state: () => state, onChange }, wait) };
}

function untilUp(link: Pick<Link, 'state' | 'onChange'>, wait: number): Promise<boolean> {
  if (link.state() !== 'down') return Promise.resolve(link.state() === 'up');
  return new Promise((resolve) => {
    const finish = (up: boolean) => {
      clearTimeout(timer);
      forget();
      resolve(up);
    };
    const forget = link.onChange((state) => {
      if (state !== 'down') finish(state === 'up');
    });
    const timer = setTimeout(() => finish(false), wait);
  });
}
