import { renameSync, writeFileSync } from 'node:fs';

/** Writes a file that only this user may read, at once: a reader sees the old one or the new one, never half of it. */
export function writePrivateJson(file: string, value: unknown): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}
