import { describe, expect, it } from '@jest/globals';
import { synthesise } from '../support/synthesis';

const stack = synthesise();
const table = (path: string) =>
  stack.resolve(stack.propertiesOf('AWS::DynamoDB::Table', path)) as Record<string, unknown>;

describe.each(['FactsTable', 'ControlTable'])('the table %s', (path) => {
  it('is encrypted under a key of its own', () => {
    expect(table(path)['SSESpecification']).toEqual({
      SSEEnabled: true,
      SSEType: 'KMS',
      KMSMasterKeyId: `${path}/Key.Arn`,
    });
  });

  it('has a key that is rotated', () => {
    expect(stack.propertiesOf('AWS::KMS::Key', `${path}/Key`)).toMatchObject({ EnableKeyRotation: true });
  });

  it('can be recovered to any second', () => {
    expect(table(path)['PointInTimeRecoverySpecification']).toEqual({ PointInTimeRecoveryEnabled: true });
  });

  it('drops what has expired', () => {
    expect(table(path)['TimeToLiveSpecification']).toEqual({ AttributeName: 'expiresAt', Enabled: true });
  });

  it('costs nothing while idle', () => {
    expect(table(path)).toMatchObject({ BillingMode: 'PAY_PER_REQUEST' });
  });

  it('is keyed by pk and sk, which nothing can change later', () => {
    expect(table(path)['KeySchema']).toEqual([
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ]);
  });

  it('has no index, which would double what is written', () => {
    expect(Object.keys(table(path)).filter((property) => property.endsWith('Indexes'))).toEqual([]);
  });
});

it('the stream of facts shows each as it was and as it is', () => {
  expect(table('FactsTable')['StreamSpecification']).toEqual({ StreamViewType: 'NEW_AND_OLD_IMAGES' });
});

it("the connector's own state has no stream", () => {
  expect(table('ControlTable')['StreamSpecification']).toBeUndefined();
});
