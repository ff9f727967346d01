import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from './problem';
import { ProcessList } from './process-list';

const READY_WITHIN_MS = 60_000;
const POLL_MS = 50;
const LOG_LINES_SHOWN = 15;

export interface Command {
  /** Also the name of its log. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  /** All of its environment, and the only place for secrets beside the input: anybody may read a command line. */
  readonly env: NodeJS.ProcessEnv;
  /** @default the stack's own folder */
  readonly cwd?: string;
  /** What it reads from standard input. @default nothing */
  readonly input?: string;
  /** What is shown of its output when it fails. @default the last lines */
  readonly shownOnFailure?: 'everything';
}

/**
 * Runs the processes of a local stack, or of several that end together. Each leads a process group of its own, so that a Ctrl-C in the terminal does
 * not reach it and that it is stopped with all it started; each is written down, so that `local down`, or the next
 * start after a crash, can stop it.
 */
export class Processes {
  private readonly stacks: Processes[] = [];
  private stopped = false;

  /** @param directory - of the stack, for logs and the list of processes. */
  constructor(
    private readonly directory: string,
    private readonly list = ProcessList.of(directory),
  ) {}

  /** Those of one stack more, which has a folder of its own and is stopped with this one. */
  ofStackIn(directory: string): Processes {
    const processes = new Processes(directory, this.list);
    this.stacks.push(processes);
    return processes;
  }

  /**
   * Starts a process that stays when this one ends.
   *
   * @param ready - looks at what the process has printed so far; answers `undefined` until it is ready.
   * @returns what `ready` answered; never settles after {@link stopAll}.
   * @throws {@link Problem} when the process ends before it is ready, or is not ready in time.
   */
  async startInBackground<T>(command: Command, ready: (output: string) => Promise<T> | T): Promise<NonNullable<T>> {
    const child = this.start(command);
    child.unref();
    const deadline = Date.now() + READY_WITHIN_MS;
    for (;;) {
      const answer = await ready(this.outputOf(command));
      if (answer) return answer;
      if (child.exitCode !== null || child.signalCode !== null) return this.fail(command, 'ended at once');
      if (Date.now() > deadline) return this.fail(command, 'was not ready within a minute');
      await sleep(POLL_MS);
    }
  }

  /**
   * Runs a command to its end.
   *
   * @returns what it printed; never settles after {@link stopAll}.
   * @throws {@link Problem} with the end of its output when it fails.
   */
  async run(command: Command): Promise<string> {
    const child = this.start(command);
    const code = await new Promise((resolve) => child.once('exit', resolve));
    this.list.remove(child.pid);
    return code === 0 ? this.outputOf(command) : this.fail(command, 'failed');
  }

  /** Stops everything, and starts nothing any more. */
  async stopAll(): Promise<void> {
    for (const processes of [this, ...this.stacks]) processes.stopped = true;
    await this.list.stopAll();
  }

  private start({ name, file, args, env, cwd, input }: Command): ChildProcess {
    if (this.stopped) throw new Problem(`${name} was not started: the local stack is being stopped`);
    const log = openSync(this.logOf(name), 'w');
    const stdin = input === undefined ? 'ignore' : 'pipe';
    const child = spawn(file, args, { env, cwd: cwd ?? this.directory, detached: true, stdio: [stdin, log, log] });
    closeSync(log);
    child.on('error', () => undefined); // told by the missing pid
    if (child.pid === undefined) throw new Problem(`${name} could not be started: ${file} cannot be run`);
    this.list.add(name, child.pid);
    child.stdin?.on('error', () => undefined); // told by the exit code
    child.stdin?.end(input);
    return child;
  }

  private logOf(name: string): string {
    return join(this.directory, `${name}.log`);
  }

  private outputOf({ name }: Command): string {
    return readFileSync(this.logOf(name), 'utf8');
  }

  private fail(command: Command, what: string): Promise<never> {
    if (this.stopped) return new Promise(() => undefined);
    const lines = this.outputOf(command).trimEnd().split('\n');
    const shown = command.shownOnFailure === 'everything' ? lines : lines.slice(-LOG_LINES_SHOWN);
    throw new Problem(
      `${command.name} ${what}: all that it printed is in ${this.logOf(command.name)}`,
      shown.join('\n'),
    );
  }
}
