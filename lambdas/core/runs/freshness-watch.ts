import type { FactKind } from '../../contract/fact';
import { changeConnection } from '../connections/change-connection';
import type { ConnectionRecord } from '../connections/connection-record';
import {
  readAges,
  readingOf,
  readingsWith,
  streamsBehind,
  unreadReason,
  isUnreadReason,
} from '../connections/freshness';
import type { ConnectionStore } from '../connections/ports';
import { latest } from '../dates';
import type { ProgressStore, ShardProgress } from './ports';
import { problemOf } from './run-conclusion';
import { isFinished } from './shard-progress';

export interface FreshnessWatchPorts {
  readonly connections: ConnectionStore;
  readonly progress: Pick<ProgressStore, 'list'>;
  /** From one tick of the schedule to the next, in minutes. */
  readonly everyMinutes: number;
}

/** What a look at all connections has shown. */
export interface FreshnessSeen {
  /** Streams of connections that should have been read lately, and were not. */
  readonly streamsBehind: number;
  /** Seconds since the stream was read last, of the connection where that is longest; none for a stream that nobody reads. */
  readonly readAgeSeconds: Readonly<Partial<Record<FactKind, number>>>;
}

/**
 * Looks at one connection after the other for streams that have fallen behind: what ends tells of itself, but of a run
 * that never ends, or never begins, nobody else would tell.
 */
export function makeFreshnessWatch({ connections, progress, everyMinutes }: FreshnessWatchPorts) {
  let behind = 0;
  const oldest: Partial<Record<FactKind, number>> = {};

  return {
    /**
     * Looks at a connection at `now` (epoch ms). One that is `connected` with a stream that is behind becomes `degraded`, until a
     * run reads it; one that is degraded already has its reason, but while a sync waits it is told what for.
     */
    async look(connection: ConnectionRecord, now: number): Promise<void> {
      for (const [stream, age] of readAges(connection, now)) oldest[stream] = Math.max(oldest[stream] ?? 0, age);
      const late = streamsBehind(connection, everyMinutes, now);
      behind += late.length;
      if (late.length === 0 || !mayBeTold(connection, now)) return;
      const problems = await problemsOf(connection, late, now);
      await changeConnection(connections, connection.id, (current) => {
        const streams = streamsBehind(current, everyMinutes, now);
        if (streams.length === 0 || !mayBeTold(current, now)) return undefined;
        const freshness = readingsWith(current, (reading) => ({
          ...reading,
          problem: problems.get(reading.stream) ?? reading.problem,
        }));
        const reason = unreadReason(streams.map((stream) => readingOf({ ...current, freshness }, stream)));
        return reason === current.reason ? undefined : { status: 'degraded', reason, freshness };
      });
    },
    seen: (): FreshnessSeen => ({ streamsBehind: behind, readAgeSeconds: { ...oldest } }),
  };

  /** What the sync that runs has met with, by stream. */
  async function problemsOf(
    { id, syncRun }: ConnectionRecord,
    streams: readonly FactKind[],
    now: number,
  ): Promise<ReadonlyMap<FactKind, string | null>> {
    if (syncRun === null) return new Map();
    const shards = await progress.list({ connectionId: id, runId: syncRun.runId });
    return new Map(
      streams.map((stream) => {
        const own = shards.filter(({ shard }) => shard.stream === stream);
        return [stream, problemOf(own) ?? waitOf(own, now)] as const;
      }),
    );
  }
}

/** Whether its reason may become another: it has none, or one that says no more than that something was not read. */
function mayBeTold({ status, reason, syncRun }: ConnectionRecord, now: number): boolean {
  const isWaiting = syncRun?.aliveAt !== undefined && Date.parse(syncRun.aliveAt) > now;
  return status === 'connected' || (status === 'degraded' && isWaiting && isUnreadReason(reason));
}

/** What the shards wait for that are still to be read, if it is another day's calls. */
function waitOf(shards: readonly ShardProgress[], now: number): string | null {
  const until = latest(...shards.filter((progress) => !isFinished(progress)).map(({ waitingUntil }) => waitingUntil));
  return until !== null && Date.parse(until) > now
    ? `the calls that Zoom allows in a day are used up until ${until}`
    : null;
}
