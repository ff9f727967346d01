/** Names of the environment variables that `lib` sets and the handlers read. */
export const ENV = {
  publicUrl: 'PUBLIC_URL',
  controlTable: 'CONTROL_TABLE',
  factsTable: 'FACTS_TABLE',
  /** Beginning of the names of the token secrets. */
  tokensPrefix: 'TOKENS_PREFIX',
  tokensKeyArn: 'TOKENS_KEY_ARN',
  zoomAppSecret: 'ZOOM_APP_SECRET',
  zoomOAuthUrl: 'ZOOM_OAUTH_URL',
  zoomApiUrl: 'ZOOM_API_URL',
  backfillStateMachine: 'BACKFILL_STATE_MACHINE_ARN',
  syncStateMachine: 'SYNC_STATE_MACHINE_ARN',
  disconnectStateMachine: 'DISCONNECT_STATE_MACHINE_ARN',
  replayStateMachine: 'REPLAY_STATE_MACHINE_ARN',
  replayQueueUrl: 'REPLAY_QUEUE_URL',
  backfillDays: 'BACKFILL_DAYS',
  syncEveryMinutes: 'SYNC_EVERY_MINUTES',
  overlapMinutes: 'OVERLAP_MINUTES',
  sweepDays: 'SWEEP_DAYS',
  perSecondShare: 'QUOTA_PER_SECOND_SHARE',
  perDayShare: 'QUOTA_PER_DAY_SHARE',
  retentionDays: 'RETENTION_DAYS',
  /** What an entry of the audit log is sent to. */
  auditFunction: 'AUDIT_FUNCTION',
  eventQueueUrl: 'EVENT_QUEUE_URL',
} as const;

export type EnvName = (typeof ENV)[keyof typeof ENV];
