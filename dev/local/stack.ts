import { join } from 'node:path';
import type { ListrTask } from 'listr2';
import { together } from './command-line';
import { localConfig } from './config';
import { connector } from './connector';
import { Deployment } from './deployment';
import { startEmulator } from './emulator';
import { ROOT_CREDENTIALS } from './environment';
import { writePrivateJson } from './files';
import { type Https, environmentOf, prepareHttps } from './https';
import type { Processes } from './processes';
import { startEgress, startProxy, startZoomSimulator } from './servers';
import { StackFile } from './stack-file';
import { makeCredentials, readCredentials } from './zoom';

export interface StackOptions {
  /** Port of the pages. @default a free one */
  readonly port?: number;
  /** @default a free one */
  readonly emulatorPort?: number;
  /** Whether the emulator keeps who called what, as CloudTrail does. @default no, since it takes time and memory */
  readonly recordsCalls?: boolean;
  /** Another stand-in for Zoom, whose credentials are in the environment. @default a simulator is started */
  readonly zoom?: string;
  /** JSON file with settings that are merged over the local stack's. */
  readonly config?: string;
  /** Whether the pages are reached by https, and Zoom at the hosts that `config` names. @default no, by plain http */
  readonly https?: boolean;
}

/** What the steps of bringing up a stack find out. */
export interface StackContext {
  endpointUrl: string;
  /** Where the pages are reached. */
  pagesUrl: string;
  zoomUrl: string;
  /** There with the option of that name. */
  https?: Https;
  stack: StackFile;
}

type Step = ListrTask<StackContext>;

/** Where the description of the stack in `directory` lies. */
export const stackFileIn = (directory: string): string => join(directory, 'stack.json');

/**
 * The steps from nothing to a deployed connector that knows its Zoom app.
 *
 * @param directory - the stack's own, empty.
 * @throws {@link Problem} when the credentials for `options.zoom` are missing.
 */
export function stackSteps(directory: string, processes: Processes, options: StackOptions): Step[] {
  const { zoom } = options;
  const credentials = zoom === undefined ? makeCredentials() : readCredentials(process.env);
  const deployment = new Deployment(processes, directory);

  const startEmulatorStep: Step = {
    title: 'Start the AWS emulator',
    task: async (context) => {
      if (options.https) context.https = await prepareHttps(directory);
      const environment = context.https && environmentOf(context.https);
      context.endpointUrl = await startEmulator(processes, directory, { ...options, environment });
    },
  };
  const startServers: Step = {
    title: zoom === undefined ? 'Start the proxy and the Zoom simulator' : 'Start the proxy',
    task: async (context) => {
      const { endpointUrl, https } = context;
      context.pagesUrl = await startProxy(processes, endpointUrl, options.port, https);
      context.zoomUrl = zoom ?? (await startZoomSimulator(processes, credentials, context.pagesUrl, https));
      if (https) await startEgress(processes, https, context.zoomUrl);
    },
  };
  const synthesize: Step = {
    title: 'cdk synth',
    task: ({ pagesUrl, zoomUrl }) => deployment.synthesize(localConfig(pagesUrl, zoomUrl, options.config)),
  };
  const bootstrap: Step = {
    title: 'cdk bootstrap',
    task: ({ endpointUrl }) => deployment.bootstrap(endpointUrl),
  };
  const deploy: Step = {
    title: 'cdk deploy',
    task: async (context) => {
      const outputs = await deployment.deploy(context.endpointUrl);
      context.stack = describeStack(context.endpointUrl, outputs);
      writePrivateJson(stackFileIn(directory), context.stack);
    },
  };
  const setCredentials: Step = {
    title: "Store the Zoom app's credentials",
    task: () => connector(stackFileIn(directory), ['app', 'set-credentials'], JSON.stringify(credentials)),
  };

  return [
    startEmulatorStep,
    startServers,
    together('Prepare the deployment', [bootstrap, synthesize]),
    deploy,
    setCredentials,
  ];
}

function describeStack(endpointUrl: string, outputs: StackFile['outputs']): StackFile {
  return StackFile.parse({
    endpointUrl,
    ...ROOT_CREDENTIALS,
    consoleUrl: outputs.ConsoleUrl,
    callbackUrl: outputs.CallbackUrl,
    webhookUrl: outputs.WebhookUrl,
    outputs,
  });
}
