import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ReportKind } from '../../../../lambdas/contract/workflow';
import { requestedRun } from '../../../../lambdas/core/runs/run-starter';
import { utcDate } from '../../../../lambdas/core/dates';
import { Chance } from '../../../support/chance';
import { DAY, HOUR, MINUTE, SECOND } from '../../../support/clock';
import { ConnectorLaws } from '../../../support/connector-laws';
import { SOURCE } from '../../../support/facts';
import { USER_ACTIONS } from '../../../support/living-account';
import { BACKFILL_DAYS, SimulatedConnector } from '../../../support/simulated-connector';
import { TROUBLES } from '../../../support/troubled-zoom';

const REPORTS: readonly [ReportKind, ...ReportKind[]] = ['user_activity', 'admin_operation'];
/** For thousands of cases on a slow machine; time is no part of what is tested. */
const PATIENCE = 6 * HOUR;
const TICK = 15 * MINUTE;
const LATEST_ROW = 48 * HOUR;

/** Moments worth beginning at: a Monday morning, just before midnight, before the turns of a month, a year and February. */
const STARTS = ['2026-10-12T08:15', '2026-10-12T23:40', '2026-10-30T20:03', '2026-12-29T13:10', '2027-02-26T22:50'];

const minutesOf = (...ranges: readonly [number, number][]) =>
  fc.oneof(...ranges.map(([min, max]) => fc.integer({ min, max })));
/** Minutes, hours or days; long ones in long lives alone. */
const whileOf = minutesOf([1, 40], [60, 8 * 60], [20 * 60, 72 * 60]);
const longWhileOf = minutesOf([1, 40], [20 * 60, 72 * 60], [4 * 24 * 60, 9 * 24 * 60]);

const happening = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('rows' as const),
      report: fc.constantFrom(...REPORTS),
      count: fc.integer({ min: 1, max: 10 }),
      /** 0 has them in one second. */
      overMinutes: fc.constantFrom(0, 0, 5, 90),
      lateMinutes: minutesOf([0, 0], [1, 55], [56, 48 * 60]),
      isAmid: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('user' as const),
      action: fc.constantFrom(...USER_ACTIONS),
      which: fc.nat({ max: 20 }),
      /** Whether it happens while the lists of users are read. */
      isAmid: fc.boolean(),
      isTold: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('zoom' as const),
      trouble: fc.constantFrom(...TROUBLES),
      minutes: whileOf,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('down' as const, 'noTicks' as const), minutes: longWhileOf }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('pause' as const, 'grantEnds' as const), minutes: longWhileOf }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('backfillAgain' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('doubleTick' as const), seconds: fc.integer({ min: 0, max: 90 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('backfill' as const),
      from: fc.integer({ min: 0, max: 10 }),
      days: fc.integer({ min: 0, max: 5 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('breakOff' as const),
      end: fc.constantFrom('FAILED' as const, 'TIMED_OUT' as const, 'ABORTED' as const),
    }),
  },
);

const lives = fc
  .record({
    seed: fc.nat(),
    start: fc.constantFrom(...STARTS),
    schedule: fc.oneof(
      { weight: 2, arbitrary: fc.record({ hours: fc.integer({ min: 2, max: 20 }), everyMinutes: fc.constant(15) }) },
      {
        weight: 1,
        arbitrary: fc.record({ hours: fc.integer({ min: 20, max: 96 }), everyMinutes: fc.constantFrom(60, 15, 180) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ hours: fc.integer({ min: 96, max: 14 * 24 }), everyMinutes: fc.constantFrom(60, 180) }),
      },
    ),
    skewMinutes: fc.integer({ min: -5, max: 5 }),
    pageSize: fc.integer({ min: 2, max: 6 }),
    hidesTotals: fc.boolean(),
    showsSnapshots: fc.boolean(),
    killed: fc.constantFrom(0, 0, 0.05, 0.3),
    isSlow: fc.constantFrom(false, false, true),
    callsADay: fc.constantFrom(15_000, 15_000, 15_000, 250),
    users: fc.nat({ max: 8 }),
    rowsADay: fc.nat({ max: 30 }),
    lostTicks: fc.constantFrom(0, 0, 0.1, 0.6),
    happenings: fc.array(fc.tuple(fc.nat({ max: 1000 }), happening), { maxLength: 30 }),
  })
  .map(({ happenings, schedule, ...life }) => ({
    ...life,
    ...schedule,
    happenings: happenings
      .map(([share, what]) => ({ afterMs: Math.floor((share / 1000) * schedule.hours * HOUR), ...what }))
      .sort((a, b) => a.afterMs - b.afterMs),
  }));

type Life = typeof lives extends fc.Arbitrary<infer Value> ? Value : never;

/** Lives through it all, then through a quiet time in which everything mends itself. */
async function live(connector: SimulatedConnector, laws: ConnectorLaws, life: Life, startMs: number): Promise<void> {
  const { clock, account, zoom } = connector;
  const chance = new Chance(life.seed + 1);
  const endMs = startMs + life.hours * HOUR;
  const until = (at: number) => clock.sleep(Math.max(0, at - clock.now()));
  let noTicksUntil = 0;

  for (let user = 0; user < life.users; user++) account.act(chance.pick(['create', 'create', 'invite']), user);
  const first = Date.parse(`${utcDate(startMs - BACKFILL_DAYS * DAY)}T00:00:00Z`);
  const ordinary = Math.round((life.rowsADay * (endMs - first)) / DAY);
  for (let row = 0; row < ordinary; row++) {
    const at = first + chance.fraction() * (endMs - first);
    const late = chance.pick([0, 0, 0, 0, 0, 0, 55 * MINUTE, LATEST_ROW]);
    account.addRow(chance.pick(REPORTS), chance.below(3), at, at + chance.fraction() * (late + MINUTE));
  }

  const amid = { users: [] as (() => void)[], rows: [] as (() => void)[] };
  zoom.amid = (shard, pageToken) => {
    if (shard.stream === 'user' && chance.of(0.5)) amid.users.shift()?.();
    if (shard.stream !== 'user' && pageToken !== null) amid.rows.shift()?.();
  };

  async function happen(what: Life['happenings'][number]): Promise<void> {
    const now = clock.now();
    switch (what.kind) {
      case 'rows': {
        const add = () => {
          for (let row = 0; row < what.count; row++) {
            const at = clock.now() - Math.floor((what.overMinutes * MINUTE * row) / what.count);
            account.addRow(what.report, 3 + (row >> 1), at, clock.now() + what.lateMinutes * MINUTE);
          }
        };
        if (what.isAmid) amid.rows.push(add);
        else add();
        return;
      }
      case 'user': {
        const act = () => account.act(what.action, what.which);
        if (what.isAmid) amid.users.push(act);
        else act();
        if (what.isTold) await connector.usersChanged();
        return;
      }
      case 'zoom':
        // a worker asks for a second's calls every 2 s
        return zoom.trouble(
          what.trouble,
          now,
          now + Math.min(what.minutes, what.trouble === 'tooManyNow' ? 3 : Infinity) * MINUTE,
        );
      case 'noTicks':
        noTicksUntil = now + what.minutes * MINUTE;
        return;
      case 'down':
        connector.isDown = true;
        await until(Math.min(endMs, now + what.minutes * MINUTE));
        connector.isDown = false;
        return;
      case 'pause':
        if (!connector.isRead) return;
        await connector.pause();
        await until(Math.min(endMs, now + what.minutes * MINUTE));
        return connector.resume();
      case 'grantEnds':
        if (!connector.isRead) return;
        connector.endGrant();
        await until(Math.min(endMs, now + what.minutes * MINUTE));
        return connector.consentAgain();
      case 'backfillAgain':
        await connector.runs.start(requestedRun(SOURCE.connectionId, 'backfill', now));
        return;
      case 'doubleTick':
        await connector.tick();
        await clock.sleep(what.seconds * SECOND);
        return connector.tick();
      case 'backfill': {
        const from = utcDate(now - what.from * DAY);
        const to = utcDate(Math.min(now, now - (what.from - what.days) * DAY));
        await connector.runs.start({ ...requestedRun(SOURCE.connectionId, 'backfill', now), from, to });
        return;
      }
      case 'breakOff':
        return connector.breakOff(what.end);
    }
  }
  async function schedule(): Promise<void> {
    const tickMs = life.everyMinutes * MINUTE;
    for (let at = Math.ceil(startMs / tickMs) * tickMs; at < endMs; at += tickMs) {
      await until(at + chance.below(40) * SECOND);
      if (clock.now() >= noTicksUntil && !chance.of(life.lostTicks)) await connector.tick();
    }
  }
  const scheduled = schedule();
  connector.begin();
  for (const what of life.happenings) {
    await until(startMs + what.afterMs);
    await happen(what);
  }
  await scheduled;
  await until(endMs);
  for (const change of [...amid.users.splice(0), ...amid.rows.splice(0)]) change();
  zoom.endTroubles();
  connector.isCalm = true;
  await mend(connector);
  laws.heldInTheEnd();

  const before = { calls: zoom.calls, records: connector.facts.stream.length };
  await clock.sleep(TICK);
  await connector.tick();
  await connector.rest();
  const isTurn = utcDate(clock.now()).slice(0, 7) !== utcDate(clock.now() - 2 * DAY - TICK).slice(0, 7);
  const [calls, records] = [zoom.calls - before.calls, connector.facts.stream.length - before.records];
  if (calls > (isTurn ? 4 : 2) || records > 0) laws.isBroken(`nothing new cost ${calls} calls and ${records} records`);
}

/** Ticks a few times a day, until the last row is shown, all is well and two sweeps more have been made. */
async function mend(connector: SimulatedConnector): Promise<void> {
  const { clock, account } = connector;
  const lastShown = Math.max(0, ...[...account.rows.values()].map(({ visibleAt }) => visibleAt));
  let sweeps: string[] = [];
  for (let ticks = 0; ticks < 80 && sweeps.length < 3; ticks++) {
    await clock.sleep(connector.connection.usersMissedBy === null ? 12 * HOUR + MINUTE : TICK);
    await connector.tick();
    await connector.rest();
    const { status, backfill, firstReadAt, sweptAt } = connector.connection;
    // what the reason of such a connection tells its operator to do
    if (
      status === 'degraded' &&
      backfill?.state !== 'running' &&
      (firstReadAt === null || backfill?.state === 'failed')
    ) {
      await connector.runs.start(requestedRun(SOURCE.connectionId, 'backfill', clock.now()));
      await connector.rest();
    }
    if (status !== 'connected' || clock.now() < lastShown) sweeps = [];
    else if (sweptAt !== null && !sweeps.includes(sweptAt)) sweeps.push(sweptAt);
  }
}

/** How many lives are lived, and with which seed: MODEL_RUNS=5000, and MODEL_SEED as a failure tells it. */
const { MODEL_RUNS = '200', MODEL_SEED } = process.env;
const PARAMETERS = { numRuns: Number(MODEL_RUNS), ...(MODEL_SEED !== undefined && { seed: Number(MODEL_SEED) }) };

describe('days of syncs', () => {
  it(
    'end with facts that are the truth, each told once; no gap is silent meanwhile, and nothing new costs 2 calls',
    async () => {
      await fc.assert(
        fc.asyncProperty(lives, async (life) => {
          const startMs = Date.parse(`${life.start}:00Z`);
          const connector = new SimulatedConnector({ ...life, startMs, skewMs: life.skewMinutes * MINUTE });
          const laws = new ConnectorLaws(connector, startMs, life.pageSize);
          connector.watcher = laws;
          await connector.clock.run(live(connector, laws, life, startMs));
          if (laws.broken !== undefined) throw laws.broken;
        }),
        PARAMETERS,
      );
    },
    PATIENCE,
  );

  it(
    'make good an outage of ten days that takes four days’ calls, in little more than that',
    async () => {
      const [callsADay, rowsADay, pageSize, days] = [600, 480, 2, 10];
      const startMs = Date.parse('2026-10-06T08:15:00Z');
      const quiet = { seed: 1, skewMs: 0, killed: 0, isSlow: false, hidesTotals: false, showsSnapshots: true };
      const connector = new SimulatedConnector({ ...quiet, startMs, everyMinutes: 60, pageSize, callsADay });
      const { clock, account, zoom, facts } = connector;
      const missing = () => [...account.rows.values()].filter(({ key }) => !facts.items.has(key)).length;
      const reasons = new Set<string | null>();

      await clock.run(
        (async () => {
          connector.begin();
          await connector.rest();
          const outageMs = clock.now();
          for (let row = 0; row < days * rowsADay; row++) {
            const at = outageMs + (row / rowsADay) * DAY;
            account.addRow('user_activity', row % 250, at, at);
          }
          connector.isDown = true;
          await clock.sleep(days * DAY);
          connector.isDown = false;
          const before = zoom.calls;
          for (let hours = 0; hours < 24 * 10 && missing() > 0; hours++) {
            await clock.sleep(HOUR);
            await connector.tick();
            reasons.add(connector.connection.reason);
          }
          const needed = (days * rowsADay) / pageSize;
          const [calls, took] = [zoom.calls - before, (clock.now() - outageMs) / DAY - days];
          expect([missing(), calls < 1.15 * needed, took < (1.15 * needed) / callsADay]).toEqual([0, true, true]);
        })(),
      );
      expect([...reasons].join()).toContain('the calls that Zoom allows in a day are used up until 2026-10-18');
    },
    PATIENCE,
  );
});
