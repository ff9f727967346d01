import { Command, CommanderError, InvalidArgumentError } from 'commander';
import * as z from 'zod';
import type { OperatorAnswers } from '../lambdas/contract/operator';
import { Failure, unreachable, wrongUse } from './failure';
import { type CommandInput, type Target, askOperator } from './operator-client';
import {
  connectionLines,
  deadLetterLines,
  disconnectAllLines,
  disconnectLines,
  printError,
  printJson,
  printLines,
  replayLines,
  replayStartedLines,
  statusLines,
} from './output';

const Credentials = z.strictObject({
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  webhookSecret: z.string().min(1).optional(),
});

const program = new Command('connector')
  .description('Operates a Zoom security connector. Every command answers one JSON document with --json.')
  .exitOverride()
  .configureOutput({ writeErr: () => undefined }); // main prints errors, in both forms

/**
 * Has a command ask the operator function and print its answer.
 *
 * @param input - reads what goes with the command from its arguments.
 * @param lines - the answer for a person.
 */
function answering<Name extends keyof OperatorAnswers>(
  command: Command,
  name: Name | (() => Name),
  input: (...args: string[]) => CommandInput<Name> | Promise<CommandInput<Name>>,
  lines: (answer: OperatorAnswers[Name]) => readonly string[],
): void {
  command
    .option('--stack <name>', 'name of the stack', 'ZoomSecurityConnector')
    .option('--local', 'the stack that runs on this machine', false)
    .option('--json', 'answer one JSON document', false)
    .action(async () => {
      const options = command.opts<Target & { readonly json: boolean }>();
      const asked = typeof name === 'function' ? name() : name;
      const answer = await askOperator(options, asked, await input(...command.args));
      if (options.json) printJson(answer);
      else printLines(...lines(answer));
    });
}

const app = program.command('app').description('the Zoom Marketplace app');
answering(
  app
    .command('set-credentials')
    .description(
      'store the credentials of the app: { clientId, clientSecret, webhookSecret? } as JSON on standard input',
    ),
  'set-credentials',
  readCredentials,
  () => ['The credentials of the Zoom app are stored.'],
);

const invite = program
  .command('invite')
  .description('make a link for a Zoom admin to connect one account, or to reconnect one')
  .option('--name <name>', 'what the new connection is called; one that is there keeps its name')
  .option('--connection <id>', 'the connection to reconnect')
  .option('--minutes <n>', 'how long the link is good (7 days unless said)', parseMinutes);
answering(
  invite,
  'invite',
  () => {
    const { name, connection, minutes } = invite.opts<{ name?: string; connection?: string; minutes?: number }>();
    return { name, connectionId: connection, minutes };
  },
  ({ url, connectionId, expiresAt }) => [url, `for connection ${connectionId}, until ${expiresAt}`],
);

const link = program
  .command('link')
  .description('make a single-use sign-in link to the connectors page')
  .option('--minutes <n>', 'how long the link is good (15 unless said)', parseMinutes);
answering(
  link,
  'link',
  () => {
    const { minutes } = link.opts<{ minutes?: number }>();
    return { minutes };
  },
  ({ url, expiresAt }) => [url, `good once, until ${expiresAt}`],
);

const revoke = program
  .command('sessions')
  .description('the sessions of browsers')
  .command('revoke')
  .description('end at once all sessions and sign-in links, or the sessions of a connection and its invites')
  .option('--connection <id>', 'the connection whose sessions and invites end');
answering(
  revoke,
  'revoke-sessions',
  () => ({ connectionId: revoke.opts<{ connection?: string }>().connection }),
  ({ connectionId, before }) => [
    connectionId === null
      ? `ended: all sessions and sign-in links from before ${before}`
      : `ended: sessions of connection ${connectionId} and invites to it from before ${before}`,
  ],
);

answering(
  program.command('connections').description('list the connections'),
  'connections',
  () => ({}),
  ({ connections }) => connectionLines(connections),
);

answering(
  program.command('status').argument('<id>').description('show a connection'),
  'status',
  (id = '') => ({ connectionId: id }),
  statusLines,
);

const backfill = program
  .command('backfill')
  .argument('<id>')
  .description('read a connection from the start, or a range of dates')
  .option('--from <date>', 'first date, yyyy-MM-dd in UTC')
  .option('--to <date>', 'last date, yyyy-MM-dd in UTC');
answering(
  backfill,
  'backfill',
  (id = '') => {
    const { from, to } = backfill.opts<{ from?: string; to?: string }>();
    return { connectionId: id, from, to };
  },
  ({ executionArn }) => [`started: ${executionArn}`],
);

answering(
  program.command('cancel').argument('<id>').description('end the backfill of a connection that is running'),
  'cancel',
  (id = '') => ({ connectionId: id }),
  statusLines,
);

const sync = program
  .command('sync')
  .argument('<id>')
  .description('read what a connection has new, now')
  .option('--users', 'read all users, too');
answering(
  sync,
  'sync',
  (id = '') => {
    const { users } = sync.opts<{ users?: boolean }>();
    return { connectionId: id, users };
  },
  ({ executionArn }) => [`started: ${executionArn}`],
);

answering(
  program.command('pause').argument('<id>').description('stop reading a connection until it is resumed'),
  'pause',
  (id = '') => ({ connectionId: id }),
  statusLines,
);

answering(
  program.command('resume').argument('<id>').description('go on reading a connection that is paused'),
  'resume',
  (id = '') => ({ connectionId: id }),
  statusLines,
);

const disconnect = program
  .command('disconnect')
  .argument('[id]')
  .description('end the access to a Zoom account, and delete what was read')
  .option('--all', 'all connections', false)
  .option('--keep-facts', 'leave what was read', false);
disconnecting();

const replay = program
  .command('replay')
  .description('send stored facts of a range of dates to the replay queue, for a consumer that missed them')
  .requiredOption('--from <date>', 'first date, yyyy-MM-dd in UTC')
  .requiredOption('--to <date>', 'last date, yyyy-MM-dd in UTC')
  .option('--kind <kind...>', 'a kind of fact, once or more (all unless said)')
  .option('--connection <id>', 'the connection whose facts are sent (all unless said)');
answering(
  replay,
  'replay',
  () => {
    const {
      from,
      to,
      kind = [],
      connection,
    } = replay.opts<{
      from: string;
      to: string;
      kind?: readonly string[];
      connection?: string;
    }>();
    return { from, to, kinds: kind, connectionId: connection };
  },
  replayStartedLines,
);

const deadLetters = program.command('dead-letters').description('what could not be read, or not be understood');
answering(deadLetters.command('list').description('list them'), 'list-dead-letters', () => ({}), deadLetterLines);
answering(
  deadLetters
    .command('replay')
    .argument('[ids...]')
    .description('take some of them up again, or all: read the parts, and make facts of the rows'),
  'replay-dead-letters',
  (...ids) => ({ ids }),
  replayLines,
);

/** One connection or all of them: two commands of the operator function's in one. */
function disconnecting(): void {
  const options = () => disconnect.opts<{ readonly all: boolean; readonly keepFacts: boolean }>();
  answering<'disconnect' | 'disconnect-all'>(
    disconnect,
    () => (options().all ? 'disconnect-all' : 'disconnect'),
    (id?: string) => {
      const { all, keepFacts } = options();
      if (all === (id !== undefined)) throw wrongUse('name one connection, or say --all');
      return { connectionId: id ?? '', keepFacts };
    },
    (answer) => ('connections' in answer ? disconnectAllLines(answer) : disconnectLines(answer)),
  );
}

function parseMinutes(text: string): number {
  const minutes = Number(text);
  if (!Number.isInteger(minutes) || minutes < 1) throw new InvalidArgumentError('must be a whole number of minutes.');
  return minutes;
}

async function readCredentials(): Promise<z.output<typeof Credentials>> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk as string;
  const form = 'echo \'{ "clientId": "…", "clientSecret": "…" }\' | npm run -s connector -- app set-credentials';
  try {
    return Credentials.parse(JSON.parse(text));
  } catch (error) {
    // which field, never its value
    const fields = error instanceof z.ZodError ? error.issues.map((issue) => issue.path.join('.') || 'the object') : [];
    const what = fields.length === 0 ? 'standard input holds no JSON' : `wrong or missing: ${fields.join(', ')}`;
    throw wrongUse(`the credentials cannot be read: ${what}`, form);
  }
}

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof CommanderError && error.code === 'commander.help') return wrongUse('a command is missing');
  if (error instanceof CommanderError) return wrongUse(error.message.replace(/^error: /, ''));
  return unreachable(`the command failed: ${(error as Error).message}`, 'try again; if it stays so, report it');
}

try {
  await program.parseAsync();
} catch (error) {
  // help that was asked for is no error
  const isHelp = error instanceof CommanderError && error.exitCode === 0;
  if (!isHelp) {
    const failure = asFailure(error);
    if (process.argv.includes('--json')) printJson({ error: failure.error });
    else printError(failure.error);
    process.exitCode = failure.exitCode;
  }
}
