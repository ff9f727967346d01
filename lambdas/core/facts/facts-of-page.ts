import type { FactKind } from '../../contract/fact';
import { type Fact, type FactSource, isExpired, isMalformed, makeFact } from './fact';
import type { ZoomRow } from './stable-form';

/** What a page of rows comes to. */
export interface PageFacts {
  /** Each fact once, without those that are past their time to live. */
  readonly facts: readonly Fact[];
  /** One sentence a row that cannot become a fact, without any value of it. */
  readonly problems: readonly string[];
}

/** Turns a page of rows into facts, at `now` (epoch ms). Rows alike in every identity field are one fact. */
export function factsOfPage(kind: FactKind, rows: readonly ZoomRow[], source: FactSource, now: number): PageFacts {
  const facts = new Map<string, Fact>();
  const problems: string[] = [];
  for (const row of rows) {
    const made = makeFact(kind, row, source);
    if (isMalformed(made)) problems.push(made.problem);
    else if (!isExpired(made, now)) facts.set(made.id, made);
  }
  return { facts: [...facts.values()], problems };
}
