/** How long AWS takes for what a backfill asks of it, as a function in the same region sees it on an ordinary day. */
export const DELAYS = {
  /** A consistent read of a DynamoDB item. */
  readMs: 4,
  /** A write of a DynamoDB item. */
  writeMs: 6,
  /** The facts of a page: its batches side by side. */
  factsOfPageMs: 40,
  /** From the end of a workflow's step to the first line of the next one's function. */
  stepMs: 100,
} as const;
