import { LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { createHash } from 'node:crypto';
import { recordedEvents } from '../../../dev/local/recorded-events';
import type { StackFile } from '../../../dev/local/stack-file';
import { clientSettings } from '../../e2e/support/stack';
import type { Synthesis } from '../../lib/support/synthesis';
import type { CallInput } from '../../support/needed-grants';

/** A call of AWS by a function of the stack, as the emulator recorded it. */
export interface RecordedCall {
  /** Path of the function's role. */
  readonly role: string;
  readonly name: string;
  /** Tables, state machines and the like named by their paths in the stack. */
  readonly input: CallInput;
}

/** Every call that a function of the stack has made since its emulator was started. */
export async function recordedCalls(
  stack: StackFile,
  synthesis: Synthesis,
  stackName: string,
): Promise<RecordedCall[]> {
  const functions = await deployedFunctions(stack, synthesis);
  const named = pathNames(synthesis, stackName, functions);
  const calls: RecordedCall[] = [];
  for (const { role, accessKeyId } of functions) {
    for await (const { EventName, CloudTrailEvent, Resources } of recordedEvents(stack.endpointUrl, { accessKeyId })) {
      const { requestParameters } = JSON.parse(CloudTrailEvent) as { requestParameters: object };
      // what is invoked stands in the request's path
      const invoked = EventName === 'Invoke' ? { FunctionName: Resources[0]?.ResourceName } : {};
      calls.push({
        role,
        name: EventName,
        input: named({ ...requestParameters, ...invoked }) as CallInput,
      });
    }
  }
  return calls;
}

interface DeployedFunction {
  readonly name: string;
  /** Path in the stack. */
  readonly path: string;
  readonly role: string;
  readonly accessKeyId: string;
}

/** Functions are recognised by their descriptions, for deployed names are cut. */
async function deployedFunctions(stack: StackFile, synthesis: Synthesis): Promise<DeployedFunction[]> {
  const client = new LambdaClient(clientSettings(stack));
  const templates = Object.entries(synthesis.ofType('AWS::Lambda::Function'));
  const deployed: DeployedFunction[] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client }, {})) {
    for (const { FunctionName: name = '', FunctionArn, Description, Role } of Functions) {
      const template = templates.find(([, { Properties }]) => Properties['Description'] === Description);
      if (template === undefined) continue;
      const [path, { Properties }] = template;
      // so the emulator makes the access key of a function's session
      const digest = createHash('sha256').update(`${FunctionArn}:${Role}`).digest('hex');
      const role = String(synthesis.resolve(Properties['Role'])).replace('.Arn', '');
      deployed.push({ name, path, role, accessKeyId: `ASIA${digest.slice(0, 16).toUpperCase()}` });
    }
  }
  return deployed;
}

/** Puts paths in the stack in place of deployed names, wherever they stand in a value: as a name, an ARN, an address, a key. */
function pathNames(
  synthesis: Synthesis,
  stackName: string,
  functions: readonly DeployedFunction[],
): (value: unknown) => unknown {
  const machines = Object.entries(synthesis.ofType('AWS::StepFunctions::StateMachine')).map(
    ([path, { Properties }]) => ({ path, name: String(Properties['StateMachineName']) }),
  );
  const others = ['AWS::DynamoDB::Table', 'AWS::SQS::Queue'].flatMap((type) =>
    Object.keys(synthesis.ofType(type)).map((path) => ({
      path,
      name: `${stackName}-${synthesis.logicalIdOf(type, path)}-`,
    })),
  );

  function pathOf(text: string): string {
    if (!text.includes(stackName)) return text;
    const [, kind, machineName] = /^arn:aws:states:.*:(stateMachine|execution):([^:]+)/.exec(text) ?? [];
    const machine = machines.find(({ name }) => name === machineName);
    if (machine !== undefined) return kind === 'execution' ? `states:execution:${machine.path}:*` : machine.path;
    const name = text.replace(/.*[/:]/, '');
    const known = functions.find((one) => one.name === name) ?? others.find((one) => name.startsWith(one.name));
    return known?.path ?? text;
  }

  return function named(value: unknown): unknown {
    if (typeof value === 'string') return pathOf(value);
    if (Array.isArray(value)) return value.map(named);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [pathOf(key), named(item)]));
  };
}
