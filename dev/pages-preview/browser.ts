import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';

/** The package's own file looks for its fonts in `/tmp`; a relative folder for the cache would be the caller's. */
const fontsConfig = (folder: string) => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">.</dir><cachedir>${folder}/cache</cachedir></fontconfig>
`;

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Starts the Chromium of `@sparticuz/chromium`, on a bare x64 Linux too: besides glibc (2.34 or later) and libgcc it
 * brings the libraries that it needs. The package's own `args` are left out, for they switch web security off, and with
 * it what pages rely on: origins, cookies, content security policy.
 */
export async function launchChromium(): Promise<Browser> {
  const home = await unpackedChromium();
  const launch = () =>
    chromium.launch({
      executablePath: join(home, 'chromium'),
      // root, as in a container, cannot use the sandbox
      args: ['--no-sandbox', '--font-render-hinting=none'],
      env: {
        ...definedEnv(),
        LD_LIBRARY_PATH: join(home, 'al2023', 'lib'),
        FONTCONFIG_PATH: join(home, 'fonts'),
      },
    });
  // once in some hundred starts this Chromium ends by a segmentation fault before it takes its first command
  return launch().catch(launch);
}

/** The folder that the browser lies in, unpacked once for each version. Of two at the same time one is kept. */
async function unpackedChromium(): Promise<string> {
  const manifest = await readFile(join(PROJECT, 'node_modules/@sparticuz/chromium/package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const cache = join(PROJECT, 'node_modules/.cache');
  const home = join(cache, `chromium-${version}`);
  if (existsSync(home)) return home;

  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(`${home}-`);
  // in a process of its own: the package unpacks to TMPDIR, brings its libraries along only where it believes to be in
  // a function, and points LD_LIBRARY_PATH at them for whatever else that process starts
  const unpack = "const { default: chromium } = await import('@sparticuz/chromium'); await chromium.executablePath();";
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', unpack], {
    cwd: PROJECT,
    env: { ...process.env, TMPDIR: fresh, AWS_LAMBDA_JS_RUNTIME: 'nodejs24.x' },
  });
  await writeFile(join(fresh, 'fonts/fonts.conf'), fontsConfig(join(home, 'fonts')));
  try {
    await rename(fresh, home);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!existsSync(home)) throw error;
  }
  return home;
}

function definedEnv(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
