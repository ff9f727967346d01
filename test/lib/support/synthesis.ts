import { App, CfnElement, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import cdkJson from '../../../cdk.json';
import { parseConfig } from '../../../lib/config';
import { ConnectorStack } from '../../../lib/connector-stack';

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** Every setting at another value than its default, and so every resource that there can be. */
export const ALL_OPTIONS = {
  stackName: 'AllOptions',
  publicUrl: 'https://connector.example.com',
  zoom: { oauthUrl: 'https://zoom.example.com', apiUrl: 'https://api.zoom.example.com' },
  backfill: { days: 14 },
  sync: { everyMinutes: 5, overlapMinutes: 30, sweepDays: 2 },
  quota: { perSecondShare: 0.25, perDayShare: 0.75 },
  retentionDays: 30,
  logRetentionDays: 7,
  removal: 'destroy',
  sampleConsumer: true,
};

/** The app that `bin` makes, with the flags of `cdk.json`; no function is bundled, which would take most of the time. */
export function makeApp(): { app: App; discard: () => void } {
  const outdir = mkdtempSync(join(tmpdir(), 'connector-synth-'));
  const context = { ...cdkJson.context, 'aws:cdk:bundling-stacks': [] };
  const app = new App({ outdir, context, analyticsReporting: false });
  return { app, discard: () => rmSync(outdir, { recursive: true }) };
}

/** The stack with these settings, defaults for the rest. */
export function makeStack(app: App, settings: object = {}, id = 'Connector'): ConnectorStack {
  return new ConnectorStack(app, id, { config: parseConfig(settings, 'the test') });
}

/** What the stack with these settings deploys. */
export function synthesise(settings: object = {}): Synthesis {
  const { app, discard } = makeApp();
  try {
    const stack = makeStack(app, settings);
    return new Synthesis(stack, Template.fromStack(stack).toJSON());
  } finally {
    discard();
  }
}

/** A template, its resources named by their place in the stack (`Runs/Read`) instead of by logical id. */
export class Synthesis {
  private readonly resources: Readonly<Record<string, Resource>>;
  private readonly paths: ReadonlyMap<string, string>;

  constructor(
    stack: Stack,
    readonly template: Readonly<Record<string, unknown>>,
  ) {
    this.resources = template['Resources'] as Record<string, Resource>;
    const elements = stack.node.findAll().filter((node) => CfnElement.isCfnElement(node));
    this.paths = new Map(
      elements.map((node) => [String(stack.resolve(node.logicalId)), pathOf(node.node.path, stack.node.path)]),
    );
  }

  /** The resources of a type, by path. */
  ofType(type: string): Record<string, Resource> {
    const found = Object.entries(this.resources).filter(([, resource]) => resource.Type === type);
    return Object.fromEntries(found.map(([id, resource]) => [this.pathOf(id), resource]));
  }

  /** The properties of the resource with this type and path. */
  propertiesOf(type: string, path: string): Readonly<Record<string, unknown>> {
    const found = this.ofType(type)[path];
    if (found === undefined) throw new Error(`there is no ${type} at ${path}`);
    return found.Properties;
  }

  logicalIdOf(type: string, path: string): string {
    const found = Object.entries(this.resources).find(([id, { Type }]) => Type === type && this.pathOf(id) === path);
    if (found === undefined) throw new Error(`there is no ${type} at ${path}`);
    return found[0];
  }

  /** A value with its references resolved to paths: `Runs/Read.Arn`; pseudo parameters stay as they are written. */
  resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolve(item));
    if (typeof value !== 'object' || value === null) return value;
    const [[key, argument] = ['', undefined], ...rest] = Object.entries(value);
    if (rest.length === 0) {
      if (key === 'Ref')
        return String(argument).startsWith('AWS::') ? `<${argument}>` : this.pathOf(argument as string);
      if (key === 'Fn::GetAtt') return `${this.pathOf((argument as string[])[0] ?? '')}.${(argument as string[])[1]}`;
      if (key === 'Fn::Join') {
        const [separator, parts] = argument as [string, unknown[]];
        return parts.map((part) => this.resolve(part)).join(separator);
      }
      if (key === 'Fn::Select') {
        const [index, from] = argument as [number, { 'Fn::Split': [string, unknown] }];
        const [separator, whole] = from['Fn::Split'];
        // a path stands for all of an ARN, and so for its parts
        const parts = String(this.resolve(whole)).split(separator);
        return parts.length === 1 ? parts[0] : parts[index];
      }
    }
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.resolve(item)]));
  }

  private pathOf(logicalId: string): string {
    return this.paths.get(logicalId) ?? logicalId;
  }
}

function pathOf(path: string, stackPath: string): string {
  return path.slice(stackPath.length + 1).replace(/(\/Resource)+$/, '');
}
