import type { FactKind } from '../../contract/fact';
import { type Fact, type FactSource, type MalformedRow, isExpired, isMalformed, makeFact } from './fact';
import type { Json } from './stable-form';

/** What a page of rows comes to. */
export interface PageFacts {
  /** Each fact once, without those that are past their time to live. */
  readonly facts: readonly Fact[];
  /** The rows that cannot become a fact, and why. */
  readonly problems: readonly PageProblem[];
}

export interface PageProblem extends MalformedRow {
  readonly row: Json;
}

/** So many rows keep the thread busy for some ms. */
const ROWS_AT_ONCE = 300;

/**
 * Turns a page of rows into facts, at `now` (epoch ms). Rows alike in every identity field are one fact.
 *
 * @param pause - lets others have the thread, before each slice of a large page.
 */
export async function factsOfPage(
  kind: FactKind,
  rows: readonly Json[],
  source: FactSource,
  now: number,
  pause: () => Promise<void>,
): Promise<PageFacts> {
  const facts = new Map<string, Fact>();
  const problems: PageProblem[] = [];
  for (const [index, row] of rows.entries()) {
    if (index % ROWS_AT_ONCE === 0) await pause();
    const made = makeFact(kind, row, source);
    if (isMalformed(made)) problems.push({ ...made, row });
    else if (!isExpired(made, now)) facts.set(made.id, made);
  }
  return { facts: [...facts.values()], problems };
}
