import type { RunRef } from '../../../lambdas/contract/workflow';
import type { ConnectionChange, ConnectionRecord } from '../../../lambdas/core/connections/connection-record';
import type { ConnectionStore } from '../../../lambdas/core/connections/ports';
import type { DeadLetter } from '../../../lambdas/core/dead-letters/dead-letter';
import type { DeadLetterStore } from '../../../lambdas/core/dead-letters/ports';
import { VersionConflictError } from '../../../lambdas/core/errors';
import {
  type LedgerEntry,
  type Reservation,
  type SlotRequest,
  refused,
  reserveSlots,
} from '../../../lambdas/core/quota/ledger';
import type { QuotaLimit } from '../../../lambdas/core/quota/limits';
import type { QuotaKey, QuotaLedger } from '../../../lambdas/core/quota/ports';
import type {
  Checkpoint,
  CheckpointStore,
  ProgressStore,
  SeenIds,
  SeenUsers,
  ShardProgress,
} from '../../../lambdas/core/runs/ports';
import type { Throttling } from '../../../lambdas/core/zoom/throttling';
import type { AwsDelays } from './delays';

/** The one connection of an account that is backfilled. */
export class OneConnection implements ConnectionStore {
  constructor(
    private record: ConnectionRecord,
    private readonly delays: AwsDelays,
  ) {}

  /** As it is now, for whoever pages through many. */
  get current(): ConnectionRecord {
    return this.record;
  }

  async find(id: string): Promise<ConnectionRecord | undefined> {
    await this.delays.read();
    return id === this.record.id ? this.record : undefined;
  }

  async *list(): AsyncIterable<ConnectionRecord> {
    await this.delays.read();
    yield this.record;
  }

  async update(read: ConnectionRecord, change: ConnectionChange): Promise<ConnectionRecord> {
    await this.delays.write();
    if (read.version !== this.record.version) throw new VersionConflictError('the connection');
    this.record = { ...read, ...change, version: read.version + 1 };
    return this.record;
  }

  async findByAccount(zoomAccountId: string): Promise<ConnectionRecord | undefined> {
    await this.delays.read();
    return zoomAccountId === this.record.zoomAccountId ? this.record : undefined;
  }

  create(): Promise<never> {
    return Promise.reject(new Error('a backfill makes no connection'));
  }

  bind(): Promise<never> {
    return Promise.reject(new Error('a backfill binds no account'));
  }

  release(): Promise<never> {
    return Promise.reject(new Error('a backfill releases no account'));
  }

  delete(): Promise<never> {
    return Promise.reject(new Error('a backfill deletes no connection'));
  }
}

/** Progress of the one run. */
export class OneRunProgress implements ProgressStore {
  private readonly shards = new Map<string, ShardProgress>();

  constructor(private readonly delays: AwsDelays) {}

  async plan(_run: RunRef, shards: readonly ShardProgress[]): Promise<void> {
    for (const progress of shards) {
      await this.delays.write();
      if (!this.shards.has(progress.shard.id)) this.shards.set(progress.shard.id, progress);
    }
  }

  async find(_run: RunRef, shardId: string): Promise<ShardProgress | undefined> {
    await this.delays.read();
    return this.shards.get(shardId);
  }

  async save(_run: RunRef, progress: ShardProgress): Promise<void> {
    await this.delays.write();
    this.shards.set(progress.shard.id, progress);
  }

  async list(): Promise<readonly ShardProgress[]> {
    await this.delays.read();
    return [...this.shards.values()];
  }
}

/** Bytes of a fact's id by which a seen user is recognised. */
const SEEN_ID_BYTES = 8;

/** The users that the one run has seen: eight bytes each, a page at a time. */
export class OneRunSeenUsers implements SeenUsers {
  private readonly pages = new Map<string, Buffer>();

  constructor(private readonly delays: AwsDelays) {}

  async add(_run: RunRef, page: string, factIds: readonly string[]): Promise<void> {
    await this.delays.write();
    this.pages.set(page, Buffer.from(factIds.map((id) => id.slice(0, 2 * SEEN_ID_BYTES)).join(''), 'hex'));
  }

  async read(): Promise<SeenIds> {
    await this.delays.read();
    const seen = new BigUint64Array(new Uint8Array(Buffer.concat([...this.pages.values()])).buffer);
    const ids = new Set(seen);
    const idOf = (factId: string) => Buffer.from(factId.slice(0, 2 * SEEN_ID_BYTES), 'hex').readBigUInt64LE();
    return { size: ids.size, has: (factId) => ids.has(idOf(factId)) };
  }
}

/** Checkpoints of the one connection. */
export class OneConnectionCheckpoints implements CheckpointStore {
  private readonly checkpoints: Map<string, Checkpoint>;

  /** @param known - what is there, by stream. */
  constructor(
    private readonly delays: AwsDelays,
    known: Readonly<Record<string, Checkpoint>> = {},
  ) {
    this.checkpoints = new Map(Object.entries(known));
  }

  async find(_connectionId: string, stream: string): Promise<Checkpoint | undefined> {
    await this.delays.read();
    return this.checkpoints.get(stream);
  }

  async save(_connectionId: string, stream: string, checkpoint: Checkpoint): Promise<void> {
    await this.delays.write();
    this.checkpoints.set(stream, checkpoint);
  }
}

/** Dead letters of a backfill that nothing goes wrong with. */
export class NoDeadLetters implements DeadLetterStore {
  put(letters: readonly DeadLetter[]): Promise<number> {
    return letters.length === 0 ? Promise.resolve(0) : Promise.reject(new Error('a part could not be read'));
  }

  find(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async *list(): AsyncIterable<never> {
    // there are none
  }

  delete(): Promise<void> {
    return Promise.resolve();
  }
}

/** The ledger: as the one in DynamoDB, a change is lost to whoever was faster and begun again. */
export class ContendedLedger implements QuotaLedger {
  /** How often an entry was written, or tried to be. */
  writes = 0;
  private readonly entries = new Map<string, LedgerEntry>();

  constructor(private readonly delays: AwsDelays) {}

  async find(key: QuotaKey): Promise<LedgerEntry | undefined> {
    await this.delays.read();
    return this.entries.get(key.label);
  }

  reserve(key: QuotaKey, limit: QuotaLimit, request: SlotRequest, now: number): Promise<Reservation> {
    return this.change(key, (entry) => {
      const { reservation, next } = reserveSlots(entry, limit, request, now);
      return { answer: reservation, next };
    });
  }

  heed(key: QuotaKey, throttling: Throttling, limit: QuotaLimit, now: number): Promise<void> {
    return this.change(key, (entry) => ({ answer: undefined, next: refused(entry, throttling, limit, now) }));
  }

  private async change<Answer>(
    key: QuotaKey,
    decide: (read: LedgerEntry | undefined) => { readonly answer: Answer; readonly next?: LedgerEntry | undefined },
  ): Promise<Answer> {
    for (;;) {
      const read = await this.find(key);
      const { answer, next } = decide(read);
      if (next === undefined) return answer;
      await this.delays.write();
      this.writes++;
      if (this.entries.get(key.label) !== read) continue;
      this.entries.set(key.label, next);
      return answer;
    }
  }
}
