/**
 * One stream for all tabs of a browser: each would hold one of the six connections that a browser opens to a server, and
 * the seventh tab would wait for ever.
 */
import { type LiveMessage, startLive } from './live.ts';

const ports = new Set<MessagePort>();

function tell(message: LiveMessage): void {
  for (const port of ports) port.postMessage(message);
}

const live = startLive({
  path: '/api/v1/stream',
  onChange: (change) => tell({ kind: 'change', change }),
  onReset: () => tell({ kind: 'reset' }),
});

live.subscribe(() => tell({ kind: 'state', state: live.state(), heardAt: live.heardAt() }));

addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports; // in a shared worker it is one, with the port of the tab
  if (port === undefined) return;
  ports.add(port);
  // all that a tab says is that it goes
  port.addEventListener('message', () => ports.delete(port));
  port.start();
  port.postMessage({ kind: 'state', state: live.state(), heardAt: live.heardAt() } satisfies LiveMessage);
});
