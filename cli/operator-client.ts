import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { OperatorAnswers, OperatorCommand, OperatorResult } from '../lambdas/contract/operator';
import { refusedByOperator, unreachable } from './failure';

/** Which connector a command is for. */
export interface Target {
  /** Name of the stack, found by the usual configuration of AWS. */
  readonly stack: string;
  /** The stack on this machine instead. */
  readonly local: boolean;
}

const LOCAL_STACK_FILE = '.local/stack.json';

const LocalStack = z.object({
  endpointUrl: z.string(),
  region: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  outputs: z.object({ OperatorFunctionName: z.string() }),
});

const Result = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), answer: z.unknown() }),
  z.object({ ok: z.literal(false), error: z.object({ code: z.string(), message: z.string(), remedy: z.string() }) }),
]);

/** What a command takes besides its name. */
export type CommandInput<Name extends keyof OperatorAnswers> = Omit<
  Extract<OperatorCommand, { command: Name }>,
  'command'
>;

/**
 * Has the operator function carry out a command.
 *
 * @throws Failure when it says no, or cannot be reached.
 */
export async function askOperator<Name extends keyof OperatorAnswers>(
  target: Target,
  command: Name,
  input: CommandInput<Name>,
): Promise<OperatorAnswers[Name]> {
  const { client, functionName } = target.local ? localOperator() : await deployedOperator(target.stack);
  const result = await invoke(client, functionName, { command, ...input });
  if (!result.ok) throw refusedByOperator(result.error);
  return result.answer as OperatorAnswers[Name];
}

async function invoke(client: LambdaClient, functionName: string, command: { readonly command: string }) {
  let payload: string;
  try {
    const answer = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(command) }),
    );
    if (answer.FunctionError !== undefined) {
      throw unreachable('the operator function failed', 'its log in CloudWatch says why');
    }
    payload = answer.Payload?.transformToString() ?? '';
  } catch (error) {
    throw asUnreachable(
      error,
      'the operator function cannot be invoked',
      'lambda:InvokeFunction on the operator function',
    );
  }
  return Result.parse(JSON.parse(payload)) as OperatorResult<unknown>;
}

async function deployedOperator(stack: string) {
  try {
    const { Stacks } = await new CloudFormationClient({}).send(new DescribeStacksCommand({ StackName: stack }));
    const output = Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'OperatorFunctionName');
    if (output?.OutputValue === undefined) {
      throw unreachable(`the stack ${stack} is no connector`, 'name the right one: --stack NAME');
    }
    return { client: new LambdaClient({}), functionName: output.OutputValue };
  } catch (error) {
    throw asUnreachable(error, `the stack ${stack} cannot be found`, 'cloudformation:DescribeStacks');
  }
}

function localOperator() {
  const file = process.env['CONNECTOR_STACK_FILE'] ?? LOCAL_STACK_FILE;
  let stack: z.output<typeof LocalStack>;
  try {
    stack = LocalStack.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw unreachable(`there is no local stack in ${file}`, 'start one: npm run local -- up');
  }
  const { endpointUrl, region, accessKeyId, secretAccessKey, outputs } = stack;
  const credentials = { accessKeyId, secretAccessKey };
  return {
    client: new LambdaClient({ endpoint: endpointUrl, region, credentials }),
    functionName: outputs.OperatorFunctionName,
  };
}

/** What AWS says, in a sentence, with the grant that is needed. A {@link Failure} stays what it is. */
function asUnreachable(error: unknown, what: string, grant: string) {
  const { name, message } = error as Error;
  if (name === 'Failure') return error;
  return unreachable(
    `${what}: ${message.split('\n')[0] ?? name}`,
    `check your AWS credentials and region (AWS_PROFILE, AWS_REGION), and that they allow ${grant}`,
  );
}
