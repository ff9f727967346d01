import { describe, expect, it } from '@jest/globals';
import { changeConnection } from '../../../../lambdas/core/connections/change-connection';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import { VersionConflictError } from '../../../../lambdas/core/errors';
import { InMemoryConnectionStore, connectionRecord } from '../../../support/connections';

const rename = ({ name }: ConnectionRecord) => ({ name: `${name}!` });

describe('changeConnection', () => {
  it('changes the connection as it is', async () => {
    const connections = new InMemoryConnectionStore(connectionRecord());
    await changeConnection(connections, 'c1', rename);
    expect(connections.get('c1')).toEqual({ ...connectionRecord(), name: 'Contoso!', version: 2 });
  });

  it('gives the connection as it now is', async () => {
    const connections = new InMemoryConnectionStore(connectionRecord());
    expect(await changeConnection(connections, 'c1', rename)).toEqual(connections.get('c1'));
  });

  it('decides again by what somebody else made of it meanwhile', async () => {
    const connections = new InMemoryConnectionStore(connectionRecord());
    let isFirst = true;
    await changeConnection(connections, 'c1', (current) => {
      if (isFirst) connections.change('c1', { name: 'Theirs' });
      isFirst = false;
      return rename(current);
    });
    expect(connections.get('c1').name).toBe('Theirs!');
  });

  it('lets a dozen changes at once all through', async () => {
    const connections = new InMemoryConnectionStore(connectionRecord({ name: '' }));
    await Promise.all(Array.from({ length: 12 }, () => changeConnection(connections, 'c1', rename)));
    expect(connections.get('c1').name).toBe('!'.repeat(12));
  });

  it('leaves the connection where there is nothing to change', async () => {
    const connections = new InMemoryConnectionStore(connectionRecord());
    await changeConnection(connections, 'c1', () => undefined);
    expect(connections.get('c1').version).toBe(1);
  });

  it('gives nothing for a connection that is not there', async () => {
    expect(await changeConnection(new InMemoryConnectionStore(), 'c1', rename)).toBeUndefined();
  });

  it('fails when somebody else is always faster', async () => {
    const connections = new InMemoryConnectionStore(connectionRecord());
    connections.update = () => Promise.reject(new VersionConflictError('the connection'));
    await expect(changeConnection(connections, 'c1', rename)).rejects.toThrow(VersionConflictError);
  });

  it('fails at once when the store fails', async () => {
    const connections = new InMemoryConnectionStore(connectionRecord());
    connections.update = () => Promise.reject(new Error('table out of order'));
    await expect(changeConnection(connections, 'c1', rename)).rejects.toThrow('table out of order');
  });
});
