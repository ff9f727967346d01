import { relative } from 'node:path';
import { Command } from 'commander';
import type { OperatorAnswers } from '../../lambdas/contract/operator';
import { parsePort, runSteps } from './command-line';
import { connector } from './connector';
import { journeySteps } from './journey';
import { ROOT } from './paths';
import type { Processes } from './processes';
import { runStackCommand } from './run-command';
import { stackFileIn, stackSteps } from './stack';
import { makeDirectory, removeDirectory } from './state-directory';

interface StartOptions {
  readonly once?: boolean;
  readonly port?: number;
  readonly emulatorPort?: number;
}

await new Command('start')
  .description('deploys the connector to an AWS emulator on this machine and shows it at work')
  .option('--once', 'end after the journey instead of staying up')
  .option('--port <n>', 'port of the pages; a free one if not given', parsePort)
  .option('--emulator-port <n>', 'port of the emulator; a free one if not given', parsePort)
  .action((options: StartOptions) =>
    runStackCommand(makeDirectory, (directory, processes) => start(directory, processes, options)),
  )
  .parseAsync();

async function start(directory: string, processes: Processes, options: StartOptions): Promise<void> {
  const context = await runSteps(stackSteps(directory, processes, options));
  await runSteps(journeySteps(directory, context));
  if (options.once) {
    await processes.stopAll();
    removeDirectory(directory);
    return;
  }
  const stackFile = stackFileIn(directory);
  const { url } = (await connector(stackFile, ['link'])) as OperatorAnswers['link'];
  console.log(`
Pages:  ${url}
        This link signs you in once. For another one:
        CONNECTOR_STACK_FILE=${relative(ROOT, stackFile)} npm run -s connector -- link --local
Zoom:   ${context.zoomUrl}
AWS:    ${context.stack.endpointUrl}
Stop:   Ctrl-C`);
  await new Promise(() => setInterval(() => undefined, 2 ** 30)); // until a signal
}
