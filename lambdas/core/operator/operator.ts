import type { Connection } from '../../contract/connection';
import { STORED_KINDS, type StoredKind } from '../../contract/fact';
import type { OperatorAnswers, OperatorCommand } from '../../contract/operator';
import type { RunRequest } from '../../contract/workflow';
import type { LinkStore, Revocations } from '../access/ports';
import { makeLink } from '../access/sign-in';
import type { AuditAction, AuditDetails } from '../../contract/audit';
import type { AuditLog } from '../audit/ports';
import { type ConnectionRecord, isEnded, isFirstReadOpen, isReadable } from '../connections/connection-record';
import type { ConnectionViews } from '../connections/connection-views';
import { type DeadLettersPorts, allDeadLetters, makeReplay } from '../dead-letters/replay';
import { type BeginDisconnectPorts, beginDisconnect, isToPurge } from '../disconnect/begin-disconnect';
import { newConnection } from '../connections/new-connection';
import { ConflictError, InvalidInputError, noSuchConnection } from '../errors';
import { type CancelBackfillPorts, cancelBackfill } from '../runs/cancel-backfill';
import { pause, resume } from '../runs/pause';
import type { ReplayStarter } from '../replay/ports';
import { compactInstant, requestedRun } from '../runs/run-starter';
import { datesBetween, oldestReportDate } from '../runs/shards';
import { askForUsers } from '../runs/users-due';
import { utcDate } from '../dates';

/** The credentials of the Zoom Marketplace app. */
export interface AppCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly webhookSecret?: string;
}

export interface OperatorPorts extends DeadLettersPorts, CancelBackfillPorts, BeginDisconnectPorts {
  readonly views: ConnectionViews;
  readonly links: LinkStore;
  readonly revocations: Revocations;
  readonly audit: AuditLog;
  readonly replays: ReplayStarter;
  readonly log: DeadLettersPorts['log'] & { disconnectFailed(connectionId: string, error: unknown): void };
  readonly credentials: { save(credentials: AppCredentials): Promise<void> };
}

export interface OperatorSettings {
  readonly publicUrl: string;
  readonly retentionDays: number;
  readonly replayQueueUrl: string;
}

/** Seven days: an invite goes by mail to somebody who may be away. */
const INVITE_MINUTES = 7 * 24 * 60;
/** A sign-in link is opened at once. */
const LINK_MINUTES = 15;

type Handlers = {
  [Name in keyof OperatorAnswers]: (
    command: Extract<OperatorCommand, { command: Name }>,
  ) => Promise<OperatorAnswers[Name]>;
};

/** What the operator CLI can ask for, by command. @throws ConnectorError with what to do about it. */
export function makeOperator(ports: OperatorPorts, settings: OperatorSettings): Handlers {
  const { connections, views, links, runs, clock } = ports;
  const replayDeadLetters = makeReplay(ports, settings);

  async function existing(id: string): Promise<ConnectionRecord> {
    const found = await connections.find(id);
    if (found === undefined) throw noSuchConnection(id);
    return found;
  }

  /** Who the operator is, IAM knows and CloudTrail says, under the id of this invocation. */
  function note(
    action: AuditAction,
    connection: Pick<ConnectionRecord, 'id' | 'zoomAccountId'> | undefined,
    details: AuditDetails = {},
  ): Promise<void> {
    const { id = null, zoomAccountId = null } = connection ?? {};
    return ports.audit.record({ action, connectionId: id, zoomAccountId, actor: null, details });
  }

  async function viewOf(id: string, connection: ConnectionRecord | undefined): Promise<Connection> {
    if (connection === undefined) throw noSuchConnection(id);
    return views.of(connection);
  }

  async function disconnect(id: string, keepFacts: boolean): Promise<Connection> {
    const begun = await beginDisconnect(ports, id, { cause: 'operator', keepFacts });
    await note('disconnect_requested', begun, { cause: 'operator', keepFacts });
    return views.of(begun);
  }

  async function start(
    connection: ConnectionRecord,
    request: RunRequest,
    details: AuditDetails = {},
  ): Promise<{ executionArn: string }> {
    const executionArn = await runs.start(request);
    const { kind, runId } = request;
    await note(`${kind}_requested`, connection, { runId, ...details });
    return { executionArn };
  }

  /** @throws ConflictError for a connection that no run can read. */
  function assertReadable(connection: ConnectionRecord): void {
    if (connection.status === 'paused') {
      throw new ConflictError('this connection is paused', 'go on reading: connector resume ID');
    }
    if (!isReadable(connection)) {
      throw new ConflictError(
        `this connection is ${connection.status}, there is no grant to read with`,
        'connect it first: connector invite --connection ID',
      );
    }
  }

  return {
    async 'set-credentials'({ clientId, clientSecret, webhookSecret }) {
      await ports.credentials.save({ clientId, clientSecret, ...(webhookSecret !== undefined && { webhookSecret }) });
      await note('app_credentials_set', undefined, { clientId, webhookSecret: webhookSecret !== undefined });
      return { updated: true };
    },
    async invite({ name, connectionId, minutes }) {
      const now = clock.now();
      const connection = connectionId === undefined ? newConnection(name ?? '', now) : await existing(connectionId);
      if (isEnded(connection)) {
        throw new ConflictError(`this connection is ${connection.status}`, 'invite without --connection for a new one');
      }
      if (connectionId === undefined) await connections.create(connection);
      const target = { kind: 'invite', connectionId: connection.id } as const;
      const link = await makeLink(links, target, minutes ?? INVITE_MINUTES, now);
      const expiresAt = new Date(link.expiresAt).toISOString();
      await note('invite_created', connection, { name: connection.name, link: link.name, expiresAt });
      return { url: `${settings.publicUrl}/invite/${link.token}`, connectionId: connection.id, expiresAt };
    },
    async link({ minutes }) {
      const link = await makeLink(links, { kind: 'sign-in' }, minutes ?? LINK_MINUTES, clock.now());
      const expiresAt = new Date(link.expiresAt).toISOString();
      await note('sign_in_link_created', undefined, { link: link.name, expiresAt });
      return { url: `${settings.publicUrl}/session/${link.token}`, expiresAt };
    },
    async 'revoke-sessions'({ connectionId = null }: { readonly connectionId?: string | null }) {
      const connection = connectionId === null ? undefined : await existing(connectionId);
      const now = clock.now();
      await ports.revocations.revoke(connectionId, now);
      await note('sessions_revoked', connection);
      return { revoked: true, connectionId, before: new Date(now).toISOString() };
    },
    async connections() {
      return { connections: await views.list() };
    },
    async status({ connectionId }): Promise<Connection> {
      const view = await views.find(connectionId);
      if (view === undefined) throw noSuchConnection(connectionId);
      return view;
    },
    async backfill({ connectionId, from, to }) {
      const connection = await existing(connectionId);
      if (connection.status === 'backfilling' || connection.backfill?.state === 'running') {
        throw new ConflictError(
          'a backfill of this connection is running',
          'wait for its end: connector status ID; or end it: connector cancel ID',
        );
      }
      const range = from === undefined && to === undefined ? {} : checkedRange(from, to, clock.now());
      assertReadable(connection);
      return start(connection, { ...requestedRun(connectionId, 'backfill', clock.now()), ...range }, range);
    },
    async cancel({ connectionId }) {
      const cancelled = await cancelBackfill(ports, await existing(connectionId));
      await note('backfill_cancelled', cancelled);
      return viewOf(connectionId, cancelled);
    },
    async sync({ connectionId, users = false }) {
      const connection = await existing(connectionId);
      if (connection.status === 'backfilling') {
        throw new ConflictError('the first backfill is still running', 'wait for its end: connector status ID');
      }
      assertReadable(connection);
      if (users) {
        if (isFirstReadOpen(connection)) {
          throw new ConflictError(
            'the first backfill was not completed, and reads all users',
            'start it again: connector backfill ID',
          );
        }
        await askForUsers(connections, connectionId, clock.now());
      }
      return start(connection, requestedRun(connectionId, 'sync', clock.now()), users ? { users } : {});
    },
    async pause({ connectionId }) {
      const paused = await pause(ports, await existing(connectionId));
      await note('paused', paused);
      return viewOf(connectionId, paused);
    },
    async resume({ connectionId }) {
      const resumed = await resume(ports, await existing(connectionId));
      await note('resumed', resumed);
      return viewOf(connectionId, resumed);
    },
    async disconnect({ connectionId, keepFacts }) {
      return disconnect(connectionId, keepFacts);
    },
    async 'disconnect-all'({ keepFacts }) {
      const begun: Connection[] = [];
      let failed = 0;
      for await (const { id, status, disconnect: earlier } of connections.list()) {
        const hasFacts = earlier !== null && isToPurge(earlier, keepFacts);
        if (status === 'disconnected' && !hasFacts) continue;
        try {
          begun.push(await disconnect(id, keepFacts));
        } catch (error) {
          // the others are to end nevertheless
          ports.log.disconnectFailed(id, error);
          failed++;
        }
      }
      return { connections: begun, failed };
    },
    async replay({ from, to, kinds, connectionId = null }) {
      const connection = connectionId === null ? undefined : await existing(connectionId);
      const now = clock.now();
      const request = { ...checkedDates(from, to, now), kinds: checkedKinds(kinds), connectionId };
      const name = `replay-${compactInstant(now)}`;
      const executionArn = await ports.replays.start(name, { ...request, sent: 0, tooLarge: 0, cursor: null });
      await note('replay_requested', connection, { from, to, kinds: request.kinds.join(' '), execution: name });
      return { executionArn, queueUrl: settings.replayQueueUrl };
    },
    async 'list-dead-letters'() {
      const letters = await allDeadLetters(ports);
      return {
        deadLetters: letters.map(({ id, connectionId, stage, reason, at }) => ({
          id,
          connectionId,
          stage,
          reason,
          at,
        })),
      };
    },
    async 'replay-dead-letters'({ ids }) {
      const result = await replayDeadLetters(ids);
      await note('dead_letters_replayed', undefined, { asked: ids.length === 0 ? 'all' : ids.length, ...result });
      return result;
    },
  };
}

/** The dates of a backfill; an end that is not given is today, or as early as the other. */
function checkedRange(from: string | undefined, to: string | undefined, now: number): { from: string; to: string } {
  const today = utcDate(now);
  const range = { from: from ?? to ?? today, to: to ?? today };
  const days = datesBetween(range.from, range.to).length;
  const oldest = oldestReportDate(now);
  if (days === 0 || range.to > today || range.from < oldest) {
    throw new InvalidInputError(
      `the range ${range.from} to ${range.to} is not within ${oldest} to ${today}`,
      'give --from and --to as yyyy-MM-dd (UTC), the earlier one first; Zoom keeps reports for six months',
    );
  }
  return range;
}

/** The dates of a replay. */
function checkedDates(from: string, to: string, now: number): { from: string; to: string } {
  const today = utcDate(now);
  if (from > to || to > today) {
    throw new InvalidInputError(
      `the range ${from} to ${to} is not one that ends by ${today}`,
      'give --from and --to as yyyy-MM-dd (UTC), the earlier one first; both are included',
    );
  }
  return { from, to };
}

/** The kinds of a replay, each once; all of them when none is named. */
function checkedKinds(names: readonly string[]): StoredKind[] {
  const unknown = names.find((name) => !STORED_KINDS.some((kind) => kind === name));
  if (unknown !== undefined) {
    throw new InvalidInputError(
      `there is no kind of fact ${JSON.stringify(unknown)}`,
      `the kinds are ${STORED_KINDS.join(', ')}; without --kind all are sent`,
    );
  }
  return STORED_KINDS.filter((kind) => names.length === 0 || names.includes(kind));
}
