import { Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { BACKFILL_WORKERS, OUTCOME } from '../../lambdas/contract/workflow';
import type { FunctionDefaults } from './connector-function';
import { FAULT_RETRY, invoke, Workflow } from './workflow';

export interface RunStateMachineProps {
  readonly defaults: FunctionDefaults;
  /** What its executions do. */
  readonly comment: string;
  /** The functions of the steps: say what is read, read, draw the conclusions. */
  readonly steps: { readonly plan: IFunction; readonly read: IFunction; readonly finish: IFunction };
}

/**
 * Plan, have the workers read side by side, finish. When Zoom's calls of the day are used up before everything is read,
 * the execution waits for the next day's and leaves the rest to another one: no history grows with the days. The state
 * carries names and windows alone: facts go to their table, page tokens to the progress of their shard. A shard that fails
 * for good does not stop the others; the last step finds it unread.
 */
export class RunStateMachine extends Workflow {
  constructor(scope: Construct, id: string, { defaults, comment, steps }: RunStateMachineProps) {
    // named, so that its executions may start the next without a circle in the template
    const name = `${Stack.of(scope).stackName}-${id}`;
    const self = sfn.StateMachine.fromStateMachineName(scope, `${id}Itself`, name);
    super(scope, id, {
      defaults,
      name,
      comment,
      definition: definition(scope, id, steps, self),
      functions: Object.values(steps),
    });
  }
}

function definition(
  scope: Construct,
  id: string,
  steps: RunStateMachineProps['steps'],
  self: sfn.IStateMachine,
): sfn.IChainable {
  const plan = invoke(scope, `${id}: plan the run`, {
    lambdaFunction: steps.plan,
    payload: sfn.TaskInput.fromObject({
      request: '{% $states.input %}',
      executionArn: '{% $states.context.Execution.Id %}',
    }),
    outputs: '{% $states.result.Payload %}',
  });

  const read = invoke(scope, `${id}: read the worker's shards`, {
    lambdaFunction: steps.read,
    payload: sfn.TaskInput.fromObject({ run: '{% $states.input.run %}', worker: '{% $states.input.worker %}' }),
    outputs: '{% $merge([$states.input, { "said": $states.result.Payload }]) %}',
  });
  const wait = sfn.Wait.jsonata(scope, `${id}: wait until Zoom's quota allows`, {
    time: sfn.WaitTime.timestamp('{% $states.input.said.at %}'),
  });
  const workerEnd = sfn.Pass.jsonata(scope, `${id}: the worker is at its end`, { outputs: {} });
  const dayEnd = sfn.Pass.jsonata(scope, `${id}: the worker goes on another day`, {
    outputs: { resumeAt: '{% $states.input.said.at %}' },
  });
  const shardsUnread = sfn.Pass.jsonata(scope, `${id}: its shards stay unread`, { outputs: {} });
  const saidAgain = sfn.Choice.jsonata(scope, `${id}: what did the worker say?`)
    .when(sfn.Condition.jsonata(`{% $states.input.said.outcome = '${OUTCOME.again}' %}`), read)
    .when(sfn.Condition.jsonata(`{% $states.input.said.outcome = '${OUTCOME.waitUntil}' %}`), wait.next(read))
    .when(sfn.Condition.jsonata(`{% $states.input.said.outcome = '${OUTCOME.nextDay}' %}`), dayEnd)
    .otherwise(workerEnd);
  read.addCatch(shardsUnread, { errors: [sfn.Errors.ALL] });
  read.next(saidAgain);

  const readAll = sfn.Map.jsonata(scope, `${id}: have the workers read`, {
    items: sfn.ProvideItems.jsonata('{% $states.input.workers %}'),
    itemSelector: { run: '{% $states.input.run %}', worker: '{% $states.context.Map.Item.Value %}' },
    maxConcurrency: BACKFILL_WORKERS,
    outputs: '{% { "run": $states.input.run, "resumeAt": $sort($states.result.resumeAt)[0] } %}',
  }).itemProcessor(read);

  const finish = invoke(scope, `${id}: finish the run`, {
    lambdaFunction: steps.finish,
    payload: sfn.TaskInput.fromText('{% $states.input.run %}'),
    outputs: '{% $states.result.Payload %}',
  });

  const waitForDay = sfn.Wait.jsonata(scope, `${id}: wait for another day's quota`, {
    time: sfn.WaitTime.timestamp('{% $states.input.resumeAt %}'),
  });
  const request = '$states.context.Execution.Input';
  const nextPart = `($exists(${request}.part) ? ${request}.part : 1) + 1`;
  const goOn = StepFunctionsStartExecution.jsonata(scope, `${id}: go on in another execution`, {
    stateMachine: self,
    name: `{% ${request}.connectionId & '_' & ${request}.runId & '_' & $string(${nextPart}) %}`,
    input: sfn.TaskInput.fromText(`{% $merge([${request}, { "part": ${nextPart} }]) %}`),
    outputs: {},
  }).addRetry(FAULT_RETRY);
  const isAllRead = sfn.Choice.jsonata(scope, `${id}: is there a part for another day?`)
    .when(sfn.Condition.jsonata('{% $exists($states.input.resumeAt) %}'), waitForDay.next(goOn))
    .otherwise(finish);

  return plan.next(readAll).next(isAllRead);
}
