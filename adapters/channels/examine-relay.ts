import { type Check, checked } from '../check.ts';
import { post } from './post.ts';
import { relayQuestion } from './relay-intake.ts';
import { SIGNATURE, signed } from './signature.ts';

const NAME = 'relay';
const WAIT = 10_000;

/** Asks a relay over HTTP for a notice that there is not: whether it is there, and knows the secret; null leaves that out. */
export async function examineRelay(url: string, secret: string | null): Promise<readonly Check[]> {
  const body = relayQuestion({ id: 'doctor', channel: 'doctor', at: 0 });
  const answer = await post({
    url: `${url}/api/v1/relay`,
    headers: {
      'content-type': 'application/json',
      ...(secret === null ? {} : { [SIGNATURE]: signed(body, secret, Date.now()) }),
    },
    ...{ body, signal: AbortSignal.timeout(WAIT) },
  });
  if (answer.kind !== 'answer')
    return [
      checked(NAME, 'fault', `${url} cannot be asked: ${answer.reason}`, {
        remedy: 'start `milepost relay --listen` there, and let this machine reach that one port',
      }),
    ];
  const told = stateIn(answer.body);
  if (answer.status === 404 && told === 'strange')
    return [checked(NAME, 'ok', `${url} takes notices, and knows the secret`)];
  if (answer.status === 401 && told === 'refused')
    return [
      secret === null
        ? checked(NAME, 'note', `${url} answers; with MILEPOST_RELAY_SECRET it is also asked for the secret`)
        : checked(NAME, 'fault', `${url} refuses the secret: ${reasonIn(answer.body)}`, {
            remedy: 'give both sides the same secret, and set the clocks of both machines',
          }),
    ];
  return [
    checked(NAME, 'fault', `${url} answers ${answer.status}, and is no relay`, {
      remedy: 'give the address that `milepost relay --listen` serves at, without a path',
    }),
  ];
}

const stateIn = (body: string) => /"state":"(\w+)"/.exec(body)?.[1] ?? null;
const reasonIn = (body: string) => /"reason":"([^"]*)"/.exec(body)?.[1] ?? '';
