import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { writePrivateJson } from './files';
import { identify, isRunning, type ProcessId } from './process-id';

const Id = z.object({ pid: z.number(), startedAt: z.string() });
const Content = z.object({ owner: Id.optional(), processes: z.array(Id.extend({ name: z.string() })) });
type Content = z.infer<typeof Content>;

/** Time that a process has to end on its own. */
const GRACE_MS = 5000;

/** Time that the system has to end a killed one. */
const KILL_MS = 1000;

const POLL_MS = 50;

/** The processes of one local stack, and the command that works at it (its owner), as a file in the stack's folder. */
export class ProcessList {
  private constructor(private readonly file: string) {}

  static of(directory: string): ProcessList {
    return new ProcessList(join(directory, 'processes.json'));
  }

  /** Whether the command that works at the stack, or a process of the stack, is still there. */
  get isRunning(): boolean {
    const { owner, processes } = this.read();
    return [...(owner ? [owner] : []), ...processes].some(isRunning);
  }

  /** Whether the command that works at the stack has gone. */
  get isAbandoned(): boolean {
    const { owner } = this.read();
    return owner !== undefined && !isRunning(owner);
  }

  /** Makes this process the owner. */
  own(): void {
    this.write({ ...this.read(), owner: identify(process.pid) });
  }

  /** The number of the process with the name; `undefined` when there is none. */
  pidOf(name: string): number | undefined {
    return this.read().processes.find((listed) => listed.name === name)?.pid;
  }

  add(name: string, pid: number): void {
    const id = identify(pid);
    const { owner, processes } = this.read();
    if (id) this.write({ owner, processes: [...processes, { name, ...id }] });
  }

  remove(pid: number | undefined): void {
    const { owner, processes } = this.read();
    this.write({ owner, processes: processes.filter((listed) => listed.pid !== pid) });
  }

  /** Stops another process that works at the stack, then every process of the stack. */
  async stopAll(): Promise<void> {
    const { owner } = this.read();
    // it stops the others itself, so it needs longer than they do
    if (owner && owner.pid !== process.pid) await stop(owner, 2 * GRACE_MS);
    await Promise.all(this.read().processes.map((id) => stop(id, GRACE_MS)));
  }

  private read(): Content {
    return existsSync(this.file) ? Content.parse(JSON.parse(readFileSync(this.file, 'utf8'))) : { processes: [] };
  }

  private write(content: Content): void {
    writePrivateJson(this.file, content);
  }
}

/** Ends a process and its group, by force when it takes too long; leaves one alone that has its number by chance. */
async function stop(id: ProcessId, graceMs: number): Promise<void> {
  const reused = identify(id.pid) !== undefined && !isRunning(id);
  if (reused) return;
  signal(id.pid, 'SIGTERM');
  await whileRunning(id, graceMs);
  signal(id.pid, 'SIGKILL'); // also for what an ended process has left in its group
  await whileRunning(id, KILL_MS);
}

async function whileRunning(id: ProcessId, limitMs: number): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (isRunning(id) && Date.now() < deadline) await sleep(POLL_MS);
}

function signal(pid: number, name: NodeJS.Signals): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, name);
      return;
    } catch {
      // no group of this number, or nothing of it left
    }
  }
}
