import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { makeDocumentClient } from '../adapters/aws/document-client';
import { makeDynamoDbLinkStore, makeDynamoDbRevocations } from '../adapters/aws/dynamodb-access-stores';
import { makeDynamoDbConnectionStore } from '../adapters/aws/dynamodb-connection-store';
import { makeDynamoDbDeadLetterStore } from '../adapters/aws/dynamodb-dead-letter-store';
import { makeDynamoDbFactStore } from '../adapters/aws/dynamodb-fact-store';
import { makeDynamoDbProgressStore } from '../adapters/aws/dynamodb-run-stores';
import { makeSecretsAppCredentials } from '../adapters/aws/secrets';
import { makeStepFunctionsDisconnectStarter } from '../adapters/aws/step-functions-disconnect-starter';
import { makeStepFunctionsReplayStarter } from '../adapters/aws/step-functions-replay-starter';
import { makeStepFunctionsRunStarter, makeStepFunctionsRunStopper } from '../adapters/aws/step-functions-run-starter';
import { ENV } from '../contract/env';
import type { OperatorAnswers, OperatorCommand, OperatorError, OperatorResult } from '../contract/operator';
import { ConnectorError, InvalidInputError } from '../core/errors';
import { makeOperator } from '../core/operator/operator';
import { makeAuditLog } from '../runtime/audit';
import { systemClock } from '../runtime/clock';
import { readEnv } from '../runtime/env';
import { instrument } from '../runtime/instrument';
import { logger } from '../runtime/telemetry';
import { makeViews } from '../runtime/views';

const env = readEnv(
  ENV.publicUrl,
  ENV.controlTable,
  ENV.factsTable,
  ENV.retentionDays,
  ENV.zoomAppSecret,
  ENV.backfillStateMachine,
  ENV.syncStateMachine,
  ENV.disconnectStateMachine,
  ENV.replayStateMachine,
  ENV.replayQueueUrl,
);
const client = makeDocumentClient();
const stepFunctions = new SFNClient({});

const operator = makeOperator(
  {
    connections: makeDynamoDbConnectionStore(client, env.CONTROL_TABLE),
    views: makeViews(client),
    links: makeDynamoDbLinkStore(client, env.CONTROL_TABLE),
    revocations: makeDynamoDbRevocations(client, env.CONTROL_TABLE),
    audit: makeAuditLog(),
    runs: makeStepFunctionsRunStarter(stepFunctions, {
      backfill: env.BACKFILL_STATE_MACHINE_ARN,
      sync: env.SYNC_STATE_MACHINE_ARN,
    }),
    progress: makeDynamoDbProgressStore(client, env.CONTROL_TABLE),
    executions: makeStepFunctionsRunStopper(stepFunctions, [
      env.BACKFILL_STATE_MACHINE_ARN,
      env.SYNC_STATE_MACHINE_ARN,
    ]),
    credentials: makeSecretsAppCredentials(new SecretsManagerClient({}), env.ZOOM_APP_SECRET),
    deadLetters: makeDynamoDbDeadLetterStore(client, env.CONTROL_TABLE),
    facts: makeDynamoDbFactStore(client, env.FACTS_TABLE),
    clock: systemClock,
    disconnects: makeStepFunctionsDisconnectStarter(stepFunctions, env.DISCONNECT_STATE_MACHINE_ARN),
    replays: makeStepFunctionsReplayStarter(stepFunctions, env.REPLAY_STATE_MACHINE_ARN),
    log: {
      letterKept: (id, why) => logger.warn('a dead letter could not be replayed', { letter: id, why }),
      disconnectFailed: (id, error) =>
        logger.error('a disconnect could not be begun', { connectionId: id, error: error as Error }),
    },
  },
  { publicUrl: env.PUBLIC_URL, retentionDays: env.RETENTION_DAYS, replayQueueUrl: env.REPLAY_QUEUE_URL },
);

const connectionId = z.string().min(1);
const minutes = z.number().int().min(1).max(43_200).optional();
const secret = z.string().min(1).max(500);

const Command: z.ZodType<OperatorCommand> = z.discriminatedUnion('command', [
  z.object({
    command: z.literal('set-credentials'),
    clientId: secret,
    clientSecret: secret,
    webhookSecret: secret.optional(),
  }),
  z.object({
    command: z.literal('invite'),
    name: z.string().optional(),
    connectionId: connectionId.optional(),
    minutes,
  }),
  z.object({ command: z.literal('link'), minutes }),
  z.object({ command: z.literal('revoke-sessions'), connectionId: connectionId.optional() }),
  z.object({ command: z.literal('connections') }),
  z.object({ command: z.literal('status'), connectionId }),
  z.object({
    command: z.literal('backfill'),
    connectionId,
    from: z.iso.date().optional(),
    to: z.iso.date().optional(),
  }),
  z.object({ command: z.literal('cancel'), connectionId }),
  z.object({ command: z.literal('sync'), connectionId, users: z.boolean().optional() }),
  z.object({ command: z.literal('pause'), connectionId }),
  z.object({ command: z.literal('resume'), connectionId }),
  z.object({ command: z.literal('disconnect'), connectionId, keepFacts: z.boolean() }),
  z.object({ command: z.literal('disconnect-all'), keepFacts: z.boolean() }),
  z.object({
    command: z.literal('replay'),
    from: z.iso.date(),
    to: z.iso.date(),
    kinds: z.array(z.string().min(1)),
    connectionId: connectionId.optional(),
  }),
  z.object({ command: z.literal('list-dead-letters') }),
  z.object({ command: z.literal('replay-dead-letters'), ids: z.array(z.string().min(1)) }),
]);

type Answer = OperatorAnswers[keyof OperatorAnswers];

/** Invoked by the operator CLI: one command, one answer. What the operator can mend comes back as an error value. */
export const handler = instrument(async (event: unknown): Promise<OperatorResult<Answer>> => {
  try {
    const command = parseCommand(event);
    logger.info('operator command', { command: command.command });
    // each handler takes the command that its name selects
    const run = operator[command.command] as (command: OperatorCommand) => Promise<Answer>;
    return { ok: true, answer: await run(command) };
  } catch (error) {
    if (error instanceof ConnectorError) return { ok: false, error: errorOf(error) };
    throw error;
  }
});

function parseCommand(event: unknown): OperatorCommand {
  const parsed = Command.safeParse(event);
  if (parsed.success) return parsed.data;
  // names of what is wrong, never its value: it may be a secret
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'command'} (${issue.code})`);
  throw new InvalidInputError(`these values cannot be used: ${problems.join(', ')}`, 'see connector COMMAND --help');
}

function errorOf({ code, message, remedy }: ConnectorError): OperatorError {
  return { code, message, remedy };
}
