import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** What a process belongs to; the functions are children of the emulator. */
type Part = 'emulator' | 'zoom-simulator' | 'functions';

/** Processor time of all processes of each part, and of everything else on the machine, seconds. */
export type CpuSeconds = Readonly<Record<Part | 'others', number>>;

/** What used the processor until a moment. */
export interface ProcessorUse {
  readonly processes: readonly ProcessUse[];
  /** Of all processes since the machine started, ended ones included. */
  readonly cpuSeconds: number;
}

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

/**
 * What the processes and their children, which are functions, have used until now; `undefined` where there is no `/proc`.
 *
 * @param parts - numbers of processes.
 */
export function lookAt(parts: Partial<Record<Part, number>>): ProcessorUse | undefined {
  if (!existsSync('/proc/stat')) return undefined;
  const processes = Object.entries(parts).flatMap(([part, pid]) => {
    const children = pids().filter((candidate) => parentOf(candidate) === pid);
    return [useOf(pid, part as Part), ...children.map((child) => useOf(child, 'functions'))];
  });
  return { processes: processes.flatMap((use) => use ?? []), cpuSeconds: machineSeconds() };
}

/** What was used between two looks, and the most memory that a function's process held; `null` where unknown. */
export function usedBetween(before: ProcessorUse | undefined, after: ProcessorUse | undefined) {
  if (before === undefined || after === undefined) return { cpuSeconds: null, peakRssMb: null };
  const usedBefore = new Map(before.processes.map(({ pid, cpuSeconds }) => [pid, cpuSeconds]));
  const cpuSeconds = { emulator: 0, functions: 0, 'zoom-simulator': 0, others: after.cpuSeconds - before.cpuSeconds };
  for (const { pid, part, cpuSeconds: used } of after.processes) {
    const seconds = used - (usedBefore.get(pid) ?? 0);
    cpuSeconds[part] += seconds;
    cpuSeconds.others -= seconds;
  }
  const peaks = after.processes.filter(({ part }) => part === 'functions').map(({ peakRssMb }) => peakRssMb);
  return { cpuSeconds: cpuSeconds as CpuSeconds, peakRssMb: Math.max(0, ...peaks) };
}

/** User, nice, system, interrupts: all but idle and waiting, and guests, who are counted as users already. */
function machineSeconds(): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = (
    readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? ''
  )
    .split(/\s+/)
    .map(Number);
  return (user + nice + system + irq + softirq) / TICKS_PER_SECOND;
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
