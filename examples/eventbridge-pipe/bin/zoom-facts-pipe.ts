import { App } from 'aws-cdk-lib';
import { FactsPipeStack } from '../lib/facts-pipe-stack';

const app = new App();
new FactsPipeStack(app, 'ZoomFactsPipe', {
  factsStreamArn: needed('factsStreamArn', 'FactsStreamArn'),
  factsKeyArn: needed('factsKeyArn', 'FactsKeyArn'),
  startingPosition: context('startingPosition'),
});

function context(name: string): string | undefined {
  return app.node.tryGetContext(name) as string | undefined;
}

function needed(name: string, output: string): string {
  const value = context(name);
  if (value === undefined) throw new Error(`pass -c ${name}=…, the output ${output} of the connector's stack`);
  return value;
}
