/** Something that the user can put right: its message is one sentence with the remedy, shown without a stack. */
export class Problem extends Error {
  /** @param details - what a failed tool printed, if anything. */
  constructor(
    message: string,
    readonly details = '',
  ) {
    super(message);
  }
}

/** What to tell the user of an error: a {@link Problem} as it is, everything of an error that nobody foresaw. */
export function describe(error: unknown): string {
  if (error instanceof Problem) return [error.details, error.message].filter(Boolean).join('\n');
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
