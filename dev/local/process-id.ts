import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process, told apart from later ones that get its number. */
export interface ProcessId {
  readonly pid: number;
  /** When it started, in the system's own notation; only for comparing. */
  readonly startedAt: string;
}

/** @returns `undefined` when no process has this number. */
export function identify(pid: number): ProcessId | undefined {
  const startedAt = process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export function isRunning(id: ProcessId): boolean {
  return identify(id.pid)?.startedAt === id.startedAt;
}

/** Reads `/proc`, as slim container images have no `ps`. @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function startOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the second field is the command in parentheses, which may hold spaces and parentheses of its own
    const [state, ...later] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : later[18];
  } catch {
    return undefined;
  }
}

function startByPs(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}
