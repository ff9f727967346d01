import type { Connection } from '../../contract/connection';
import { Card, connectionPath, Pill } from './components';
import { Icon } from './icons';
import { Layout } from './layout';
import { Ago, count, counted } from './time';
import { LAST_SYNC_WORDS, statusWords } from './words';

export interface ConnectorsPageProps {
  readonly connections: readonly Connection[];
  readonly backfillDays: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** All connections, in the order given. The roles are said aloud because on a phone the table is laid out as cards. */
export function ConnectorsPage({ connections, backfillDays, now }: ConnectorsPageProps) {
  return (
    <Layout title="Connectors" viewer={{ kind: 'all' }}>
      <div class="head">
        <div>
          <h1>Connectors</h1>
          <p class="lead">{summary(connections)}</p>
        </div>
        {connections.length > 0 && <AddButton />}
      </div>
      {connections.length === 0 ? <Empty /> : <List {...{ connections, backfillDays, now }} />}
    </Layout>
  );
}

function List({ connections, backfillDays, now }: ConnectorsPageProps) {
  return (
    <Card>
      <table class="table" role="table">
        <caption class="sr">Connected Zoom accounts</caption>
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">
              Name
            </th>
            <th scope="col" role="columnheader">
              Status
            </th>
            <th scope="col" role="columnheader">
              Zoom account
            </th>
            <th scope="col" role="columnheader">
              Progress
            </th>
            <th scope="col" role="columnheader">
              Last sync
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {connections.map((connection) => (
            <tr role="row">
              <th scope="row" role="rowheader">
                <a href={connectionPath(connection.id)}>{connection.name}</a>
              </th>
              <td role="cell" class="state" data-label="Status">
                <Pill words={statusWords(connection, backfillDays)} />
              </td>
              <td role="cell" data-label="Zoom account">
                {connection.zoomAccountId === null ? <Nothing /> : <span class="mono">{connection.zoomAccountId}</span>}
              </td>
              <td role="cell" data-label="Progress">
                <Progress connection={connection} />
              </td>
              <td role="cell" data-label="Last sync">
                <LastSync connection={connection} now={now} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function Progress({ connection: { backfill, name } }: { connection: Connection }) {
  if (backfill === null) return <Nothing />;
  const { state, shardsDone, shardsTotal, facts } = backfill;
  switch (state) {
    case 'done':
      return (
        <span class="num">
          {count(facts)} <span class="muted small">{facts === 1 ? 'record' : 'records'}</span>
        </span>
      );
    case 'failed':
      return <span>Backfill failed</span>;
    case 'cancelled':
      return <span class="muted">Backfill stopped</span>;
    case 'running':
    case 'waiting':
      return (
        <div class="mini num">
          {shardsTotal > 0 && (
            <progress
              class={state === 'waiting' ? 'slow' : undefined}
              value={shardsDone}
              max={shardsTotal}
              aria-label={`Backfill of ${name}`}
            />
          )}
          <span class="nowrap">
            {shardsTotal > 0 ? `${Math.floor((100 * shardsDone) / shardsTotal)} %` : 'Starting'}
            {state === 'waiting' ? ' · waiting' : ''}
          </span>
        </div>
      );
  }
}

function LastSync({ connection: { lastSync }, now }: { connection: Connection; now: number }) {
  if (lastSync === null) return <Nothing />;
  return (
    <span class="nowrap">
      <Ago at={lastSync.at} now={now} />
      {lastSync.result !== 'ok' && (
        <span class="sub">
          {lastSync.result === 'partial' ? 'read in part' : LAST_SYNC_WORDS.failed.label.toLowerCase()}
        </span>
      )}
    </span>
  );
}

function Nothing() {
  return (
    <span class="muted nil">
      <span aria-hidden="true">–</span>
      <span class="sr">none yet</span>
    </span>
  );
}

function Empty() {
  return (
    <Card>
      <div class="empty">
        <span class="badge tone-info">
          <Icon name="video" size={22} />
        </span>
        <h2>No Zoom account is connected yet</h2>
        <p>Connect one yourself, or send its owner or admin an invite; they need no account here.</p>
        <AddButton />
      </div>
    </Card>
  );
}

function AddButton() {
  return (
    <a class="btn btn-primary" href="/connections/new">
      <Icon name="plus" />
      Add a connector
    </a>
  );
}

function summary(connections: readonly Connection[]): string {
  if (connections.length === 0) return 'What security tools read from your apps, one connection for each account.';
  const attention = connections.filter(
    ({ status, mergedInto }) =>
      mergedInto === null && (status === 'degraded' || status === 'reconnect_needed' || status === 'refused'),
  ).length;
  const total = counted(connections.length, 'connection');
  if (attention === 0) return total;
  return `${total} · ${attention === 1 ? '1 needs' : `${count(attention)} need`} attention`;
}
