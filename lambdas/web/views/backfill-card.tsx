import type { BackfillView } from '../../contract/connection';
import { Card, Note } from './components';
import { count, duration, Soon } from './time';

export interface BackfillCardProps {
  readonly backfill: BackfillView;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly refreshSeconds: number | null;
}

/** How far the history has been read. */
export function BackfillCard({ backfill, now, refreshSeconds }: BackfillCardProps) {
  const moving = backfill.state === 'running' || backfill.state === 'waiting';
  return (
    <Card
      title="Backfill"
      aside={moving && refreshSeconds !== null ? `Updates every ${refreshSeconds} seconds` : undefined}
    >
      <div class="card-pad">
        {moving ? <Moving backfill={backfill} /> : <Ended state={backfill.state} />}
        {backfill.shardsTotal > 0 && (
          <ul class="stats num">
            <li>
              <b>{count(backfill.facts)}</b> {backfill.facts === 1 ? 'record' : 'records'}
            </li>
            <li>
              <b>
                {count(backfill.shardsDone)} of {count(backfill.shardsTotal)}
              </b>{' '}
              parts
            </li>
            <li>
              <b>{count(backfill.calls)}</b> {backfill.calls === 1 ? 'call' : 'calls'} to Zoom
            </li>
          </ul>
        )}
      </div>
      {moving && <WaitNote backfill={backfill} now={now} />}
    </Card>
  );
}

function Moving({ backfill: { state, shardsDone, shardsTotal, etaSeconds } }: { backfill: BackfillView }) {
  if (shardsTotal === 0) return <p>Starting: working out what there is to read.</p>;
  const percent = Math.floor((100 * shardsDone) / shardsTotal);
  return (
    <>
      <div class="meter num">
        <span class="big">{percent} %</span>
        <span class="muted small">
          {etaSeconds === null ? 'Time left not known yet' : `${sentence(duration(etaSeconds))} left`}
        </span>
      </div>
      <progress
        class={state === 'waiting' ? 'slow' : undefined}
        value={shardsDone}
        max={shardsTotal}
        aria-label="Backfill"
      >
        {percent} %
      </progress>
    </>
  );
}

function Ended({ state }: { state: BackfillView['state'] }) {
  if (state === 'failed') {
    return (
      <p>
        <strong>Not all of the history could be read.</strong> The team that runs the connector can start it again; what
        was read is kept and not read twice.
      </p>
    );
  }
  return <p>{state === 'cancelled' ? 'Stopped before its end.' : 'All of the history has been read.'}</p>;
}

function WaitNote({
  backfill: { state, waitingUntil, throttledByZoom },
  now,
}: {
  backfill: BackfillView;
  now: number;
}) {
  if (waitingUntil === null && !throttledByZoom) return null;
  const until = waitingUntil !== null && (
    <>
      {' '}
      Reading goes on at <Soon at={waitingUntil} now={now} />, {duration((Date.parse(waitingUntil) - now) / 1000)} from
      now.
    </>
  );
  return (
    <div class="card-foot">
      <Note tone="warn" icon="clock">
        {throttledByZoom ? (
          <p>
            <strong>{state === 'waiting' ? 'Waiting for Zoom.' : 'Slowed down by Zoom.'}</strong> Zoom limits how fast
            an account may be read, over all of the apps on it. Nothing is lost.{until}
          </p>
        ) : (
          <p>
            <strong>Taking its turn.</strong> The connector uses only a share of what Zoom allows, so that your other
            apps are not slowed down.{until}
          </p>
        )}
      </Note>
    </div>
  );
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
