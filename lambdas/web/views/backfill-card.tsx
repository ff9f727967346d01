import type { BackfillView } from '../../contract/connection';
import { Card, Note } from './components';
import { duration } from '../../contract/duration';
import { Ago, count, Soon } from './time';

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
        {moving ? <Moving backfill={backfill} /> : <Ended backfill={backfill} />}
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
            {backfill.callsPerSecond !== null && (
              <li>
                <b>{backfill.callsPerSecond.toFixed(1)}</b> calls a second
              </li>
            )}
            {backfill.waitingShare !== null && (
              <li>
                <b>{Math.round(100 * backfill.waitingShare)} %</b> of the time spent waiting for Zoom
              </li>
            )}
          </ul>
        )}
      </div>
      {moving && <Notes backfill={backfill} now={now} />}
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

/** What it came to by its end. What was missing then may have been read since. */
function Ended({ backfill: { state, shardsDone, shardsTotal } }: { backfill: BackfillView }) {
  if (state === 'failed') {
    return (
      <p>
        <strong>Not all of the history could be read.</strong> The team that runs the connector can start it again: then
        all of it is read once more, and what is stored already stays as it is.
      </p>
    );
  }
  if (state === 'cancelled') return <p>Stopped before its end.</p>;
  if (shardsTotal === 0) return <p>Zoom allowed none of it to be read.</p>;
  if (shardsDone === shardsTotal) return <p>All that was to be read has been read.</p>;
  return (
    <p>
      <strong>
        {count(shardsTotal - shardsDone)} of {count(shardsTotal)} parts could not be read.
      </strong>{' '}
      What is missing is tried again by itself, some of it each day.
    </p>
  );
}

/** Whether it takes long, and what it waits for. */
function Notes({ backfill, now }: { backfill: BackfillView; now: number }) {
  const { overdue, startedAt } = backfill;
  const cause = causeOf(backfill, now);
  if (cause === null && overdue === null) return null;
  return (
    <div class="card-foot">
      <Note tone="warn" icon="clock">
        {overdue !== null && (
          <p>
            <strong>This takes longer than usual.</strong> It began <Ago at={startedAt} now={now} />.{' '}
            {cause === null && overdue}
          </p>
        )}
        {cause}
      </Note>
    </div>
  );
}

function causeOf({ state, waitingUntil, throttledByZoom, problem }: BackfillView, now: number) {
  if (waitingUntil !== null) {
    const wait = (Date.parse(waitingUntil) - now) / 1000;
    return (
      <p>
        <strong>
          Waiting for Zoom’s daily quota until <Soon at={waitingUntil} now={now} />
        </strong>
        , {duration(wait)} from now.{' '}
        {throttledByZoom
          ? 'Zoom says that the account’s calls of today are used up, by all of the apps on it.'
          : 'The connector uses only a share of the calls that Zoom allows an account a day, so that your other apps have theirs. A few pages are read meanwhile, to keep the place in each list.'}{' '}
        {state === 'running' && 'The lists of users have a quota of their own, and are still being read. '}
        Nothing is lost, and reading goes on by itself.
      </p>
    );
  }
  if (problem !== null) {
    return (
      <p>
        <strong>Some parts fail at times.</strong> What could not be read is tried again by itself: {problem}.
      </p>
    );
  }
  if (!throttledByZoom) return null;
  return (
    <p>
      <strong>Slowed down by Zoom.</strong> Zoom limits how fast an account may be read, over all of the apps on it.
      Nothing is lost.
    </p>
  );
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
