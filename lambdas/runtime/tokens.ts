import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { makeDynamoDbRefreshLeases } from '../adapters/aws/dynamodb-refresh-leases';
import { ENV } from '../contract/env';
import { type AccessTokens, makeAccessTokens } from '../core/tokens/access-tokens';
import { systemClock } from './clock';
import { readEnv } from './env';
import type { Zoom } from './zoom';

/** Access tokens, for a function that calls Zoom with the grants of connections; made once per cold start. */
export function makeTokens(client: DynamoDBDocumentClient, { vault, oauth }: Zoom): AccessTokens {
  const env = readEnv(ENV.controlTable);
  return makeAccessTokens({
    vault,
    leases: makeDynamoDbRefreshLeases(client, env.CONTROL_TABLE),
    zoom: oauth,
    clock: systemClock,
  });
}
