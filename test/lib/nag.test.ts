import { describe, expect, it, jest } from '@jest/globals';
import { type Acknowledgment, Stack, Validations } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { ALL_OPTIONS, makeApp, makeStack } from './support/synthesis';

interface Finding {
  readonly rule: string;
  readonly path: string;
}

/** What the rules find in an app that `fill` fills. */
function findingsIn(fill: (app: ReturnType<typeof makeApp>['app']) => void): Finding[] {
  const { app, discard } = makeApp();
  try {
    fill(app);
    const { violations } = new AwsSolutionsChecks(app).validateScope(app);
    return violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => ({ rule: ruleName, path: constructPath ?? '' })),
    );
  } finally {
    discard();
  }
}

/** The stack's findings when nothing is acknowledged, and what would have been. */
function withoutAcknowledgements(): { findings: Finding[]; acknowledged: (Finding & { reason: string })[] } {
  const acknowledged: (Finding & { reason: string })[] = [];
  const acknowledge = jest.spyOn(Validations.prototype, 'acknowledge').mockImplementation(function (
    this: Validations,
    ...rules: Acknowledgment[]
  ) {
    const { path } = (this as unknown as { scope: IConstruct }).scope.node;
    acknowledged.push(...rules.map(({ id, reason }) => ({ rule: id, path, reason })));
  });
  try {
    return { findings: findingsIn((app) => makeStack(app, ALL_OPTIONS)), acknowledged };
  } finally {
    acknowledge.mockRestore();
  }
}

const covers = (acknowledgement: Finding, finding: Finding) =>
  acknowledgement.rule === finding.rule && `${finding.path}/`.startsWith(`${acknowledgement.path}/`);

describe('the AWS Solutions rules', () => {
  it.each([
    ['the defaults', {}],
    ['all options', ALL_OPTIONS],
  ])('find nothing in a stack with %s', (_name, settings) => {
    expect(findingsIn((app) => makeStack(app, settings))).toEqual([]);
  });

  it('find what breaks them', () => {
    const findings = findingsIn((app) => new Topic(new Stack(app, 'Unsafe'), 'Topic'));
    expect(findings).toContainEqual({ rule: 'AwsSolutions-SNS3', path: 'Unsafe/Topic/Resource' });
  });

  it('end the synthesis of an app that they are registered with', () => {
    const { app, discard } = makeApp();
    const exitCode = process.exitCode;
    try {
      Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
      new Topic(new Stack(app, 'Unsafe'), 'Topic');
      expect(() => app.synth()).toThrow('AwsSolutions-SNS3');
    } finally {
      process.exitCode = exitCode;
      discard();
    }
  });
});

describe('acknowledgements', () => {
  const { findings, acknowledged } = withoutAcknowledgements();

  it('answer every finding', () => {
    expect(findings.filter((finding) => !acknowledged.some((given) => covers(given, finding)))).toEqual([]);
  });

  it('answer nothing that is not found', () => {
    expect(acknowledged.filter((given) => !findings.some((finding) => covers(given, finding)))).toEqual([]);
  });

  it('give a reason in a sentence', () => {
    expect(acknowledged.filter(({ reason }) => !/^[A-Z].{30,}\.$/.test(reason))).toEqual([]);
  });

  it('are for these rules and no others', () => {
    expect([...new Set(acknowledged.map(({ rule }) => rule.replace(/\[.*/, '')))].sort()).toEqual([
      'AwsSolutions-APIG4',
      'AwsSolutions-IAM5',
      'AwsSolutions-SMG4',
      'AwsSolutions-SQS3',
    ]);
  });
});
