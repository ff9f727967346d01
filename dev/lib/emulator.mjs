import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands.mjs';
import { machineProblem, Problem } from './problem.mjs';

const PYTHONS = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];

/** Prints the version, if modules are there that Debian and Ubuntu leave out. */
const PROBE = 'import sys; print("Python %d.%d" % sys.version_info[:2]); import ensurepip, venv; print("complete")';

/** In the emulator's Python environment: hash of the requirements that it was made from. */
const STAMP = 'requirements.sha256';

const environment = (root) => join(root, '.local/venv');
const requirements = (root) => join(root, 'dev/requirements.txt');

/** Whether the emulator is there in the version that `dev/requirements.txt` says. */
export function emulatorIsInstalled(root) {
  return (
    existsSync(join(environment(root), 'bin/python')) &&
    existsSync(join(environment(root), STAMP)) &&
    readFileSync(join(environment(root), STAMP), 'utf8') === hashOfRequirements(root)
  );
}

/**
 * Finds a Python that can carry the emulator.
 *
 * @returns {Promise<string>} its command.
 * @throws {Problem} when none is there, none is new enough, or none can make environments.
 */
export async function findPython() {
  let problem = 'Python 3.10 or newer is not installed: install it (https://www.python.org/downloads/), then try again';
  for (const python of PYTHONS) {
    const { ok, output } = await run(python, ['-I', '-c', PROBE]);
    const version = /Python 3\.(\d+)/.exec(output);
    if (!version) continue;
    if (Number(version[1]) < 10) {
      problem = `Python 3.10 or newer is needed and ${python} is ${version[0]}: install a newer one (https://www.python.org/downloads/), then try again`;
    } else if (ok) {
      return python;
    } else {
      problem = withoutVenv(python);
    }
  }
  throw new Problem(problem);
}

/** @throws {Problem} when Python or pip fails; its own output is shown before. */
export async function installEmulator(root, python) {
  // made where nothing meddles that a killed set-up may have left running
  const drafts = join(root, '.local/drafts');
  mkdirSync(drafts, { recursive: true });
  const draft = mkdtempSync(join(drafts, 'venv-'));
  await runOrExplain(python, ['-I', '-m', 'venv', draft], (output) =>
    machineProblem(output) ? `the emulator could not be installed: ${machineProblem(output)}` : withoutVenv(python),
  );
  await runOrExplain(
    join(draft, 'bin/python'),
    ['-I', '-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check', '-r', requirements(root)],
    (output) => `pip could not install the emulator: ${machineProblem(output) ?? 'see its message above'}`,
  );
  writeFileSync(join(draft, STAMP), hashOfRequirements(root));
  rmSync(environment(root), { recursive: true, force: true });
  renameSync(draft, environment(root));
  try {
    rmSync(drafts, { recursive: true });
  } catch {
    // still written to by what a killed set-up has left; the next installation removes it
  }
}

async function runOrExplain(command, args, explain) {
  const { ok, output } = await run(command, args, { env: { ...process.env, PIP_USER: '0' } });
  if (ok) return;
  process.stderr.write(`${output.trimEnd()}\n`);
  throw new Problem(explain(output));
}

function withoutVenv(python) {
  return `${python} cannot make virtual environments: install its venv module (Debian, Ubuntu: "sudo apt install python3-venv"), then try again`;
}

function hashOfRequirements(root) {
  return createHash('sha256')
    .update(readFileSync(requirements(root)))
    .digest('hex');
}
