import { readdirSync, readFileSync } from 'node:fs';

/** What a process belongs to; the functions are children of the emulator. */
type Part = 'emulator' | 'zoom-simulator' | 'functions';

/** Processor time of all processes of each part, seconds. */
export type CpuSeconds = Readonly<Record<Part, number>>;

/** One process, as the system tells of it. */
export interface ProcessUse {
  readonly pid: number;
  readonly part: Part;
  readonly cpuSeconds: number;
  /** The most memory that it ever held, MB; includes what it shares with others. */
  readonly peakRssMb: number;
}

/** Linux counts processor time in hundredths of a second. @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICKS_PER_SECOND = 100;

/** A process and its children, which are functions; `[]` where there is no `/proc`. */
export function processesFrom(pid: number, part: Part): ProcessUse[] {
  const children = pids().filter((candidate) => parentOf(candidate) === pid);
  return [useOf(pid, part), ...children.map((child) => useOf(child, 'functions'))].flatMap((use) => use ?? []);
}

/** What processes used between two looks at them, and the most memory that a function's held; `null` where unknown. */
export function usedBetween(before: readonly ProcessUse[], after: readonly ProcessUse[]) {
  if (after.length === 0) return { cpuSeconds: null, peakRssMb: null };
  const usedBefore = new Map(before.map(({ pid, cpuSeconds }) => [pid, cpuSeconds]));
  const cpuSeconds = { emulator: 0, functions: 0, 'zoom-simulator': 0 };
  for (const use of after) cpuSeconds[use.part] += use.cpuSeconds - (usedBefore.get(use.pid) ?? 0);
  const peaks = after.filter(({ part }) => part === 'functions').map(({ peakRssMb }) => peakRssMb);
  return { cpuSeconds: cpuSeconds as CpuSeconds, peakRssMb: Math.max(0, ...peaks) };
}

function pids(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function useOf(pid: number, part: Part): ProcessUse | undefined {
  try {
    const stat = statOf(pid);
    const peakKb = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return {
      pid,
      part,
      cpuSeconds: (Number(stat[11]) + Number(stat[12])) / TICKS_PER_SECOND,
      peakRssMb: Number(peakKb ?? 0) / 1024,
    };
  } catch {
    return undefined; // it has ended
  }
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(statOf(pid)[1]);
  } catch {
    return undefined;
  }
}

/** The fields of `stat` from the third on: the second may hold spaces and parentheses. */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
