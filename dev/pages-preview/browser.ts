import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from 'playwright-core';

/** Where the browser is unpacked to: of this installation, not of the machine's `/tmp`, where another version may lie. */
const UNPACKED = fileURLToPath(new URL('../../node_modules/.cache/sparticuz-chromium', import.meta.url));

/**
 * Starts the Chromium of `@sparticuz/chromium`, on a bare Linux (glibc ≥ 2.34) too: the libraries that it needs are in
 * the package, for Amazon Linux 2023. Its own `args` are left out, for they switch web security off, and with it what
 * pages rely on: content security policy, cookies, origins.
 */
export async function launchChromium(): Promise<Browser> {
  // read when the package is imported and when it unpacks: without it, the libraries stay packed
  process.env['AWS_LAMBDA_JS_RUNTIME'] ??= 'nodejs24.x';
  const tmpdir = process.env['TMPDIR'];
  mkdirSync(UNPACKED, { recursive: true });
  process.env['TMPDIR'] = UNPACKED;
  try {
    const { default: packed } = await import('@sparticuz/chromium');
    const executablePath = await packed.executablePath();
    // root, as in a container, cannot use the sandbox
    return await chromium.launch({ executablePath, args: ['--no-sandbox', '--font-render-hinting=none'] });
  } finally {
    if (tmpdir === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = tmpdir;
  }
}
