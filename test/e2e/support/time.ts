import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { PARTITION } from '../../../lambdas/contract/control-table';
import { dynamodb, output } from './stack';
import type { ZoomAccount } from './zoom-account';

/** Lets the quota ledger believe that Zoom's day is over. */
export async function endDay({ id }: ZoomAccount): Promise<void> {
  const past = { ':past': 0, ':one': 1 };
  await update({ pk: `${PARTITION.quota}#${id}`, sk: 'heavy' }, 'SET blockedUntilMs = :past ADD revision :one', past);
}

/** Lets the connection's last sweep of all users lie two days back. */
export async function makeSweepDue(connectionId: string): Promise<void> {
  const past = { ':past': new Date(Date.now() - 2 * 86_400_000).toISOString(), ':one': 1 };
  await update({ pk: PARTITION.connections, sk: connectionId }, 'SET sweptAt = :past ADD version :one', past);
}

/** Lets the connection be two hours older, in which nobody has read its reports. */
export async function makeUnread(connectionId: string): Promise<void> {
  const past = { ':past': new Date(Date.now() - 2 * 3_600_000).toISOString(), ':one': 1, ':none': null };
  const expression =
    'SET connectedAt = :past, backfill.endedAt = :past, lastSync = :none, freshness[1].readAt = :past, ' +
    'freshness[2].readAt = :past ADD version :one';
  await update({ pk: PARTITION.connections, sk: connectionId }, expression, past);
}

/** Pauses a connection, as far as its tokens are concerned. */
export async function pauseNow(connectionId: string): Promise<void> {
  const paused = { ':paused': 'paused', ':one': 1 };
  const TableName = output('ControlTableName');
  const Key = { pk: PARTITION.connections, sk: connectionId };
  await dynamodb.send(
    new UpdateCommand({
      TableName,
      Key,
      UpdateExpression: 'SET #status = :paused ADD version :one',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: paused,
    }),
  );
}

/** Lets the lease run out of a function that was killed while it refreshed. @returns whether there was one. */
export async function endRefreshLease(connectionId: string): Promise<boolean> {
  const { Items = [] } = await dynamodb.send(
    new QueryCommand({
      TableName: output('ControlTableName'),
      KeyConditionExpression: 'pk = :leases',
      FilterExpression: 'attribute_exists(leaseUntil)',
      ExpressionAttributeValues: { ':leases': `${PARTITION.lease}#${connectionId}` },
    }),
  );
  await Promise.all(Items.map(({ pk, sk }) => update({ pk, sk }, 'SET leaseUntil = :past', { ':past': 0 })));
  return Items.length > 0;
}

/** Lets the rests be over in which Zoom, failing, is left alone. */
export async function endRests(connectionId: string): Promise<void> {
  const { Items = [] } = await dynamodb.send(
    new QueryCommand({
      TableName: output('ControlTableName'),
      KeyConditionExpression: 'pk = :runs',
      FilterExpression: 'attribute_type(progress.retryAt, :text)',
      ExpressionAttributeValues: { ':runs': `${PARTITION.run}#${connectionId}`, ':text': 'S' },
    }),
  );
  const past = { ':past': new Date(0).toISOString() };
  await Promise.all(Items.map(({ pk, sk }) => update({ pk, sk }, 'SET progress.retryAt = :past', past)));
}

async function update(
  Key: Readonly<Record<string, unknown>>,
  UpdateExpression: string,
  ExpressionAttributeValues: Readonly<Record<string, unknown>>,
): Promise<void> {
  const TableName = output('ControlTableName');
  await dynamodb.send(new UpdateCommand({ TableName, Key, UpdateExpression, ExpressionAttributeValues }));
}
