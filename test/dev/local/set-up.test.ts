import { execFile } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ROOT } from '../../../dev/local/paths';

/** Does what npm does as far as it matters here: leaves packages and a list of them. */
const NPM = `if [ "$1" = install ]; then
  mkdir -p node_modules/.bin
  printf '#!/bin/sh\\necho ran "$@"\\n' > node_modules/.bin/node
  chmod +x node_modules/.bin/node
  cp package-lock.json node_modules/.package-lock.json
  echo installed >> npm.log
fi`;

/** Makes environments whose pip does nothing. */
const PYTHON = `case "$*" in
  *ensurepip*) echo "Python 3.12"; echo complete ;;
  *"-m venv"*) for target; do :; done
    mkdir -p "$target/bin"
    echo '#!/bin/sh' > "$target/bin/python"
    chmod +x "$target/bin/python" ;;
esac`;

let project: string;
let commands: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'project-'));
  for (const file of ['dev/run.mjs', 'dev/lib', 'dev/requirements.txt']) {
    cpSync(join(ROOT, file), join(project, file), { recursive: true });
  }
  lock('1.0.0');
  commands = join(project, 'commands');
  mkdirSync(commands);
  for (const name of ['mkdir', 'cp', 'chmod']) symlinkSync(join('/bin', name), join(commands, name));
  command('npm', NPM);
});

function lock(version: string): void {
  const packages = { '': {}, 'node_modules/a': { version }, 'node_modules/for-another-system': { optional: true } };
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify({ packages }));
}

/** Puts a shell script on the path. */
function command(name: string, script: string): void {
  writeFileSync(join(commands, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(commands, name), 0o755);
}

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

function setUp(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['dev/run.mjs', ...args, 'program.ts', 'argument'],
      { cwd: project, env: { PATH: commands } },
      (error, stdout, stderr) => resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

const timesInstalled = (): number =>
  existsSync(join(project, 'npm.log')) ? readFileSync(join(project, 'npm.log'), 'utf8').trim().split('\n').length : 0;

describe('the set-up', () => {
  it('installs what is missing, once, and leaves standard output to the program', async () => {
    command('python3', PYTHON);
    const first = await setUp('--emulator');
    expect(first).toMatchObject({ exitCode: 0, stdout: 'ran --import tsx program.ts argument\n' });
    expect(await setUp('--emulator')).toEqual({ ...first, stderr: '' });
    expect(timesInstalled()).toBe(1);
  });

  it('installs again when the lock has changed', async () => {
    await setUp();
    lock('2.0.0');
    await setUp();
    expect(timesInstalled()).toBe(2);
  });

  it('installs once when two set-ups begin at the same time', async () => {
    const ended = await Promise.all([setUp(), setUp()]);
    expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(timesInstalled()).toBe(1);
  });

  it('goes on where a set-up has died', async () => {
    mkdirSync(join(project, '.local'));
    writeFileSync(join(project, '.local/setup.lock'), '999999999');
    expect(await setUp()).toMatchObject({ exitCode: 0 });
  });

  it('needs no Python for what needs no emulator', async () => {
    expect(await setUp()).toMatchObject({ exitCode: 0 });
  });

  it.each([
    ['there is no Python', {}, 'Python 3.10 or newer is not installed'],
    ['Python is too old', { python3: 'echo "Python 3.9"' }, 'python3 is Python 3.9'],
    ['Python lacks venv', { python3: 'echo "Python 3.12"; exit 1' }, 'sudo apt install python3-venv'],
    [
      'venv fails',
      { python3: 'case "$*" in *ensurepip*) echo "Python 3.12";; *) exit 1;; esac' },
      'sudo apt install python3-venv',
    ],
    [
      'no registry is reached',
      { npm: 'echo "npm error code ENOTFOUND" >&2; exit 1', python3: PYTHON },
      'the package registry cannot be reached',
    ],
    [
      'the disk fills up',
      { npm: '[ "$1" = ping ] || { echo "npm error code ENOSPC" >&2; exit 1; }', python3: PYTHON },
      'the disk is full',
    ],
    ['install scripts are off', { npm: 'mkdir -p node_modules', python3: PYTHON }, 'ignore-scripts false'],
  ])('fails with one sentence when %s', async (_, commandsThere, sentence) => {
    for (const [name, script] of Object.entries(commandsThere)) command(name, script);
    const { exitCode, stdout, stderr } = await setUp('--emulator');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    const last = stderr.trimEnd().split('\n').at(-1);
    expect(last).toContain(sentence);
    expect(last).toMatch(/then try again$/);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });
});
