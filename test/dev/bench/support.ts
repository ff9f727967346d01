/** Rows as Zoom's lists have them. */
export const activityRow = {
  email: 'ana.ortiz@example.com',
  time: '2026-03-01T10:00:00Z',
  type: 'Sign in',
  ip_address: '192.0.2.1',
  client_type: 'Browser',
  version: '-',
  unknown: 'column',
};

export const operationRow = {
  time: '2026-03-01T10:00:00Z',
  operator: 'ana.ortiz@example.com',
  category_type: 'User',
  action: 'Update',
  operation_detail: 'a detail',
  unknown: 'column',
};

export const userRow = { id: 'KDcuGIm1QgePTO8WbOqwIQ', email: 'ana.ortiz@example.com', status: 'active' };
