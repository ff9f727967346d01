import type { DateRange } from '../../contract/connection';
import { type ReportKind, type ReportShard, USER_STATUSES, type UserShard } from '../../contract/workflow';
import { DAY_MS, utcDate } from '../dates';

/** Zoom keeps the reports six months, and fails for dates before. */
export const OLDEST_REPORT_DAYS = 180;

/**
 * A chain of pages that reads a report since a checkpoint begins no more dates than this before today. What is older is
 * read date by date, so that a gap of many pages is read in parts that each keep their place.
 */
const LONGEST_CHAIN_DAYS = 3;

export const REPORTS: readonly ReportKind[] = ['user_activity', 'admin_operation'];

/** The oldest date (`yyyy-MM-dd`, UTC) whose reports Zoom has at `now` (epoch ms). */
export function oldestReportDate(now: number): string {
  return utcDate(now - OLDEST_REPORT_DAYS * DAY_MS);
}

/**
 * The dates that a report has at Zoom no more at `now` (epoch ms), of those that came since it was read at `readAt` (ISO 8601
 * UTC); `undefined` when there are none. The first of them was read in part.
 */
export function forgottenSince(readAt: string, now: number): DateRange | undefined {
  const from = utcDate(Date.parse(readAt));
  const to = addDays(oldestReportDate(now), -1);
  return from <= to ? { from, to } : undefined;
}

/** The users, one shard a status: Zoom lists one status at a time. */
export function userShards(): UserShard[] {
  return USER_STATUSES.map((status) => ({ id: `user.${status}`, stream: 'user', status }));
}

/** One shard for each report and date of `dates`, to be read whole: as many chains side by side as can be. */
export function dailyShards(dates: readonly string[]): ReportShard[] {
  return REPORTS.flatMap((stream) => dates.map((date) => reportShard(stream, date, date, null)));
}

/**
 * The shards that read a report from `floor` (epoch ms) to today, newest first: a chain down to the floor, cut at the end of
 * a month; where the floor is long ago, a chain of today and yesterday, and the dates before whole. They begin a date
 * earlier than the floor: whose midnight Zoom's dates mean is not certain, and pages that are older than the floor are not
 * read. What Zoom no longer keeps is not asked for.
 */
export function shardsSince(stream: ReportKind, floor: number, now: number): ReportShard[] {
  const floorInstant = new Date(floor).toISOString();
  const first = [utcDate(floor - DAY_MS), oldestReportDate(now)].reduce((a, b) => (a > b ? a : b));
  const today = utcDate(now);
  const isLong = first < addDays(today, -LONGEST_CHAIN_DAYS);
  const chainFrom = isLong ? addDays(today, -1) : first;
  const shards: ReportShard[] = [];
  for (let to = today; to >= chainFrom;) {
    const from = [chainFrom, `${to.slice(0, 7)}-01`].reduce((a, b) => (a > b ? a : b));
    shards.push(reportShard(stream, from, to, floorInstant));
    to = addDays(from, -1);
  }
  const before = datesBetween(first, addDays(chainFrom, -1));
  return [...shards, ...before.map((date) => reportShard(stream, date, date, null))];
}

/** All dates from `from` to `to` (`yyyy-MM-dd`), both included, newest first; `[]` when `from` is later. */
export function datesBetween(from: string, to: string): string[] {
  const dates: string[] = [];
  for (let date = to; date >= from; date = addDays(date, -1)) dates.push(date);
  return dates;
}

/** The date `days` later. @param date - `yyyy-MM-dd`. */
export function addDays(date: string, days: number): string {
  return utcDate(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS);
}

function reportShard(stream: ReportKind, from: string, to: string, floor: string | null): ReportShard {
  return { id: `${stream}.${from}.${floor === null ? 'whole' : 'since'}`, stream, from, to, floor };
}
