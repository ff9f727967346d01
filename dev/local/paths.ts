import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Everything that the local stack installs and writes. */
export const LOCAL = join(ROOT, '.local');

/** npm's commands, Node 24 among them. */
export const BINARIES = join(ROOT, 'node_modules/.bin');
