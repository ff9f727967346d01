import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands.mjs';
import { machineProblem, Problem } from './problem.mjs';

/** Node 24, which an install script brings. */
const NODE = 'node_modules/.bin/node';

/**
 * Whether `node_modules` holds what `package-lock.json` says. Compares with the list that npm leaves behind after a
 * complete installation, so one that was broken off, or made by hand, is seen for what it is.
 */
export function packagesAreInstalled(root) {
  if (!existsSync(join(root, NODE))) return false;
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const installed = packagesListed(join(root, 'node_modules/.package-lock.json'));
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true;
    return installed[path] ? installed[path].version === version : optional;
  });
}

/**
 * Installs what `package-lock.json` says. Not by `npm ci`: that refuses a lock that lacks a package only because it is
 * for other systems and the registry did not have it when the lock was made.
 *
 * @throws {Problem} when npm fails; its own output is shown before.
 */
export async function installPackages(root) {
  await checkRegistry();
  // whatever NODE_ENV and npm's settings say: the tools are development packages, and binaries are optional ones
  const included = ['--include=dev', '--include=optional'];
  const { ok, output } = await run('npm', ['install', '--no-save', '--no-audit', '--no-fund', ...included], {
    cwd: root,
  });
  if (!ok) throw failure(output);
  if (!existsSync(join(root, NODE))) {
    throw new Problem(
      'npm installed the packages but not Node 24, as it may not run install scripts: run "npm config set ignore-scripts false", then try again',
    );
  }
}

/** Fails at once where npm itself would try again for many minutes. A registry that only knows no ping is fine. */
async function checkRegistry() {
  const { ok, output } = await run('npm', ['ping', '--fetch-retries=0', '--fetch-timeout=20000']);
  if (!ok && /code E[A-Z]/.test(output)) throw failure(output);
}

function failure(output) {
  process.stderr.write(output);
  return new Problem(`npm could not install the packages: ${machineProblem(output) ?? 'see its message above'}`);
}

/** @returns {Record<string, { version?: string, optional?: boolean }>} by path below the project; `{}` without a file. */
function packagesOf(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')).packages : {};
}

/** As {@link packagesOf}; `{}` also while npm is writing the list. */
function packagesListed(listFile) {
  try {
    return packagesOf(listFile);
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
