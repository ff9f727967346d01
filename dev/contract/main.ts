import { existsSync } from 'node:fs';
import path from 'node:path';
import { startZoomSimulator } from '../zoom-simulator/simulator';
import { type Check, checkAnswers, checkRequests } from './checks';
import { DOCUMENT_FILE, readDocument } from './document';
import { exerciseClient, requestedScopes } from './exercise';
import { record } from './recorder';
import { SIMULATION } from './setting';
import { drawAnswers } from './simulator-answers';
import { checkWebhooks, drawWebhooks, readWebhookSchemas, WEBHOOKS_FILE } from './webhooks';

/** Runs both exercises against a simulator of their own and checks what was recorded. */
async function runChecks(folder: string): Promise<Check[]> {
  const document = readDocument(folder);
  const simulator = await startZoomSimulator(SIMULATION);
  try {
    const ours = await record((browser) => exerciseClient(simulator.url, browser));
    const drawn = await record((browser) => drawAnswers(simulator.url, browser));
    return [
      ...checkRequests(document, ours, requestedScopes()),
      ...checkAnswers(document, [...ours, ...drawn]),
      ...checkWebhooks(readWebhookSchemas(folder), await drawWebhooks()),
    ];
  } finally {
    await simulator.close();
  }
}

function report(checks: readonly Check[]): number {
  for (const { name, problems } of checks) {
    console.log(problems.length === 0 ? `ok    ${name}` : `FAIL  ${name}: ${problems.join('; ')}`);
  }
  const failed = checks.filter(({ problems }) => problems.length > 0).length;
  console.log(`${checks.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

const folder = process.env.ZOOM_OPENAPI_DIR;
const FILES = [DOCUMENT_FILE, WEBHOOKS_FILE];
if (folder === undefined || !FILES.every((file) => existsSync(path.join(folder, file)))) {
  console.error(`set ZOOM_OPENAPI_DIR to the folder that holds ${FILES.join(' and ')}`);
  process.exitCode = 1;
} else {
  process.exitCode = report(await runChecks(folder));
}
