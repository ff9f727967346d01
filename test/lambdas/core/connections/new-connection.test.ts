import { describe, expect, it } from '@jest/globals';
import { NAME_MAX_LENGTH, newConnection } from '../../../../lambdas/core/connections/new-connection';
import { InvalidInputError } from '../../../../lambdas/core/errors';
import { NOW } from '../../../support/clock';
import { connectionRecord } from '../../../support/connections';

describe('newConnection', () => {
  it('waits for its consent', () => {
    expect(newConnection('Contoso', NOW)).toEqual({
      ...connectionRecord(),
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  it('has an id of its own', () => {
    expect(newConnection('Contoso', NOW).id).not.toBe(newConnection('Contoso', NOW).id);
  });

  it('has its name without white space around it', () => {
    expect(newConnection('  Contoso Zürich ', NOW).name).toBe('Contoso Zürich');
  });

  it('takes the longest name', () => {
    expect(newConnection('x'.repeat(NAME_MAX_LENGTH), NOW).name).toHaveLength(NAME_MAX_LENGTH);
  });

  it.each(['', '   ', 'x'.repeat(NAME_MAX_LENGTH + 1), 'two\nlines', 'red \u001b[31m', 'a\u0000b'])(
    'refuses the name %j',
    (name) => {
      expect(() => newConnection(name, NOW)).toThrow(InvalidInputError);
    },
  );
});
