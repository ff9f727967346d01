import { describe, expect, it } from '@jest/globals';
import { Agenda } from '../../../../lambdas/core/runs/agenda';
import { dailyShards, shardsSince, userShards } from '../../../../lambdas/core/runs/shards';
import { NOW } from '../../../support/clock';
import { plannedShard } from '../../../../lambdas/core/runs/shard-progress';

const REPORTS = dailyShards(['2026-10-12', '2026-10-11']).map((shard) => plannedShard(shard, 0));
const USERS = userShards().map((shard) => plannedShard(shard, 0));
const FAILING = { kind: 'failing', untilMs: 0 } as const;
const PARKED = { kind: 'parked', untilMs: 0 } as const;

/** What an agenda gives until it has no more, with nothing ending. */
function allOf(agenda: Agenda): string[] {
  const ids: string[] = [];
  for (let next = agenda.next(); next !== undefined; next = agenda.next()) ids.push(next.shard.id);
  return ids;
}
const idsOf = (shards: readonly { readonly shard: { readonly id: string } }[]) => shards.map(({ shard }) => shard.id);

describe('the agenda of a worker', () => {
  it('has every shard once', () => {
    const agenda = new Agenda([...USERS, ...REPORTS], () => 100);
    const ids: string[] = [];
    for (let next = agenda.next(); next !== undefined; next = agenda.next()) {
      ids.push(next.shard.id);
      agenda.ended(next, { kind: 'finished' });
    }
    expect(ids.sort()).toEqual(idsOf([...USERS, ...REPORTS]).sort());
  });

  it('begins with what came since the checkpoint', () => {
    const since = shardsSince('user_activity', NOW, NOW).map((shard) => plannedShard(shard, 0));
    expect(allOf(new Agenda([...REPORTS, ...since], () => 1))).toEqual(idsOf(since));
  });

  it('has the lists of users one after the other, as people come and go, also those that were begun', () => {
    const begun = USERS.map((progress) => ({ ...progress, state: 'reading' as const }));
    for (const agenda of [new Agenda(USERS, () => 100), new Agenda(begun, () => 100)]) {
      const statuses: string[] = [];
      for (let next = agenda.next(); next !== undefined; next = agenda.next()) {
        expect(agenda.next()).toBeUndefined();
        statuses.push(next.shard.id);
        agenda.ended(next, { kind: 'finished' });
      }
      expect(statuses).toEqual(['user.pending', 'user.active', 'user.inactive']);
    }
  });

  it('goes on with what is under way first', () => {
    const [first, second, ...others] = REPORTS;
    const reading = { ...second!, state: 'reading' as const };
    expect(allOf(new Agenda([first!, reading, ...others], () => 100))[0]).toBe(second!.shard.id);
  });

  it('has no more under way than a day’s calls can keep alive', () => {
    expect(allOf(new Agenda(REPORTS, () => 2))).toEqual(idsOf(REPORTS.slice(0, 2)));
  });

  it('begins another when one is finished', () => {
    const agenda = new Agenda(REPORTS, () => 1);
    agenda.ended(agenda.next()!, { kind: 'finished' });
    expect(agenda.next()).toBe(REPORTS[1]);
  });

  it('begins others of a label of which one shard fails, which may be broken for good', () => {
    const agenda = new Agenda(REPORTS, () => 100);
    agenda.ended(agenda.next()!, FAILING);
    expect(allOf(agenda)).toEqual(idsOf(REPORTS.slice(1)));
  });

  it('begins none of a label of which two fail in a row', () => {
    const agenda = new Agenda([...REPORTS, ...USERS], () => 100);
    for (const failing of [agenda.next()!, agenda.next()!]) agenda.ended(failing, FAILING);
    expect(allOf(agenda)).toEqual(['user.pending']);
  });

  it('begins others of a label of which any number fails while pages of another come', () => {
    const agenda = new Agenda(REPORTS, () => 100);
    const [reading, ...failing] = [agenda.next()!, agenda.next()!, agenda.next()!];
    agenda.gotOn(reading);
    for (const broken of failing) agenda.ended(broken, FAILING);
    expect(allOf(agenda)).toEqual(idsOf(REPORTS.slice(3)));
  });

  it('begins others again when a page comes after two that failed', () => {
    const agenda = new Agenda(REPORTS, () => 100);
    const [reading, ...failing] = [agenda.next()!, agenda.next()!, agenda.next()!];
    for (const broken of failing) agenda.ended(broken, FAILING);
    agenda.gotOn(reading);
    expect(allOf(agenda)).toEqual(idsOf(REPORTS.slice(3)));
  });

  it('begins none in place of one that is still to be read', () => {
    const agenda = new Agenda(REPORTS, () => 1);
    agenda.ended(agenda.next()!, FAILING);
    expect(agenda.next()).toBeUndefined();
  });

  it('begins none of a label that waits for quota, and goes on with what is under way', () => {
    const reading = { ...REPORTS[1]!, state: 'reading' as const };
    const agenda = new Agenda([REPORTS[0]!, reading, ...REPORTS.slice(2), ...USERS], () => 100);
    agenda.ended(REPORTS[0]!, PARKED);
    expect(allOf(agenda)).toEqual([...idsOf([reading]), 'user.pending']);
  });
});
