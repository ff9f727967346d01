import { CommanderError } from 'commander';
import { makeDirectory, removeDirectory } from '../local/state-directory';
import { runStackCommand } from '../local/run-command';
import { measureBackfill } from './backfill';
import { makeProgram } from './options';
import { problemsOf, resultOf } from './result';

const program = makeProgram((options) =>
  runStackCommand(makeDirectory, async (directory, processes) => {
    const { measured, serial } = await measureBackfill(directory, processes, options);
    await processes.stopAll();
    removeDirectory(directory);
    const problems = problemsOf(measured);
    for (const problem of problems) console.error(problem);
    if (problems.length > 0) process.exitCode = 1;
    console.log(JSON.stringify(resultOf(options, measured, serial)));
  }),
);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.code === 'commander.helpDisplayed' ? 0 : 2; // commander has said what is wrong
}
