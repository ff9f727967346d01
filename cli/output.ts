import type { BackfillView, Connection, Disconnect, Freshness } from '../lambdas/contract/connection';
import { duration } from '../lambdas/contract/duration';
import type { OperatorAnswers, OperatorError } from '../lambdas/contract/operator';

/** One JSON document on standard output. */
export function printJson(document: unknown): void {
  process.stdout.write(`${escaped(JSON.stringify(document, null, 2))}\n`);
}

export function printLines(...lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${printable(line)}\n`).join(''));
}

export function printError({ message, remedy }: OperatorError): void {
  process.stderr.write(`${printable(message)}\n  ${printable(remedy)}\n`);
}

/** Names and Zoom's texts come from others: nothing in them may steer the terminal. */
export function printable(text: string): string {
  return text.replace(STEERING, '\uFFFD');
}

/** Characters that a terminal takes as commands, as directions or as the end of a line. */
const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The same JSON document, in characters that steer no terminal; it is JSON that leaves them in beyond U+001F. */
function escaped(json: string): string {
  return json.replace(STEERING, (character) =>
    character === '\n'
      ? character
      : character.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

/** A line a connection. */
export function connectionLines(connections: readonly Connection[]): string[] {
  if (connections.length === 0) return ['no connections yet; invite somebody: connector invite --name NAME'];
  const width = Math.max(...connections.map(({ name }) => name.length));
  return connections.map(({ id, name, status }) => `${id}  ${name.padEnd(width)}  ${status}`);
}

/** Two lines a dead letter. */
export function deadLetterLines({ deadLetters }: OperatorAnswers['list-dead-letters']): string[] {
  if (deadLetters.length === 0) return ['no dead letters: everything was read and understood'];
  return deadLetters.flatMap(({ id, reason, at }) => [id, `  ${at}  ${reason}`]);
}

/** What became of a replay. */
export function replayLines({ replayed, failed }: OperatorAnswers['replay-dead-letters']): string[] {
  if (replayed + failed === 0) return ['no dead letters: there is nothing to replay'];
  return [
    `${replayed} taken up`,
    ...(failed === 0
      ? []
      : [
          `${failed} kept: the connection cannot be read now or a backfill of it runs (see: connector connections), ` +
            'or a row is still not understood',
        ]),
  ];
}

/** A replay that has begun, and how to see its end. */
export function replayStartedLines({ executionArn, queueUrl }: OperatorAnswers['replay']): string[] {
  return [
    `started: ${executionArn}`,
    `sends to: ${queueUrl}`,
    `see its end: aws stepfunctions describe-execution --execution-arn ${executionArn} --query "[status,output]"`,
  ];
}

/** All of one connection, for a person, at `now` (epoch ms). */
export function statusLines(connection: Connection, now = Date.now()): string[] {
  const { backfill, lastSync } = connection;
  return [
    `${connection.name} (${connection.id}): ${connection.status}`,
    ...(connection.reason === null ? [] : [`  ${connection.reason}`]),
    ...(connection.mergedInto === null ? [] : [`  part of connection ${connection.mergedInto}`]),
    ...(connection.zoomAccountId === null ? [] : [`  Zoom account ${connection.zoomAccountId}`]),
    ...(connection.connectedAt === null ? [] : [`  consent given ${connection.connectedAt}`]),
    ...(backfill === null ? [] : backfillLines(backfill)),
    ...(lastSync === null ? [] : [`  last sync: ${lastSync.result} at ${lastSync.at}, ${lastSync.newFacts} new facts`]),
    ...(connection.disconnect === null ? [] : receiptLines(connection.disconnect)),
    ...connection.capabilities.flatMap(({ stream, state, reason, remedy }) => {
      const reading = connection.freshness.find((known) => known.stream === stream);
      return [
        [`  ${stream}: ${state}`, reason, remedy].filter((part) => part !== null).join(' - '),
        ...(reading === undefined ? [] : freshnessLines(reading, now).map((line) => `    ${line}`)),
      ];
    }),
  ];
}

/** How far a kind of fact is read. */
function freshnessLines({ readAt, newest, behind, problem, lost }: Freshness, now: number): string[] {
  const ago = (at: string) => `${at}, ${duration((now - Date.parse(at)) / 1000)} ago`;
  const read = [
    ...(readAt === null ? [] : [`last read ${ago(readAt)}`]),
    ...(newest === null ? [] : [`newest fact from ${ago(newest)}`]),
  ];
  return [
    ...(read.length === 0 ? [] : [read.join('; ')]),
    ...(behind ? ['BEHIND: it should have been read since'] : []),
    ...(problem === null ? [] : [`what went wrong: ${problem}`]),
    ...lost.map(({ from, to }) => `Zoom keeps six months: ${from} to ${to} cannot be read any more`),
  ];
}

/** One connection that is being disconnected. */
export function disconnectLines(connection: Connection): string[] {
  if (connection.zoomAccountId === null && connection.mergedInto === null) {
    return [`${connection.name} (${connection.id}): deleted, nobody had connected an account`];
  }
  const watch = connection.status === 'disconnecting' ? [`  takes about 12 minutes; see: connector status ID`] : [];
  return [...statusLines(connection), ...watch];
}

/** All connections that are being disconnected. */
export function disconnectAllLines({ connections, failed }: OperatorAnswers['disconnect-all']): string[] {
  return [
    ...(connections.length === 0 ? ['nothing to disconnect'] : connectionLines(connections)),
    ...(failed === 0 ? [] : [`${failed} could not be begun: run this again`]),
    ...(connections.some(({ status }) => status === 'disconnecting')
      ? ['takes about 12 minutes; wait until all are disconnected: connector connections']
      : []),
  ];
}

/** How far a disconnect is, or the receipt of one. */
function receiptLines(disconnect: Disconnect): string[] {
  const { cause, keepFacts, requestedAt, revokedAtZoom, factsPurged, endedAt } = disconnect;
  const permission =
    revokedAtZoom === null
      ? `permission at Zoom: ${endedAt === null ? 'not given back yet' : 'there was none'}`
      : `permission at Zoom: ${revokedAtZoom ? 'ended' : 'Zoom did not confirm its end'}`;
  return [
    `  disconnect: asked for ${requestedAt} (${CAUSES[cause]}), ${endedAt === null ? 'under way' : `ended ${endedAt}`}`,
    `    ${permission}`,
    `    facts: ${keepFacts ? 'kept' : `${factsPurged} deleted${endedAt === null ? ' so far' : ''}`}`,
  ];
}

const CAUSES: { readonly [C in Disconnect['cause']]: string } = {
  operator: 'by an operator',
  admin: 'by the admin of the Zoom account',
  deauthorized: 'by Zoom, where the app was removed',
};

function backfillLines(backfill: BackfillView): string[] {
  const { state, shardsDone, shardsTotal, facts, calls, callsPerSecond, waitingShare, etaSeconds } = backfill;
  const said = [
    `${state}, ${shardsDone} of ${shardsTotal} parts`,
    `${facts} facts`,
    `${calls} calls${callsPerSecond === null ? '' : ` at ${callsPerSecond.toFixed(1)} a second`}`,
    ...(waitingShare === null ? [] : [`${Math.round(100 * waitingShare)} % of the time waiting for Zoom`]),
    ...(etaSeconds === null ? [] : [`${duration(etaSeconds)} left`]),
  ];
  return [`  backfill: ${said.join(', ')}`, ...noteLines(backfill).map((note) => `    ${note}`)];
}

/** Why it does not get on, or takes long. */
function noteLines({ startedAt, waitingUntil, problem, throttledByZoom, overdue }: BackfillView): string[] {
  if (overdue !== null) return [`running since ${startedAt}, longer than usual: ${overdue}`];
  if (waitingUntil !== null) return [`waiting for Zoom's daily quota until ${waitingUntil}`];
  if (problem !== null) return [`some parts fail: ${problem}`];
  return throttledByZoom ? ['Zoom refused calls for their rate, so it reads slower'] : [];
}
