import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, paginateListSecrets, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  paginateGetExecutionHistory,
  paginateListExecutions,
  SFNClient,
  type ExecutionListItem,
  type HistoryEvent,
} from '@aws-sdk/client-sfn';
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { PARTITION } from '../../lambdas/contract/control-table';
import type { ConnectionRecord } from '../../lambdas/core/connections/connection-record';
import type { Dispatched } from '../../lambdas/core/runs/dispatch';
import { recordedEvents } from '../local/recorded-events';
import type { StackFile } from '../local/stack-file';
import { type AwsRequest, parseRequest } from './aws-requests';

const StoredLine = z.object({ message: z.literal('page stored'), stored: z.number() });
const Tokens = z.object({ accessToken: z.string() });

/** What the functions of a run have logged. */
export interface RunLogs {
  /** Items that workers report as written to the facts table, repeats included. */
  readonly itemsStored: number;
  /** Time of all invocations, as it is billed. */
  readonly lambdaSeconds: number;
}

/** What the functions of a tick have run: the dispatcher, and the steps of syncs. */
export interface Invocations {
  /** Time of all invocations, as it is billed. */
  readonly billedMs: number;
  /** Invocations of the worker. */
  readonly workers: number;
  /** Bytes of all lines of their logs. */
  readonly logBytes: number;
}

const RUN_LOGS = /Runs(Plan|Read|Finish)Logs/;
const TICK_LOGS = /Runs(Plan|Read|Finish)Logs|SyncDispatchLogs/;
const REPORT = /^REPORT .*\tBilled Duration: (\d+) ms/;
/** So the access key of a function's session begins; nobody else has one. */
const SESSION_KEY = 'ASIA';

/** A deployed stack, looked at from behind: everything that no interface of the connector tells. */
export class Deployed {
  readonly dynamodb: DynamoDBClient;
  private readonly documents: DynamoDBDocumentClient;
  private readonly logs: CloudWatchLogsClient;
  private readonly stateMachines: SFNClient;
  private readonly secrets: SecretsManagerClient;
  private readonly lambda: LambdaClient;

  constructor(private readonly stack: StackFile) {
    const { endpointUrl: endpoint, region, accessKeyId, secretAccessKey } = stack;
    const settings = { endpoint, region, credentials: { accessKeyId, secretAccessKey } };
    this.dynamodb = new DynamoDBClient(settings);
    this.documents = DynamoDBDocumentClient.from(this.dynamodb);
    this.logs = new CloudWatchLogsClient(settings);
    this.stateMachines = new SFNClient(settings);
    this.secrets = new SecretsManagerClient(settings);
    this.lambda = new LambdaClient(settings);
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
    for await (const { message } of this.logLines(RUN_LOGS)) {
      lambdaMs += Number(REPORT.exec(message)?.[1] ?? 0);
      itemsStored += storedBy(message);
    }
    return { itemsStored, lambdaSeconds: lambdaMs / 1000 };
  }

  /** Of all ticks and runs so far. */
  async invocations(): Promise<Invocations> {
    let [billedMs, workers, logBytes] = [0, 0, 0];
    for await (const { group, message } of this.logLines(TICK_LOGS)) {
      const billed = REPORT.exec(message)?.[1];
      billedMs += Number(billed ?? 0);
      if (billed !== undefined && group.includes('RunsReadLogs')) workers += 1;
      logBytes += Buffer.byteLength(message);
    }
    return { billedMs, workers, logBytes };
  }

  /** Invokes the dispatcher, as the schedule does. */
  async tick(): Promise<Dispatched> {
    const { Functions = [] } = await this.lambda.send(new ListFunctionsCommand({}));
    const dispatch = Functions.find(({ Description }) => Description?.endsWith('starts the syncs that are due'));
    const { Payload, FunctionError } = await this.lambda.send(
      new InvokeCommand({ FunctionName: dispatch?.FunctionName, Payload: '{}' }),
    );
    const answer = Payload?.transformToString() ?? '';
    if (FunctionError !== undefined) throw new Error(`the dispatcher failed: ${answer}`);
    return JSON.parse(answer) as Dispatched;
  }

  /** The syncs that were started since then (epoch ms). */
  async syncsSince(sinceMs: number): Promise<ExecutionListItem[]> {
    const found: ExecutionListItem[] = [];
    const stateMachineArn = this.stack.outputs['SyncStateMachineArn'];
    for await (const { executions = [] } of paginateListExecutions(
      { client: this.stateMachines },
      { stateMachineArn },
    )) {
      found.push(...executions.filter(({ startDate }) => (startDate?.getTime() ?? 0) >= sinceMs));
    }
    return found;
  }

  /** What functions have asked of AWS since then (epoch ms). The emulator has to record calls. */
  async requestsSince(sinceMs: number): Promise<AwsRequest[]> {
    const requests: AwsRequest[] = [];
    for await (const event of recordedEvents(this.stack.endpointUrl, { sinceMs })) {
      if (event.AccessKeyId.startsWith(SESSION_KEY)) requests.push(parseRequest(event));
    }
    return requests;
  }

  /** Has the connector believe that all it knows of a connection was so much earlier: so its last sync and its last sweep. */
  async setBack(connectionId: string, byMs: number): Promise<void> {
    const { Items = [] } = await this.documents.send(
      new QueryCommand({
        TableName: this.controlTable,
        KeyConditionExpression: 'pk = :checkpoints',
        ExpressionAttributeValues: { ':checkpoints': `${PARTITION.checkpoint}#${connectionId}` },
      }),
    );
    for (const known of [await this.connection(connectionId), ...Items]) {
      const Item = JSON.parse(JSON.stringify(known), (_key, value: unknown) => earlier(value, byMs)) as object;
      await this.documents.send(new PutCommand({ TableName: this.controlTable, Item: { ...Item } }));
    }
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

  private async *logLines(groups: RegExp): AsyncGenerator<{ readonly group: string; readonly message: string }> {
    for await (const { logGroups = [] } of paginateDescribeLogGroups({ client: this.logs }, {})) {
      for (const { logGroupName: group = '' } of logGroups) {
        if (!groups.test(group)) continue;
        for await (const { events = [] } of paginateFilterLogEvents({ client: this.logs }, { logGroupName: group })) {
          for (const { message = '' } of events) yield { group, message };
        }
      }
    }
  }

  private get controlTable(): string | undefined {
    return this.stack.outputs['ControlTableName'];
  }
}

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

function earlier(value: unknown, byMs: number): unknown {
  if (typeof value !== 'string' || !INSTANT.test(value)) return value;
  return new Date(Date.parse(value) - byMs).toISOString();
}

function storedBy(message: string): number {
  if (!message.includes('"page stored"')) return 0;
  return StoredLine.parse(JSON.parse(message)).stored;
}
