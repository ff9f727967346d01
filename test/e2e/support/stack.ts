import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, SecretsManagerClient, paginateListSecrets } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient, paginateQuery, paginateScan } from '@aws-sdk/lib-dynamodb';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ROOT } from '../../../dev/local/paths';
import { StackFile } from '../../../dev/local/stack-file';
import type { Connection } from '../../../lambdas/contract/connection';
import type { OperatorAnswers, OperatorCommand, OperatorResult } from '../../../lambdas/contract/operator';
import type { Fact } from '../../../lambdas/core/facts/fact';
import { partitionKeys } from '../../../lambdas/core/facts/fact-key';

/** One for each of Jest's workers, so that what one file does to its stack no other feels. */
const STACK_FILES = (process.env['CONNECTOR_STACK_FILE'] ?? join(ROOT, '.local/stack.json')).split(',');
const STACK_FILE = ofThisWorker(STACK_FILES);

/** All stacks that the tests run on. */
export const stacks = STACK_FILES.map((file) => StackFile.parse(JSON.parse(readFileSync(file, 'utf8'))));
/** The deployed stack that the tests of this file run on. */
export const stack = ofThisWorker(stacks);

const settings = clientSettings(stack);
export const dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient(settings));
const secrets = new SecretsManagerClient(settings);
export const stateMachines = new SFNClient(settings);
export const lambda = new LambdaClient(settings);

/** Of a list that has one thing for each of Jest's workers: this one's. */
export function ofThisWorker<Thing>(things: readonly Thing[]): Thing {
  const worker = Number(process.env['JEST_WORKER_ID'] ?? 1) - 1;
  return things[worker % things.length] as Thing;
}

/** How a client of AWS's SDK reaches a stack's emulator. */
export function clientSettings({ endpointUrl, region, accessKeyId, secretAccessKey }: StackFile) {
  return { endpoint: endpointUrl, region, credentials: { accessKeyId, secretAccessKey } };
}

/** An output of a stack. */
export function output(name: string, of: StackFile = stack): string {
  const value = of.outputs[name];
  if (value === undefined) throw new Error(`the stack has no output ${name}`);
  return value;
}

export interface CliAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the operator CLI as an operator does. */
export async function cli(...args: readonly string[]): Promise<CliAnswer> {
  return cliWithInput('', ...args);
}

/** The same with something on standard input. */
export async function cliWithInput(input: string, ...args: readonly string[]): Promise<CliAnswer> {
  const options = { cwd: ROOT, env: { ...process.env, CONNECTOR_STACK_FILE: STACK_FILE } };
  try {
    const command = ['--import', 'tsx', 'cli/main.ts', ...args, '--local'];
    const running = promisify(execFile)(process.execPath, command, options);
    running.child.stdin?.end(input);
    const { stdout, stderr } = await running;
    return { exitCode: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { exitCode: code, stdout, stderr };
  }
}

/** Runs the operator CLI and reads its JSON document. */
export async function operate<Answer>(...args: readonly string[]): Promise<Answer> {
  const { exitCode, stdout } = await cli(...args, '--json');
  if (exitCode !== 0) throw new Error(`connector ${args.join(' ')} failed: ${stdout}`);
  return JSON.parse(stdout) as Answer;
}

/** Has the operator function carry out a command, as the CLI would, which takes a second to start. */
export async function ask<Command extends OperatorCommand>(
  command: Command,
): Promise<OperatorAnswers[Command['command']]> {
  const Payload = JSON.stringify(command);
  const answer = await lambda.send(new InvokeCommand({ FunctionName: output('OperatorFunctionName'), Payload }));
  const result = JSON.parse(answer.Payload?.transformToString() ?? '') as OperatorResult<
    OperatorAnswers[Command['command']]
  >;
  if (!result.ok) throw new Error(`${command.command} failed: ${result.error.message}`);
  return result.answer;
}

export async function statusOf(connectionId: string): Promise<Connection> {
  return ask({ command: 'status', connectionId });
}

/** Reads everything new now, and waits until it is there. */
export async function syncNow(connectionId: string): Promise<Connection> {
  const startedAt = Date.now();
  await ask({ command: 'sync', connectionId });
  return until('a sync that began after now', async () => {
    const connection = await statusOf(connectionId);
    return connection.lastSync !== null && Date.parse(connection.lastSync.at) > startedAt ? connection : undefined;
  });
}

/** Has the schedule come to its next tick, and waits until the dispatcher is done. */
export async function tick(): Promise<void> {
  const FunctionName = await functionNamed('starts the syncs that are due');
  await lambda.send(new InvokeCommand({ FunctionName, Payload: '{}' }));
}

/** Waits for the connection to be in the status. */
export async function whenStatus(connectionId: string, status: Connection['status']): Promise<Connection> {
  return until(`the status ${status}`, async () => {
    const connection = await statusOf(connectionId);
    return connection.status === status ? connection : undefined;
  });
}

/** Has the emulator's workflows wait for this share of the time that they should. */
export async function scaleWaits(share: number): Promise<void> {
  const body = JSON.stringify({ 'stepfunctions._SFN_WAIT_SCALE': share });
  const response = await fetch(`${stack.endpointUrl}/_ministack/config`, { method: 'POST', body });
  if (!response.ok) throw new Error(`the emulator answered ${response.status}`);
}

/** The name of the function with this description. */
export async function functionNamed(description: string): Promise<string> {
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
  const found = Functions.find((candidate) => candidate.Description === `Zoom connector: ${description}`);
  if (found?.FunctionName === undefined) throw new Error(`no function ${description}`);
  return found.FunctionName;
}

/** Only ends what would be waited for for ever. */
const PATIENCE_MS = 5 * 60_000;

/** Asks until there is an answer. @throws Error that says what did not come. */
export async function until<Answer>(what: string, ask: () => Promise<Answer | undefined>): Promise<Answer> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`${what} did not come`);
    await sleep(500);
  }
}

/** All items of a table. */
export async function itemsOf(table: 'FactsTableName' | 'ControlTableName'): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for await (const { Items = [] } of paginateScan({ client: dynamodb }, { TableName: output(table) }))
    items.push(...Items);
  return items;
}

/** All stored facts of a connection. */
export async function factsOf(connectionId: string): Promise<Fact[]> {
  const partitions = partitionKeys(connectionId).map(async (partition) => {
    const facts: Fact[] = [];
    const query = {
      TableName: output('FactsTableName'),
      KeyConditionExpression: 'pk = :partition',
      ExpressionAttributeValues: { ':partition': partition },
    };
    for await (const { Items = [] } of paginateQuery({ client: dynamodb }, query)) facts.push(...(Items as Fact[]));
    return facts;
  });
  return (await Promise.all(partitions)).flat();
}

/** What any function or API of a stack has logged. @param containing - text of the lines that count; all when left out. */
export async function logLines(containing?: string, of: StackFile = stack): Promise<string[]> {
  const logs = new CloudWatchLogsClient(clientSettings(of));
  const filterPattern = containing === undefined ? undefined : `"${containing}"`;
  const lines: string[] = [];
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client: logs }, {})) {
    for (const { logGroupName } of logGroups) {
      for await (const { events = [] } of paginateFilterLogEvents({ client: logs }, { logGroupName, filterPattern })) {
        lines.push(...events.map(({ message }) => message ?? ''));
      }
    }
  }
  return lines;
}

/** The names of the secrets that hold a connection's token sets. */
export async function tokenSecretsOf(connectionId: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { SecretList = [] } of paginateListSecrets({ client: secrets }, {})) {
    names.push(...SecretList.map(({ Name = '' }) => Name).filter((name) => name.includes(`/${connectionId}/`)));
  }
  return names;
}

/** What the app's credentials are. */
export async function appCredentials(): Promise<Readonly<Record<string, string>>> {
  const { SecretString = '{}' } = await secrets.send(
    new GetSecretValueCommand({ SecretId: output('ZoomAppSecretArn') }),
  );
  return JSON.parse(SecretString) as Record<string, string>;
}

/** Every secret value that the stack keeps, with what its tokens and credentials are called. */
export async function storedSecrets(): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  for await (const { SecretList = [] } of paginateListSecrets({ client: secrets }, {})) {
    for (const { Name } of SecretList) {
      const { SecretString = '{}' } = await secrets.send(new GetSecretValueCommand({ SecretId: Name }));
      for (const [field, value] of Object.entries(JSON.parse(SecretString) as Record<string, unknown>)) {
        if (typeof value === 'string' && field !== 'clientId') values.set(value, `${field} of ${Name}`);
      }
    }
  }
  return values;
}
