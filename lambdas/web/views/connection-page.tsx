import type { Connection, Freshness } from '../../contract/connection';
import { BackfillCard } from './backfill-card';
import { Card, connectionPath, consentPath, disconnectPath, Note, Pill, Row, ZoomButton } from './components';
import { canDisconnect, DisconnectCard } from './disconnect-page';
import { mayEnd } from '../../core/access/sign-in';
import { Breadcrumbs, Layout, type Viewer } from './layout';
import { Ago, counted, Day, Moment } from './time';
import { HowToUndo, WhatIsRead, WhoMayAllow } from './what-is-read';
import {
  BEHIND_WORDS,
  CAPABILITY_WORDS,
  consentOffer,
  LAST_SYNC_WORDS,
  planWords,
  statusWords,
  streamWords,
} from './words';

export interface ConnectionPageProps {
  readonly connection: Connection;
  readonly viewer: Viewer;
  readonly backfillDays: number;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Seconds after which the page is loaded again; `null` when nothing moves. */
  readonly refreshSeconds: number | null;
}

/** One connection: what state it is in, what that means, and what to do about it. */
export function ConnectionPage({ connection, viewer, backfillDays, now, refreshSeconds }: ConnectionPageProps) {
  const words = statusWords(connection, backfillDays);
  const offer = consentOffer(connection);
  const asking = offer !== null && connection.connectedAt === null;
  return (
    <Layout title={`${words.label}: ${connection.name}`} viewer={viewer}>
      {viewer?.kind === 'all' && <Breadcrumbs to={[{ href: '/', label: 'Connectors' }]} here={connection.name} />}
      <div class="intro">
        <div class="title-row">
          <h1>{connection.name}</h1>
          <Pill words={words} />
        </div>
        <p class="lead">{words.meaning}</p>
      </div>
      <div class="cols">
        <div class="stack">
          {connection.reason !== null && connection.mergedInto === null && (
            <Note tone={words.tone} icon={words.icon === 'sync' ? 'clock' : words.icon}>
              <p>{connection.reason}</p>
            </Note>
          )}
          {connection.mergedInto !== null && viewer?.kind === 'all' && (
            <p>
              <a href={connectionPath(connection.mergedInto)}>Open the connection that was renewed</a>
            </p>
          )}
          {offer !== null && (
            <div class="actions">
              <ZoomButton action={consentPath(connection.id)} label={offer.label} primary={offer.primary} />
              <p class="small">
                {offer.primary
                  ? 'Sign in at Zoom as the account’s owner or an admin, and press Allow.'
                  : 'Only if a permission in Zoom has changed. What was read so far is kept.'}
              </p>
            </div>
          )}
          {connection.disconnect !== null && <DisconnectCard disconnect={connection.disconnect} />}
          {connection.backfill !== null && (
            <BackfillCard backfill={connection.backfill} now={now} refreshSeconds={refreshSeconds} />
          )}
          {asking ? <WhatIsRead backfillDays={backfillDays} /> : <Capabilities connection={connection} now={now} />}
          {asking && <WhoMayAllow />}
        </div>
        <div class="stack">
          <Details connection={connection} now={now} />
          {connection.disconnect?.revokedAtZoom !== true && (
            <HowToUndo disconnectAt={mayDisconnect(viewer, connection) ? disconnectPath(connection.id) : null} />
          )}
        </div>
      </div>
    </Layout>
  );
}

function mayDisconnect(viewer: Viewer, connection: Connection): boolean {
  return viewer !== null && mayEnd(viewer, connection.id) && canDisconnect(connection);
}

function Capabilities({ connection: { capabilities, freshness }, now }: { connection: Connection; now: number }) {
  if (capabilities.length === 0) return null;
  return (
    <Card title="What can be read">
      <ul class="rows">
        {capabilities.map(({ stream, state, reason, remedy }) => {
          const { name, icon } = streamWords(stream);
          const reading = freshness.find((known) => known.stream === stream);
          const words = reading?.behind === true ? BEHIND_WORDS : CAPABILITY_WORDS[state];
          return (
            <Row icon={icon} title={name} side={<Pill words={words} />}>
              {reading !== undefined && <Reading reading={reading} now={now} />}
              {reason !== null && <p>Zoom says: “{reason}”</p>}
              {remedy !== null && <p class="strong">{remedy}</p>}
            </Row>
          );
        })}
      </ul>
    </Card>
  );
}

/** When a kind of fact was read last, what its newest fact is, and what is lost of it. */
function Reading({ reading: { readAt, newest, lost }, now }: { reading: Freshness; now: number }) {
  return (
    <>
      {readAt !== null && (
        <p>
          Last read <Ago at={readAt} now={now} />.
          {newest !== null && (
            <>
              {' '}
              The newest is from <Ago at={newest} now={now} />.
            </>
          )}
        </p>
      )}
      {lost.map(({ from, to }) => (
        <p class="strong">
          Zoom keeps six months: what happened from <Day date={from} /> to <Day date={to} /> cannot be read any more.
        </p>
      ))}
    </>
  );
}

function Details({ connection, now }: { connection: Connection; now: number }) {
  const { zoomAccountId, plan, connectedAt, lastSync, id } = connection;
  return (
    <Card title="Details">
      <dl class="facts card-pad">
        <div>
          <dt>Last sync</dt>
          <dd>
            {lastSync === null ? (
              <span class="muted">None yet</span>
            ) : (
              <>
                <Ago at={lastSync.at} now={now} />
                <br />
                <span class="muted small">
                  {LAST_SYNC_WORDS[lastSync.result].label}, {counted(lastSync.newFacts, 'new record')}
                </span>
              </>
            )}
          </dd>
        </div>
        {zoomAccountId !== null && (
          <div>
            <dt>Zoom account ID</dt>
            <dd class="mono">{zoomAccountId}</dd>
          </div>
        )}
        {plan !== null && (
          <div>
            <dt>Zoom plan</dt>
            <dd>{planWords(plan)}</dd>
          </div>
        )}
        {connectedAt !== null && (
          <div>
            <dt>Allowed on</dt>
            <dd>
              <Moment at={connectedAt} />
            </dd>
          </div>
        )}
        <div>
          <dt>Connection ID</dt>
          <dd class="mono">{id}</dd>
        </div>
      </dl>
    </Card>
  );
}
