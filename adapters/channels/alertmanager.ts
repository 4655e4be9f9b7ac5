/**
 * Alertmanager, API v2. It keeps alerts in memory and forgets those that are not posted again, so what stands is posted
 * every minute with the times that it began with; it repeats, groups and routes by its own configuration.
 *
 * 1. An alarm is one alert: its labels are the same from its raising to its end, or Alertmanager takes it for another.
 * 2. An end at or before the beginning is refused by it: what was over at once lasts a millisecond.
 * 3. Of several servers of a cluster each is posted to; one that takes it is enough, since they gossip.
 */
import { formatTime } from '../../checkpoints/index.ts';
import type { NoticeAlarm, Sending, SendOutcome } from '../../engine/index.ts';
import { outcomeOf } from './answer-outcome.ts';
import type { ChannelKind, ChannelWorld, SecretRef } from './channel-kind.ts';
import { post } from './post.ts';
import { Settings } from './read-settings.ts';
import { caOf, failedWithoutSecret } from './world-secrets.ts';

const EVERY = 60_000;
/** What stands ends in Alertmanager when it was not posted again for so long. */
const STANDS_FOR = 4 * EVERY;

export const ALERTMANAGER: ChannelKind = {
  type: 'alertmanager',
  about: 'the alerts of one Alertmanager or a cluster of them (API v2), posted again until they end',
  settings: ['url', 'token', 'ca'],
  check(raw) {
    const settings = new Settings(raw);
    const urls = settings.addresses('url');
    const token = settings.optionalSecret('token', 'the bearer token');
    const ca = settings.optionalText('ca', 'the path of a PEM file');
    const problems = settings.finish('alertmanager');
    if (problems.length > 0) return { ok: false, problems };
    return { ok: true, channel: { open: (world) => openAlertmanager({ urls, token, ca }, world) } };
  },
};

function openAlertmanager(
  settings: {
    readonly urls: readonly string[];
    readonly token: SecretRef | null;
    readonly ca: string | null;
  },
  world: ChannelWorld,
) {
  async function postAlerts(alerts: readonly unknown[], signal: AbortSignal): Promise<SendOutcome> {
    if (alerts.length === 0) return { kind: 'sent', detail: null };
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (settings.token !== null) headers.authorization = `Bearer ${await world.secret(settings.token)}`;
    const ca = await caOf(settings.ca);
    const body = JSON.stringify(alerts);
    const outcomes = await Promise.all(
      settings.urls.map(async (url) =>
        outcomeOf(await post({ url: `${url}/api/v2/alerts`, headers, body, ca, signal }, world.now)),
      ),
    );
    return best(outcomes, settings.urls);
  }
  return {
    send: (sending: Sending, signal: AbortSignal) =>
      failedWithoutSecret(() => postAlerts(alertsOf(sending, world.now()), signal)),
    refresh: {
      every: EVERY,
      post: (standing: readonly Sending[], signal: AbortSignal) =>
        failedWithoutSecret(() =>
          postAlerts(
            standing.flatMap((sending) => alertsOf(sending, world.now())),
            signal,
          ),
        ),
    },
    close: async () => {},
  };
}

/** One that took it is enough; else what promises most. */
function best(outcomes: readonly SendOutcome[], urls: readonly string[]): SendOutcome {
  const order = ['sent', 'unknown', 'retry', 'failed'] as const;
  const kind = order.find((each) => outcomes.some((outcome) => outcome.kind === each)) ?? 'sent';
  const chosen = outcomes.find((outcome) => outcome.kind === kind) ?? { kind: 'sent', detail: null };
  const failed = urls.filter((_, index) => outcomes[index]?.kind !== 'sent').length;
  if (chosen.kind !== 'sent' || failed === 0) return chosen;
  return { kind: 'sent', detail: `${failed} of ${urls.length} servers did not take it` };
}

function alertsOf(sending: Sending, now: number): readonly unknown[] {
  const { alarms, recovered, link, at } = sending;
  if (alarms.length === 0) return [alertOfNotice(sending, now)];
  return alarms.map((alarm) => ({
    labels: labelsOf(alarm),
    annotations: { summary: sending.subject, description: alarm.text },
    startsAt: formatTime(alarm.raisedAt),
    endsAt: formatTime(Math.max(alarm.raisedAt + 1, alarm.clearedAt ?? (recovered ? at : now + STANDS_FOR))),
    ...(link === null ? {} : { generatorURL: link }),
  }));
}

/** Values are those of the alarm as it was told; one whose severity rises ends as one alert and begins as another. */
function labelsOf(alarm: NoticeAlarm): Readonly<Record<string, string>> {
  const { name, flow, key, step, group, severity, source, labels } = alarm;
  const named = Object.entries(labels).map(([label, value]) => [`label_${label.replace(/\W/g, '_')}`, value]);
  return {
    ...Object.fromEntries(named),
    alertname: name,
    flow,
    key,
    ...(step === null ? {} : { step }),
    ...(group === null ? {} : { group }),
    severity,
    source,
  };
}

/** A notice without alarms, such as a trial or a rule's own, ends by itself. */
function alertOfNotice(sending: Sending, now: number): unknown {
  return {
    labels: { alertname: `milepost-${sending.kind}`, thread: sending.thread, severity: sending.severity },
    annotations: { summary: sending.subject, description: sending.text },
    startsAt: formatTime(sending.at),
    endsAt: formatTime(sending.recovered ? sending.at : now + STANDS_FOR),
    ...(sending.link === null ? {} : { generatorURL: sending.link }),
  };
}
