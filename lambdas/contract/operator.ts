import type { Connection } from './connection';

/** What the operator CLI asks of the operator function. */
export type OperatorCommand =
  | {
      readonly command: 'set-credentials';
      readonly clientId: string;
      readonly clientSecret: string;
      readonly webhookSecret?: string;
    }
  | { readonly command: 'invite'; readonly name?: string; readonly connectionId?: string; readonly minutes?: number }
  | { readonly command: 'link'; readonly minutes?: number }
  | { readonly command: 'revoke-sessions'; readonly connectionId?: string }
  | { readonly command: 'connections' }
  | { readonly command: 'status'; readonly connectionId: string }
  | { readonly command: 'backfill'; readonly connectionId: string; readonly from?: string; readonly to?: string }
  | { readonly command: 'cancel'; readonly connectionId: string }
  | { readonly command: 'sync'; readonly connectionId: string; readonly users?: boolean }
  | { readonly command: 'pause'; readonly connectionId: string }
  | { readonly command: 'resume'; readonly connectionId: string }
  | { readonly command: 'disconnect'; readonly connectionId: string; readonly keepFacts: boolean }
  | { readonly command: 'disconnect-all'; readonly keepFacts: boolean }
  | {
      readonly command: 'replay';
      readonly from: string;
      readonly to: string;
      readonly kinds: readonly string[];
      readonly connectionId?: string;
    }
  | { readonly command: 'list-dead-letters' }
  | { readonly command: 'replay-dead-letters'; readonly ids: readonly string[] };

/** What each command answers. Instants are ISO 8601 UTC. */
export interface OperatorAnswers {
  'set-credentials': { readonly updated: true };
  invite: { readonly url: string; readonly connectionId: string; readonly expiresAt: string };
  link: { readonly url: string; readonly expiresAt: string };
  'revoke-sessions': { readonly revoked: true; readonly connectionId: string | null; readonly before: string };
  connections: { readonly connections: readonly Connection[] };
  status: Connection;
  backfill: { readonly executionArn: string };
  cancel: Connection;
  sync: { readonly executionArn: string };
  pause: Connection;
  resume: Connection;
  /** Of a connection that was deleted, since nobody had consented to it, what it was last. */
  disconnect: Connection;
  /** Those that are being disconnected, or were deleted; `failed`: for how many it could not be begun. */
  'disconnect-all': { readonly connections: readonly Connection[]; readonly failed: number };
  /** The execution that sends, and where to. */
  replay: { readonly executionArn: string; readonly queueUrl: string };
  'list-dead-letters': { readonly deadLetters: readonly DeadLetterView[] };
  'replay-dead-letters': { readonly replayed: number; readonly failed: number };
}

/** What failed for good: a shard could not be read, or a row is not understood. In this order they are listed. */
export const DEAD_LETTER_STAGES = ['read', 'parse'] as const;
export type DeadLetterStage = (typeof DEAD_LETTER_STAGES)[number];

/** A dead letter as it is listed. */
export interface DeadLetterView {
  readonly id: string;
  readonly connectionId: string;
  readonly stage: DeadLetterStage;
  readonly reason: string;
  readonly at: string;
}

export interface OperatorError {
  /** Stable word, kebab-case. */
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

export type OperatorResult<Answer> =
  { readonly ok: true; readonly answer: Answer } | { readonly ok: false; readonly error: OperatorError };
