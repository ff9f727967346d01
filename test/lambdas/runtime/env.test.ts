import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { ENV } from '../../../lambdas/contract/env';
import { EnvironmentError, readEnv } from '../../../lambdas/runtime/env';

afterEach(() => void jest.restoreAllMocks());

/** Has the process run with these variables alone. */
function given(variables: Record<string, string>): void {
  jest.replaceProperty(process, 'env', variables);
}

/** The message with which reading fails. */
function problem(...names: Parameters<typeof readEnv>): string {
  try {
    readEnv(...names);
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('readEnv', () => {
  it('gives the variables that were asked for, and no others', () => {
    given({ CONTROL_TABLE: 'control', FACTS_TABLE: 'facts' });
    expect(readEnv(ENV.controlTable)).toEqual({ CONTROL_TABLE: 'control' });
  });

  it('gives numbers as numbers', () => {
    given({ QUOTA_PER_SECOND_SHARE: '0.5', RETENTION_DAYS: '365' });
    expect(readEnv(ENV.perSecondShare, ENV.retentionDays)).toEqual({
      QUOTA_PER_SECOND_SHARE: 0.5,
      RETENTION_DAYS: 365,
    });
  });

  it('allows no overlap', () => {
    given({ OVERLAP_MINUTES: '0' });
    expect(readEnv(ENV.overlapMinutes)).toEqual({ OVERLAP_MINUTES: 0 });
  });

  it('fails with an error of its own', () => {
    given({});
    expect(() => readEnv(ENV.controlTable)).toThrow(EnvironmentError);
  });

  it('fails with all problems at once, by name', () => {
    given({ ZOOM_API_URL: 'no address', RETENTION_DAYS: '-1' });
    expect(problem(ENV.controlTable, ENV.zoomApiUrl, ENV.retentionDays)).toBe(
      'fix these environment variables: CONTROL_TABLE (invalid_type), ZOOM_API_URL (invalid_format), RETENTION_DAYS (too_small)',
    );
  });

  it('fails without a value in its message', () => {
    given({ ZOOM_API_URL: 'S3CRET', BACKFILL_DAYS: 'S3CRET' });
    expect(problem(ENV.zoomApiUrl, ENV.backfillDays)).not.toContain('S3CRET');
  });

  it.each([
    ['CONTROL_TABLE', ''],
    ['PUBLIC_URL', 'connector.example'],
    ['BACKFILL_DAYS', '0'],
    ['BACKFILL_DAYS', 'seven'],
    ['QUOTA_PER_DAY_SHARE', ''],
    ['OVERLAP_MINUTES', ''],
    ['OVERLAP_MINUTES', '-1'],
  ] as const)('fails for %s=%j', (name, value) => {
    given({ [name]: value });
    expect(problem(name)).toContain(name);
  });
});
