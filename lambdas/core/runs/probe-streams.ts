import type { FactKind } from '../../contract/fact';
import type { RunRef } from '../../contract/workflow';
import type { Clock } from '../clock';
import type { ConnectionRecord } from '../connections/connection-record';
import { ConnectorError } from '../errors';
import { type QuotaLimit, type QuotaShare, quotaLimit } from '../quota/limits';
import type { QuotaKey, QuotaLedger } from '../quota/ports';
import type { AccessTokens } from '../tokens/access-tokens';
import { type Denied, STREAM_LABELS, type StreamProbe } from '../zoom/ports';

export interface ProbeStreamsPorts {
  readonly quota: QuotaLedger;
  readonly tokens: AccessTokens;
  readonly zoom: StreamProbe;
  readonly clock: Clock;
}

export interface ProbeStreamsSettings {
  readonly quotaShare: QuotaShare;
  /** Used when the account's token names no host of its own. */
  readonly apiUrl: string;
}

/** What a grant covers, found out by one cheap call for each stream. */
export type Probed =
  /** The streams that Zoom denies; whatever else went wrong says nothing against a stream. */
  | { readonly kind: 'probed'; readonly denied: ReadonlyMap<FactKind, Denied> }
  | { readonly kind: 'reconnectNeeded'; readonly reason: string };

export type ProbeStreams = (run: RunRef, connection: ConnectionRecord, streams: readonly FactKind[]) => Promise<Probed>;

/** A start time that is further away than this is not waited for: reading finds out, too. */
const LONGEST_WAIT_MS = 2_000;

/** Tries each stream with one row, side by side. */
export function makeProbeStreams(ports: ProbeStreamsPorts, settings: ProbeStreamsSettings): ProbeStreams {
  const { quota, tokens, zoom, clock } = ports;

  return async function probeStreams(run, connection, streams) {
    const answers = await Promise.all(
      streams.map(async (stream) => ({ stream, answer: await probe(run, connection, stream) })),
    );
    const denied = new Map<FactKind, Denied>();
    for (const { stream, answer } of answers) {
      if (answer?.kind === 'reconnectNeeded') return answer;
      if (answer?.kind === 'denied') denied.set(stream, answer);
    }
    return { kind: 'probed', denied };
  };

  /**
   * The token comes first, so that the call begins on its start time; one that Zoom refuses is refreshed once, for a call
   * with a start time of its own.
   *
   * @returns `undefined` when nothing was found out.
   */
  async function probe(run: RunRef, connection: ConnectionRecord, stream: FactKind) {
    const label = STREAM_LABELS[stream];
    const key = { zoomAccountId: connection.zoomAccountId ?? '', label };
    const limit = quotaLimit(connection.plan ?? 'unknown', label, settings.quotaShare);
    const apiUrl = connection.apiUrl ?? settings.apiUrl;
    let rejected: string | undefined;
    try {
      for (;;) {
        const token = await tokens.get(run, rejected);
        if (token.kind === 'reconnectNeeded') return token;
        const { accessToken } = token;
        if (!(await takeTurn(key, limit))) return undefined;
        const answer = await zoom.tryStream({ accessToken, apiUrl }, stream);
        if (answer.kind === 'throttled') await quota.heed(key, answer.throttling, limit, clock.now());
        if (answer.kind !== 'tokenRejected' || rejected !== undefined) return answer;
        rejected = accessToken;
      }
    } catch (error) {
      if (error instanceof ConnectorError) return undefined;
      throw error;
    }
  }

  /** Waits for a start time. @returns whether there was one soon. */
  async function takeTurn(key: QuotaKey, limit: QuotaLimit): Promise<boolean> {
    const now = clock.now();
    const request = { count: 1, urgent: true, earliestMs: now, chains: 1, openChains: 1 };
    const reserved = await quota.reserve(key, limit, request, now);
    const waitMs = reserved.kind === 'slots' ? (reserved.startsAtMs[0] ?? Infinity) - clock.now() : Infinity;
    if (waitMs > LONGEST_WAIT_MS) return false;
    if (waitMs > 0) await clock.sleep(waitMs);
    return true;
  }
}
