import type { RunRef, Shard } from '../../contract/workflow';
import type { Clock } from '../clock';
import type { ConnectionStore } from '../connections/ports';
import type { DeadLetterStore } from '../dead-letters/ports';
import type { FactStore } from '../facts/ports';
import type { QuotaShare } from '../quota/limits';
import type { QuotaLedger } from '../quota/ports';
import type { AccessTokens } from '../tokens/access-tokens';
import type { ZoomLists } from '../zoom/ports';
import type { ProgressStore, SeenUsers } from './ports';

/** What a worker needs of the world. */
export interface WorkerPorts {
  readonly connections: ConnectionStore;
  readonly progress: ProgressStore;
  readonly seenUsers: SeenUsers;
  readonly facts: FactStore;
  /** For rows that cannot become facts. */
  readonly deadLetters: Pick<DeadLetterStore, 'put'>;
  readonly quota: QuotaLedger;
  readonly tokens: AccessTokens;
  readonly zoom: ZoomLists;
  readonly clock: Clock;
  readonly log: WorkerLog;
}

/** What is worth a line of the log; nothing in it comes from Zoom's rows. */
export interface WorkerLog {
  page(run: RunRef, shard: Shard, read: { readonly rows: number; readonly stored: number }): void;
  malformed(run: RunRef, shard: Shard, problems: readonly string[]): void;
  fault(run: RunRef, shard: Shard, error: unknown): void;
  gaveUp(run: RunRef, shard: Shard): void;
  reconnectNeeded(run: RunRef): void;
}

export interface WorkerSettings {
  readonly quotaShare: QuotaShare;
  readonly retentionDays: number;
  /** Used when the account's token names no host of its own. */
  readonly apiUrl: string;
}
