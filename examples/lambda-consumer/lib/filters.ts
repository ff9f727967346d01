/**
 * What an alert can come of, as filter patterns: a record that matches none costs no invocation.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
export const PATTERNS = [
  // what admins did. A changed one is the same operation, which Zoom shows otherwise
  { eventName: ['INSERT'], dynamodb: { NewImage: { kind: { S: ['admin_operation'] } } } },
  // whoever is new with another role than Zoom's "member"; most users are left out, of which the first backfill brings all
  {
    eventName: ['INSERT'],
    dynamodb: { NewImage: { kind: { S: ['user'] }, raw: { M: { role_id: { S: [{ 'anything-but': ['2'] }] } } } } },
  },
  { eventName: ['MODIFY'], dynamodb: { NewImage: { kind: { S: ['user'] } } } },
];
