/** Ways of telling people that are wrong in one thing each. None needs a switch in production code. */
import type { Definitions } from '../../../definitions/index.ts';
import { type Channel, type NoticeStore, renderNotice } from '../../../engine/index.ts';
import type { PlantedBug } from './planted-bugs.ts';
import type { TellingPlant } from './teller.ts';

type More = Parameters<NonNullable<TellingPlant['noticeStore']>>[1];

/** A store that does some things otherwise than a right one. */
function keeping(otherwise: (store: NoticeStore, more: More) => Partial<NoticeStore>): TellingPlant {
  return { noticeStore: (store, more) => ({ ...store, ...otherwise(store, more) }) };
}

/** A database that does not look at what a decision goes on from; `epochs`: nor at whose it is. */
function trusting(store: NoticeStore, epochs: boolean): NoticeStore {
  let stored = { epoch: 0, tag: '' };
  return {
    ...store,
    async open(owner, lease) {
      const opened = await store.open(owner, lease);
      if (opened !== null) stored = opened;
      return opened;
    },
    renew: (epoch, _, lease) => store.renew(epoch, stored.tag, lease),
    async commit(batch) {
      const epoch = epochs ? stored.epoch : batch.epoch;
      const outcome = await store.commit({ ...batch, epoch, previous: stored.tag });
      if (outcome === 'committed') stored = { epoch, tag: batch.tag };
      return outcome;
    },
  };
}

/** A way out that is not tried again once it has failed so often in a row. */
function broken(channel: Channel): Channel {
  let failures = 0;
  return {
    ...channel,
    async send(sending, signal) {
      if (failures >= 5) return { kind: 'retry', after: null, reason: 'the breaker is open' };
      const outcome = await channel.send(sending, signal);
      failures = outcome.kind === 'retry' || outcome.kind === 'unknown' ? failures + 1 : 0;
      return outcome;
    },
  };
}

/** The same definitions, by which nobody waits. */
function hasty(definitions: Definitions): Definitions {
  const { policies } = definitions.notifying;
  const notifying = {
    ...definitions.notifying,
    who: definitions.notifying.who,
    policies: policies.map((policy) => ({
      ...policy,
      routes: policy.routes.map((route) => ({ ...route, wait: 0 })),
    })),
  };
  return { ...definitions, notifying };
}

const SENT = { state: 'sent', nextAt: null, uncertain: false, reason: null } as const;

export const PLANTED_IN_TELLING: Readonly<Record<string, PlantedBug>> = {
  'a notice is noted as sent before it is sent': {
    plant: keeping((store) => ({
      async claim(asked) {
        const claimed = await store.claim(asked);
        for (const { notice, attempt } of claimed)
          await store.settle({ ...SENT, id: notice.id, attempt, at: asked.now });
        return claimed;
      },
    })),
    foundBy: ['NOT-ARRIVED'],
  },
  'a notice is sent before it is committed': {
    plant: keeping((store, { process, endpoints }) => ({
      async commit(batch) {
        for (const notice of batch.notices) {
          const { channel } = notice;
          const definition = { name: channel, language: 'en', subject: null, text: null };
          const claimed = { notice, attempt: 1, uncertain: false, unknowns: 0 };
          // of a channel's definition no more is needed for a sending
          const sending = renderNotice(claimed, definition as Parameters<typeof renderNotice>[1], null);
          await endpoints.channel(process).send(sending, new AbortController().signal);
        }
        return store.commit(batch);
      },
    })),
    foundBy: ['SEND-BEFORE-COMMIT'],
  },
  'that an outcome is not known is forgotten': {
    plant: keeping((store) => ({
      claim: async (asked) =>
        (await store.claim(asked)).map((claimed) => ({ ...claimed, uncertain: false, unknowns: 0 })),
    })),
    foundBy: ['REPEAT'],
  },
  'an outcome that is not known is taken for sent': {
    plant: {
      channel: (channel) => ({
        ...channel,
        async send(sending, signal) {
          const outcome = await channel.send(sending, signal);
          return outcome.kind === 'unknown' ? { kind: 'sent', detail: null } : outcome;
        },
      }),
    },
    foundBy: ['NOT-ARRIVED'],
  },
  'an outcome that is not known is taken for a failure': {
    plant: {
      channel: (channel) => ({
        ...channel,
        async send(sending, signal) {
          const outcome = await channel.send(sending, signal);
          return outcome.kind === 'unknown' ? { ...outcome, kind: 'retry', after: null } : outcome;
        },
      }),
    },
    foundBy: ['REPEAT'],
  },
  'every attempt has an id of its own': {
    plant: {
      channel: (channel) => ({
        ...channel,
        send: (sending, signal) =>
          channel.send(
            sending.attempt === 1 ? sending : { ...sending, id: `${sending.id}/${sending.attempt}` },
            signal,
          ),
      }),
    },
    foundBy: ['SEND-BEFORE-COMMIT'],
  },
  'decisions of a notifier before are taken': {
    plant: { notices: (store) => trusting(store, true) },
    foundBy: ['STALE-NOTIFIER'],
  },
  'a notifier goes on from what a failover has lost': {
    plant: { notices: (store) => trusting(store, false) },
    foundBy: ['STALE-NOTIFIER'],
  },
  'the breaker never closes': { plant: { channel: broken }, foundBy: ['OWED', 'GIVEN-UP'] },
  'a notifier does not know where the one before it was': {
    plant: keeping((store, { database }) => ({
      async open(owner, lease) {
        const opened = await store.open(owner, lease);
        return opened === null ? null : { ...opened, change: database.storage.tables.newest };
      },
    })),
    foundBy: ['NOT-TAKEN', 'BACKWARDS'],
  },
  'a notifier forgets what belongs together when it begins anew': {
    plant: keeping((store) => ({
      async open(owner, lease) {
        const opened = await store.open(owner, lease);
        if (opened === null) return null;
        return { ...opened, memory: opened.memory.filter(({ kind }) => kind !== 'trouble') };
      },
    })),
    foundBy: ['NO-RECOVERY', 'NOT-TOLD', 'DECIDED-TWICE'],
  },
  'a notifier forgets its storms when it begins anew': {
    plant: keeping((store) => ({
      async open(owner, lease) {
        const opened = await store.open(owner, lease);
        if (opened === null) return null;
        return { ...opened, memory: opened.memory.filter(({ kind }) => kind !== 'storm') };
      },
    })),
    foundBy: ['NOT-TOLD', 'NO-RECOVERY'],
  },
  'a notifier forgets silences when it begins anew': {
    plant: keeping((store) => ({
      async open(owner, lease) {
        const opened = await store.open(owner, lease);
        return opened === null ? null : { ...opened, silences: [] };
      },
    })),
    foundBy: ['TOLD-UNDER-SILENCE'],
  },
  'what rules ask for is left out': {
    plant: keeping((store) => ({ waiting: async (max) => ({ ...(await store.waiting(max)), wishes: [] }) })),
    foundBy: ['NOT-TOLD'],
  },
  'what could not be delivered is left at that': {
    plant: keeping((store) => ({
      waiting: async (max) => ({ ...(await store.waiting(max)), failures: [] }),
    })),
    foundBy: ['NOT-TAKEN'],
  },
  'people are told at once': { plant: { telling: hasty }, foundBy: ['SENT-EARLY'] },
  'a quota is not kept': {
    plant: {
      telling: (definitions) => ({
        ...definitions,
        notifying: {
          ...definitions.notifying,
          who: definitions.notifying.who,
          channels: new Map(
            [...definitions.notifying.channels].map(([name, channel]) => [name, { ...channel, quota: null }]),
          ),
        },
      }),
    },
    foundBy: ['OVER-QUOTA'],
  },
};
