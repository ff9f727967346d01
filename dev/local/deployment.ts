import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { callEmulator } from './emulator';
import { awsEnvironment, cleanEnvironment, ROOT_CREDENTIALS } from './environment';
import { writePrivateJson } from './files';
import { BINARIES, ROOT } from './paths';
import type { Processes } from './processes';

const ACCOUNT = '000000000000';

/** Made by `cdk bootstrap` under its usual qualifier. */
const ASSETS_BUCKET = `cdk-hnb659fds-assets-${ACCOUNT}-${ROOT_CREDENTIALS.region}`;

/** Outputs by name, by stack; there is one stack. */
const OutputsFile = z.record(z.string(), z.record(z.string(), z.string()));

/** Deploys the connector as an operator would, on an emulator. */
export class Deployment {
  private readonly assembly: string;

  constructor(
    private readonly processes: Processes,
    private readonly directory: string,
  ) {
    this.assembly = join(directory, 'cdk.out');
  }

  /** Makes the emulator's account ready for the CDK. */
  async bootstrap(endpointUrl: string): Promise<void> {
    await this.processes.run({
      ...this.cdk('bootstrap', [`aws://${ACCOUNT}/${ROOT_CREDENTIALS.region}`]),
      env: awsEnvironment(endpointUrl, this.directory),
    });
    // the policy refuses what does not come by TLS, and so everything here
    await callEmulator(endpointUrl, 's3', `/${ASSETS_BUCKET}?policy`, { method: 'DELETE' });
  }

  /** Builds the stack's template and functions; needs no emulator. */
  async synthesize(config: unknown): Promise<void> {
    const configFile = join(this.directory, 'config.json');
    writePrivateJson(configFile, config);
    await this.processes.run({
      ...this.cdk('synth', ['--quiet', '--output', this.assembly, '--context', `config=${configFile}`]),
      env: cleanEnvironment(),
      cwd: ROOT,
    });
  }

  /** @returns the stack's outputs by name. */
  async deploy(endpointUrl: string): Promise<Readonly<Record<string, string>>> {
    const outputsFile = join(this.directory, 'outputs.json');
    const options = ['--method', 'direct', '--require-approval', 'never', '--progress', 'events'];
    await this.processes.run({
      ...this.cdk('deploy', ['--all', '--app', this.assembly, '--outputs-file', outputsFile, ...options]),
      env: awsEnvironment(endpointUrl, this.directory),
    });
    const [outputs = {}] = Object.values(OutputsFile.parse(JSON.parse(readFileSync(outputsFile, 'utf8'))));
    return outputs;
  }

  private cdk(command: string, args: readonly string[]) {
    return { name: `cdk-${command}`, file: join(BINARIES, 'cdk'), args: [command, '--no-notices', ...args] };
  }
}
