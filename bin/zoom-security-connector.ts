import { App } from 'aws-cdk-lib';
import { loadConfig } from '../lib/config';
import { ConnectorStack } from '../lib/connector-stack';

const app = new App();
const config = loadConfig(app.node.tryGetContext('config') as string | undefined);
new ConnectorStack(app, 'Connector', {
  stackName: config.stackName,
  config,
  tags: { application: 'zoom-security-connector' },
});
