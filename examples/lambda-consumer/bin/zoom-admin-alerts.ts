import { App } from 'aws-cdk-lib';
import { AdminAlertsStack } from '../lib/admin-alerts-stack';

const app = new App();
new AdminAlertsStack(app, 'ZoomAdminAlerts', {
  factsStreamArn: needed('factsStreamArn', 'FactsStreamArn'),
  factsKeyArn: needed('factsKeyArn', 'FactsKeyArn'),
  replayQueueArn: context('replayQueueArn'),
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
