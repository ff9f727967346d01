import type { Fault } from '../zoom-simulator/faults';

type OrderedFault = Pick<Fault, 'kind' | 'rate'>;

/** What goes wrong at Zoom while a backfill is measured. */
export const FAULT_MIXES = {
  none: [],
  /** About one call in a hundred. */
  light: [
    { kind: 'serverError', rate: 0.005 },
    { kind: 'tooManyPerSecond', rate: 0.002 },
    { kind: 'truncated', rate: 0.002 },
  ],
} as const satisfies Readonly<Record<string, readonly OrderedFault[]>>;

export type FaultMix = keyof typeof FAULT_MIXES;
