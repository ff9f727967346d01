import { linkSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** No set-up takes longer, so an older lock is stale even if another process has its owner's number by now. */
const LONGEST_SETUP_MS = 30 * 60_000;

/** Removing a stale lock takes a moment; a guard older than this was left behind. */
const LONGEST_REMOVAL_MS = 10_000;

/**
 * Runs `work` while no other process holds the lock; a lock whose owner has died does not count.
 *
 * @template T
 * @param {string} file - the lock; its folder exists.
 * @param {(owner: number) => void} onWait - told once when another process holds the lock.
 * @param {() => Promise<T>} work
 * @returns {Promise<T>} what `work` answers.
 */
export async function withLock(file, onWait, work) {
  let told = false;
  while (!take(file)) {
    const owner = ownerOf(file);
    if (owner === undefined) {
      removeStale(file);
    } else if (!told) {
      onWait(owner);
      told = true;
    }
    await sleep(200);
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release); // a signal ends the process in the middle of `work`
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

/** Makes the lock in one step with its content, so that nobody reads a lock without an owner. */
function take(file) {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** The process that holds the lock; `undefined` when there is none any more. */
function ownerOf(file) {
  try {
    const owner = Number(readFileSync(file, 'utf8'));
    const fresh = Date.now() - statSync(file).mtimeMs < LONGEST_SETUP_MS;
    return fresh && isAlive(owner) ? owner : undefined;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Removes the lock of a dead owner, one process at a time: a second one would remove the first one's new lock. */
function removeStale(file) {
  const guard = `${file}.removal`;
  try {
    mkdirSync(guard);
  } catch {
    if (Date.now() - (statSync(guard, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > LONGEST_REMOVAL_MS) {
      rmdirSync(guard);
    }
    return;
  }
  try {
    if (ownerOf(file) === undefined) rmSync(file, { force: true });
  } finally {
    rmdirSync(guard);
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
