import { globSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanEnvironment, ROOT_CREDENTIALS } from './environment';
import { LOCAL } from './paths';
import { choosePort } from './ports';
import type { Processes } from './processes';

/**
 * In a stack's folder, the way to the emulator's data. The data lie outside of the project: the functions run there, and
 * must find neither the project's package.json nor its node_modules, as on AWS.
 */
const DATA_LINK = 'emulator-data';

/** Starts the module, with collections of all of its garbage put off: one stops it for half a second once tables are large. */
const START = `
import gc, runpy
gc.set_threshold(700, 10, 100_000)
runpy.run_module("ministack", run_name="__main__", alter_sys=True)
`;

/**
 * Starts an AWS emulator of its own for one local stack.
 *
 * @param options - the port, a free one when `undefined`; whether it keeps who called what; and what its functions have
 *   in their environment besides.
 * @returns its endpoint.
 * @see https://github.com/ministackorg/ministack for the settings
 */
export async function startEmulator(
  processes: Processes,
  directory: string,
  {
    emulatorPort: wantedPort,
    recordsCalls = false,
    environment = {},
  }: { readonly emulatorPort?: number; readonly recordsCalls?: boolean; readonly environment?: NodeJS.ProcessEnv },
): Promise<string> {
  const port = await choosePort('--emulator-port', wantedPort);
  const endpointUrl = `http://localhost:${port}`;
  const data = mkdtempSync(join(tmpdir(), 'zoom-connector-'));
  symlinkSync(data, join(directory, DATA_LINK));
  const emulator = {
    name: 'emulator',
    file: join(LOCAL, 'venv/bin/python'),
    args: ['-I', '-c', START],
    env: {
      ...cleanEnvironment(),
      ...environment,
      AUTH: 'true',
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      // the functions run in this environment: as on Lambda, their clock is in UTC
      TZ: 'UTC',
      TMPDIR: data,
      S3_DATA_DIR: join(data, 's3'),
      STATE_DIR: join(data, 'state'),
      ...(recordsCalls && { CLOUDTRAIL_RECORDING: '1', CLOUDTRAIL_MAX_EVENTS: '1000000' }),
      // servers on fixed ports, which two stacks would fight for
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
    },
  };
  return processes.startInBackground(emulator, async () => ((await isHealthy(endpointUrl)) ? endpointUrl : undefined));
}

/** Removes what the emulators of the stacks in `directory` have written. */
export function removeEmulatorData(directory: string): void {
  for (const link of globSync([DATA_LINK, `*/${DATA_LINK}`], { cwd: directory })) {
    rmSync(realpathSync(join(directory, link)), { recursive: true, force: true, maxRetries: 5 });
  }
}

async function isHealthy(endpointUrl: string): Promise<boolean> {
  try {
    return (await fetch(`${endpointUrl}/_ministack/health`)).ok;
  } catch {
    return false;
  }
}

/**
 * Calls a REST interface of the emulator as root. The emulator reads from the header which service is meant and who
 * calls, and checks no signature.
 *
 * @throws Error when the answer is an error.
 */
export async function callEmulator(
  endpointUrl: string,
  service: string,
  path: string,
  init?: RequestInit,
): Promise<Response> {
  const { accessKeyId, region } = ROOT_CREDENTIALS;
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=none`;
  const response = await fetch(`${endpointUrl}${path}`, { ...init, headers: { ...init?.headers, authorization } });
  if (!response.ok) throw new Error(`${service} answered ${response.status} to ${path}: ${await response.text()}`);
  return response;
}
