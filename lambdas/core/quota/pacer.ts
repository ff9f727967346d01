import type { Clock } from '../clock';
import type { Block, Reservation, SlotRequest } from './ledger';

/**
 * What a chain is told: call now, and then not before `thenBlocked` is over if there is one, or nobody may call for
 * longer than is slept.
 */
export type Turn = { readonly kind: 'now'; readonly thenBlocked?: Block | undefined } | ParkedTurn;

/** Times in epoch ms. */
export interface ParkedTurn {
  readonly kind: 'parked';
  readonly untilMs: number;
  /** When the day's calls are whole again; `null` when it is not these that are waited for. */
  readonly resetMs: number | null;
}

/** What a pacer asks of the ledger. */
export type SlotsWanted = Pick<SlotRequest, 'count' | 'chains' | 'earliestMs'>;

export interface PacerSettings {
  /** Calls a second that the ledger allows at most. */
  readonly callsPerSecond: () => number;
  /** A wait up to this is slept. */
  readonly longestSleepMs: number;
}

type Slots = Extract<Reservation, { kind: 'slots' }>;

interface Slot {
  readonly startAtMs: number;
  readonly thenBlocked: Block | undefined;
}

/** How late a call may start: later, and it would bunch with the calls that have the next start times. */
const SLOT_LIFE_MS = 20;
/** With each start time in a row that a chain oversleeps it may be so many times later: a slow machine gets on too. */
const PATIENCE = 2;
/** At first the ledger is taken to answer within this time. */
const FIRST_ANSWER_MS = 30;
/** A start time is asked for that is so much further away than the ledger takes to answer. */
const LEAD_FACTOR = 1.5;
/** Before any chain has come round, a call and its bookkeeping are taken to last this long. */
const FIRST_CYCLE_MS = 300;
/** Less than the ledger hands out ahead, so that nothing is lost by it. */
const SPREAD_MS = 200;
/** Weight of the latest round in the running average. */
const CYCLE_WEIGHT = 0.2;

/**
 * Hands the start times that this worker has of one label to its chains, and asks the ledger for more when none are
 * left: for as many as the chains can use in time, so that few are lost and the ledger is seldom written.
 */
export class Pacer {
  private slots: Slot[] = [];
  /** Start times before this are not used, epoch ms. */
  private pausedUntilMs = 0;
  private asking: Promise<Reservation> | undefined;
  /** Whether it has had the start times of a whole second. */
  private hadSecond = false;
  private chains = 0;
  private cycleMs = FIRST_CYCLE_MS;
  /** How long the ledger took for its last two answers: a start time nearer than that would be past when it is known. */
  private answersMs: [number, number] = [FIRST_ANSWER_MS, FIRST_ANSWER_MS];

  constructor(
    private readonly reserve: (wanted: SlotsWanted) => Promise<Reservation>,
    private readonly clock: Clock,
    private readonly settings: PacerSettings,
  ) {}

  /** Runs a chain, which counts among those that share the start times until it ends. */
  async during<Result>(chain: () => Promise<Result>): Promise<Result> {
    this.chains++;
    try {
      return await chain();
    } finally {
      this.chains--;
    }
  }

  /** Waits for the caller's turn. */
  async turn(): Promise<Turn> {
    for (let lifeMs = SLOT_LIFE_MS; ;) {
      const slot = this.nextSlot();
      if (slot !== undefined) {
        await this.sleepUntil(slot.startAtMs);
        if (slot.startAtMs < this.pausedUntilMs) continue;
        if (this.clock.now() <= slot.startAtMs + lifeMs) return { kind: 'now', thenBlocked: slot.thenBlocked };
        lifeMs *= PATIENCE; // slept through: it is forfeited
        continue;
      }
      const reservation = await (this.asking ??= this.ask());
      if (reservation.kind === 'slots') continue;
      const { untilMs, resetMs } =
        reservation.kind === 'blocked' ? reservation : { untilMs: spread(reservation.retryAtMs), resetMs: null };
      if (untilMs - this.clock.now() > this.settings.longestSleepMs) return { kind: 'parked', untilMs, resetMs };
      await this.sleepUntil(untilMs);
    }
  }

  /**
   * Gives up the start times before `untilMs` (epoch ms), also those that chains wait for: the ledger hands out no more of
   * them, but has handed out those that are in hand.
   */
  pauseUntil(untilMs: number): void {
    this.pausedUntilMs = Math.max(this.pausedUntilMs, untilMs);
  }

  /** Tells how long a chain took from one turn to wanting the next. */
  cameRound(milliseconds: number): void {
    this.cycleMs += CYCLE_WEIGHT * (milliseconds - this.cycleMs);
  }

  /** The next start time that has not passed while no chain was free, and is not in a pause. */
  private nextSlot(): Slot | undefined {
    const earliestMs = Math.max(this.clock.now() - SLOT_LIFE_MS, this.pausedUntilMs);
    this.slots = this.slots.filter(({ startAtMs }) => startAtMs >= earliestMs);
    return this.slots.shift();
  }

  private async ask(): Promise<Reservation> {
    const askedAt = this.clock.now();
    try {
      const chains = Math.max(1, this.chains);
      const count = this.usefulCount(chains);
      // one slow answer, as a cold start has, is to waste no time of the next
      const leadMs = LEAD_FACTOR * Math.min(...this.answersMs);
      const reservation = await this.reserve({ count, chains, earliestMs: askedAt + leadMs });
      this.answersMs = [this.answersMs[1], this.clock.now() - askedAt];
      if (reservation.kind === 'slots') this.keep(reservation);
      return reservation;
    } finally {
      this.asking = undefined;
    }
  }

  /**
   * A worker's first calls take longer to get to Zoom, for connections have to be opened: of its first second one start
   * time is left out, or a later call might arrive within the same second as too many of them.
   */
  private keep({ startsAtMs, thenBlocked }: Slots): void {
    const isFirstSecond =
      !this.hadSecond && thenBlocked === undefined && startsAtMs.length >= this.settings.callsPerSecond();
    this.hadSecond ||= isFirstSecond;
    const kept = isFirstSecond ? startsAtMs.slice(0, -1) : startsAtMs;
    this.slots.push(...kept.map((startAtMs) => ({ startAtMs, thenBlocked })));
  }

  /**
   * How many start times in a row the chains can use: without end when they come round faster than the limit allows,
   * otherwise one each, for the next in the row would pass before the first chain is back.
   */
  private usefulCount(chains: number): number {
    const callsPerSecond = chains / (this.cycleMs / 1000);
    return callsPerSecond >= this.settings.callsPerSecond() ? Number.MAX_SAFE_INTEGER : chains;
  }

  private async sleepUntil(timeMs: number): Promise<void> {
    const left = timeMs - this.clock.now();
    if (left > 0) await this.clock.sleep(left);
  }
}

/** Workers that wait for the same time would all write the ledger then, and all but one in vain. */
function spread(timeMs: number): number {
  return timeMs + Math.random() * SPREAD_MS;
}
