import { join } from 'node:path';
import { CALLBACK_PATH, WEBHOOK_PATH } from '../../lambdas/contract/routes';
import { cleanEnvironment } from './environment';
import type { Https } from './https';
import { BINARIES, ROOT } from './paths';
import { choosePort } from './ports';
import type { Processes } from './processes';
import type { ZoomCredentials } from './zoom';

/** The port of the pages that is tried first: an address that stays the same is easier to find again. */
const USUAL_PORT = 8787;

/** Starts the proxy in front of the pages. @returns its address. */
export async function startProxy(
  processes: Processes,
  endpointUrl: string,
  wantedPort: number | undefined,
  https: Https | undefined,
): Promise<string> {
  const port = await choosePort('--port', wantedPort, USUAL_PORT);
  const env = { ENDPOINT_URL: endpointUrl, PORT: String(port), ...(https && certificateFiles(https)) };
  return startServer(processes, 'proxy', env);
}

/** Starts a Zoom that knows one app. @param pagesUrl - where the connector is reached. @returns its address. */
export function startZoomSimulator(
  processes: Processes,
  { clientId, clientSecret, webhookSecret = '' }: ZoomCredentials,
  pagesUrl: string,
  https: Https | undefined,
): Promise<string> {
  return startServer(processes, 'zoom-simulator', {
    ...(https && { NODE_EXTRA_CA_CERTS: https.certificateFile }),
    CLIENT_ID: clientId,
    CLIENT_SECRET: clientSecret,
    REDIRECT_URI: `${pagesUrl}${CALLBACK_PATH}`,
    WEBHOOK_URL: `${pagesUrl}${WEBHOOK_PATH}`,
    WEBHOOK_SECRET: webhookSecret,
  });
}

/** Starts what leads the functions to the simulator when they ask for Zoom's hosts. @param zoomUrl - of the simulator. */
export async function startEgress(processes: Processes, https: Https, zoomUrl: string): Promise<void> {
  const env = { PORT: new URL(https.egressUrl).port, ZOOM_URL: zoomUrl, ...certificateFiles(https) };
  await startServer(processes, 'egress', env);
}

const certificateFiles = ({ certificateFile, keyFile }: Https) => ({
  CERTIFICATE_FILE: certificateFile,
  KEY_FILE: keyFile,
});

/** Starts the file of the same name, which prints its address on a line of its own when it listens. */
function startServer(processes: Processes, name: string, env: NodeJS.ProcessEnv): Promise<string> {
  const server = {
    name,
    file: join(BINARIES, 'node'),
    args: ['--import', 'tsx', join(import.meta.dirname, `${name}.ts`)],
    cwd: ROOT,
    env: { ...cleanEnvironment(), ...env },
  };
  return processes.startInBackground(server, (output) => /^https?:\S+$/m.exec(output)?.[0]);
}
