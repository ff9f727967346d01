import { CloudFormationClient, DeleteStackCommand, waitUntilStackDeleteComplete } from '@aws-sdk/client-cloudformation';
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { awsEnvironment } from '../../../dev/local/environment';
import { BINARIES, ROOT } from '../../../dev/local/paths';
import { clientSettings, output, stack } from './stack';

const settings = clientSettings(stack);
const cloudFormation = new CloudFormationClient(settings);
const sqs = new SQSClient(settings);
// the emulator takes it for a proxy's word that the call came by TLS, as the policies of the queues ask for
sqs.middlewareStack.add(
  (next) => (call) => {
    (call.request as { headers: Record<string, string> }).headers['x-forwarded-proto'] = 'https';
    return next(call);
  },
  { step: 'build' },
);

/** Of an item that is no fact, and that a test puts among the facts for a consumer that cannot take it. */
export const BROKEN_SORT_KEY = 'broken';

/** Whether nothing is in a queue, nor in the hands of a consumer. */
export async function isEmpty(QueueUrl: string): Promise<boolean> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }));
  return names.every((name) => Attributes?.[name] === '0');
}

/** An app of the folder `examples`, deployed beside the connector as its README says. */
export class DeployedExample {
  /** All that was in each queue, by its output's name, as received. */
  private readonly received = new Map<string, string[]>();

  private constructor(
    private readonly stackName: string,
    private readonly outputs: Readonly<Record<string, string>>,
  ) {}

  /** @param context - besides the stream and its key. */
  static async deploy(folder: string, context: Readonly<Record<string, string>> = {}): Promise<DeployedExample> {
    const directory = mkdtempSync(join(tmpdir(), 'connector-example-'));
    const outputsFile = join(directory, 'outputs.json');
    const all = { factsStreamArn: output('FactsStreamArn'), factsKeyArn: output('FactsKeyArn'), ...context };
    const args = [
      ...['deploy', '--no-notices', '--method', 'direct', '--require-approval', 'never'],
      ...['--output', join(directory, 'cdk.out'), '--outputs-file', outputsFile],
      ...Object.entries(all).flatMap(([name, value]) => ['--context', `${name}=${value}`]),
    ];
    try {
      await promisify(execFile)(join(BINARIES, 'cdk'), args, {
        cwd: join(ROOT, 'examples', folder),
        env: awsEnvironment(stack.endpointUrl, directory),
      });
      const deployed = JSON.parse(readFileSync(outputsFile, 'utf8')) as Record<string, Record<string, string>>;
      const [[stackName = '', outputs = {}] = []] = Object.entries(deployed);
      const example = new DeployedExample(stackName, outputs);
      await example.allowPlainHttp();
      return example;
    } finally {
      rmSync(directory, { recursive: true });
    }
  }

  output(name: string): string {
    const value = this.outputs[name];
    if (value === undefined) throw new Error(`the example has no output ${name}`);
    return value;
  }

  /** All messages that have come to the queue of an output since it was deployed. */
  async messages<Body>(queue: string): Promise<Body[]> {
    const QueueUrl = this.output(queue);
    const received = this.received.get(queue) ?? [];
    this.received.set(queue, received);
    for (;;) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      if (Messages.length === 0) return received.map((body) => JSON.parse(body) as Body);
      received.push(...Messages.map(({ Body = '' }) => Body));
      const Entries = Messages.map(({ MessageId: Id, ReceiptHandle }) => ({ Id, ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  }

  async delete(): Promise<void> {
    await cloudFormation.send(new DeleteStackCommand({ StackName: this.stackName }));
    await waitUntilStackDeleteComplete(
      { client: cloudFormation, maxWaitTime: 60, minDelay: 1 },
      { StackName: this.stackName },
    );
  }

  /** The policies of the queues refuse what does not come by TLS, and so what the example's functions send here. */
  private async allowPlainHttp(): Promise<void> {
    for (const [name, QueueUrl] of Object.entries(this.outputs)) {
      if (!name.endsWith('QueueUrl')) continue;
      const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Policy'] });
      const policy = JSON.parse((await sqs.send(asked)).Attributes?.['Policy'] ?? '') as {
        Statement: { Effect: string }[];
      };
      const Policy = JSON.stringify({
        ...policy,
        Statement: policy.Statement.filter(({ Effect }) => Effect !== 'Deny'),
      });
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    }
  }
}
