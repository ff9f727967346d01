import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { identify } from '../../../dev/local/process-id';
import { ProcessList } from '../../../dev/local/process-list';

const STUBBORN = "process.on('SIGTERM', () => {}); console.log('ready'); setInterval(() => {}, 1000)";
const WITH_CHILD = `
  const { pid } = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(STUBBORN)}]);
  console.log(pid);
  setInterval(() => {}, 1000)`;

let directory: string;
let list: ProcessList;
let started: number[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'processes-'));
  list = ProcessList.of(directory);
  started = [];
});

afterEach(() => {
  for (const pid of started) {
    if (identify(pid)) process.kill(pid, 'SIGKILL');
  }
});

/** Runs JavaScript as the leader of a process group. @returns its number and the first thing that it prints. */
async function start(script: string): Promise<{ pid: number; printed: string }> {
  const child = spawn(process.execPath, ['-e', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  const pid = child.pid ?? NaN;
  started.push(pid);
  return { pid, printed: chunk.toString().trim() };
}

describe("the list of a stack's processes", () => {
  it('stops a process that ignores SIGTERM', async () => {
    const { pid } = await start(STUBBORN);
    list.add('stubborn', pid);
    expect(list.isRunning).toBe(true);
    await list.stopAll();
    expect(list.isRunning).toBe(false);
  }, 10_000);

  it('stops what a process has left behind in its group', async () => {
    const { pid, printed } = await start(WITH_CHILD);
    const child = Number(printed);
    list.add('parent', pid);
    process.kill(pid, 'SIGKILL');
    expect(identify(child)).toBeDefined();
    await list.stopAll();
    // the system ends it in its own time; a test that waits for ever fails
    while (identify(child) !== undefined) await sleep(10);
  });

  it('leaves a process alone that has got the number of one of its own', async () => {
    const { pid } = await start(STUBBORN);
    list.add('ours', pid);
    const file = join(directory, 'processes.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"startedAt": "[^"]*"/, '"startedAt": "long ago"'));
    await list.stopAll();
    expect(identify(pid)).toBeDefined();
  });

  it('knows a command that crashed from one that is at work', () => {
    expect(list.isAbandoned).toBe(false);
    list.own();
    expect(list.isAbandoned).toBe(false);
    const owner = { pid: process.pid, startedAt: 'long ago' };
    writeFileSync(join(directory, 'processes.json'), JSON.stringify({ owner, processes: [] }));
    expect(list.isAbandoned).toBe(true);
  });
});
