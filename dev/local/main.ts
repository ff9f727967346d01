import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { parsePort, runSteps } from './command-line';
import { writePrivateJson } from './files';
import { LOCAL } from './paths';
import type { Processes } from './processes';
import { runCommand, runStackCommand } from './run-command';
import { stackSteps, type StackOptions } from './stack';
import { clearBackgroundDirectory, makeBackgroundDirectory } from './state-directory';

/** Where clients look for the stack that stays in the background. */
const STACK_FILE = join(LOCAL, 'stack.json');

const program = new Command('local').description('runs the connector on this machine, in the background');

program
  .command('up')
  .description('starts an AWS emulator, deploys the connector there and describes it in .local/stack.json')
  .option('--zoom <url>', 'another stand-in for Zoom; the environment has ZOOM_CLIENT_ID and ZOOM_CLIENT_SECRET')
  .option('--config <file>', "JSON file with settings that are merged over the local stack's own")
  .option('--emulator-port <n>', 'port of the emulator; a free one if not given', parsePort)
  .option('--port <n>', 'port of the pages; a free one if not given', parsePort)
  .action((options: StackOptions) =>
    runStackCommand(makeBackgroundDirectory, (directory, processes) => up(directory, processes, options)),
  );

program
  .command('down')
  .description('stops all that "up" has started')
  .action(() => runCommand(down));

await program.parseAsync();

async function up(directory: string, processes: Processes, options: StackOptions): Promise<void> {
  rmSync(STACK_FILE, { force: true }); // of a stack that ended with the machine
  const { stack, zoomUrl } = await runSteps(stackSteps(directory, processes, options));
  writePrivateJson(STACK_FILE, stack);
  console.log(`
Pages:  ${stack.consoleUrl}
Zoom:   ${zoomUrl}
AWS:    ${stack.endpointUrl}
Next:   npm run -s connector -- link --local
Stop:   npm run local -- down`);
}

async function down(): Promise<void> {
  rmSync(STACK_FILE, { force: true });
  console.log((await clearBackgroundDirectory()) ? 'Stopped.' : 'No local stack is running.');
}
