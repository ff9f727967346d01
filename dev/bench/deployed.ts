import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, paginateListSecrets, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { paginateGetExecutionHistory, SFNClient, type HistoryEvent } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { PARTITION } from '../../lambdas/contract/control-table';
import type { ConnectionRecord } from '../../lambdas/core/connections/connection-record';
import type { StackFile } from '../local/stack-file';

const StoredLine = z.object({ message: z.literal('page stored'), stored: z.number() });
const Tokens = z.object({ accessToken: z.string() });

/** What the functions of a run have logged. */
export interface RunLogs {
  /** Items that workers report as written to the facts table, repeats included. */
  readonly itemsStored: number;
  /** Time of all invocations, as it is billed. */
  readonly lambdaSeconds: number;
}

/** A deployed stack, looked at from behind: everything that no interface of the connector tells. */
export class Deployed {
  readonly dynamodb: DynamoDBClient;
  private readonly documents: DynamoDBDocumentClient;
  private readonly logs: CloudWatchLogsClient;
  private readonly stateMachines: SFNClient;
  private readonly secrets: SecretsManagerClient;

  constructor(private readonly stack: StackFile) {
    const { endpointUrl: endpoint, region, accessKeyId, secretAccessKey } = stack;
    const settings = { endpoint, region, credentials: { accessKeyId, secretAccessKey } };
    this.dynamodb = new DynamoDBClient(settings);
    this.documents = DynamoDBDocumentClient.from(this.dynamodb);
    this.logs = new CloudWatchLogsClient(settings);
    this.stateMachines = new SFNClient(settings);
    this.secrets = new SecretsManagerClient(settings);
  }

  /** Read from the table: asking the operator function would take the processor from what is measured. */
  async connection(id: string): Promise<ConnectionRecord> {
    const Key = { pk: PARTITION.connections, sk: id };
    const { Item } = await this.documents.send(new GetCommand({ TableName: this.controlTable, Key }));
    if (Item === undefined) throw new Error(`there is no connection ${id}`);
    return Item as unknown as ConnectionRecord;
  }

  /** How often the account's quota ledger was written. */
  async ledgerWrites(zoomAccountId: string): Promise<number> {
    const { Items = [] } = await this.documents.send(
      new QueryCommand({
        TableName: this.controlTable,
        KeyConditionExpression: 'pk = :ledger',
        ExpressionAttributeValues: { ':ledger': `${PARTITION.quota}#${zoomAccountId}` },
      }),
    );
    return Items.reduce((sum, { revision }) => sum + z.number().parse(revision), 0);
  }

  async history(executionArn: string): Promise<HistoryEvent[]> {
    const all: HistoryEvent[] = [];
    const pages = paginateGetExecutionHistory({ client: this.stateMachines }, { executionArn });
    for await (const { events = [] } of pages) all.push(...events);
    return all;
  }

  async runLogs(): Promise<RunLogs> {
    let [itemsStored, lambdaMs] = [0, 0];
    for (const logGroupName of await this.runLogGroups()) {
      for await (const { events = [] } of paginateFilterLogEvents({ client: this.logs }, { logGroupName })) {
        for (const { message = '' } of events) {
          lambdaMs += Number(/^REPORT .*\tBilled Duration: (\d+) ms/.exec(message)?.[1] ?? 0);
          itemsStored += storedBy(message);
        }
      }
    }
    return { itemsStored, lambdaSeconds: lambdaMs / 1000 };
  }

  /** The access token of a connection, for another reader of the same account. */
  async accessToken(connectionId: string): Promise<string> {
    for await (const { SecretList = [] } of paginateListSecrets({ client: this.secrets }, {})) {
      const secret = SecretList.find(({ Name }) => Name?.includes(`/connections/${connectionId}/`));
      if (secret === undefined) continue;
      const { SecretString = '' } = await this.secrets.send(new GetSecretValueCommand({ SecretId: secret.Name }));
      return Tokens.parse(JSON.parse(SecretString)).accessToken;
    }
    throw new Error(`connection ${connectionId} has no token set`);
  }

  private async runLogGroups(): Promise<string[]> {
    const names: string[] = [];
    for await (const { logGroups = [] } of paginateDescribeLogGroups({ client: this.logs }, {})) {
      names.push(...logGroups.flatMap(({ logGroupName }) => logGroupName ?? []));
    }
    return names.filter((name) => /Runs(Plan|Read|Finish)Logs/.test(name));
  }

  private get controlTable(): string | undefined {
    return this.stack.outputs['ControlTableName'];
  }
}

function storedBy(message: string): number {
  if (!message.includes('"page stored"')) return 0;
  return StoredLine.parse(JSON.parse(message)).stored;
}
