import { AUDIT_PARTITION } from '../../lambdas/contract/fact';
import type { Grant } from '../lib/support/grants';

/** Queues that functions themselves send to. */
export const FILLED = ['Webhooks/Queue', 'Replay/Queue'];

/** The parts of a call's input that say what it touches; values of DynamoDB plain or as they are on the wire. */
export interface CallInput {
  readonly TableName?: string;
  readonly Key?: { readonly pk: unknown };
  readonly Item?: { readonly pk: unknown };
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>>;
  readonly RequestItems?: Readonly<Record<string, unknown>>;
  readonly TransactItems?: readonly Readonly<Record<string, CallInput>>[];
  readonly SecretId?: string;
  readonly Name?: string;
  readonly stateMachineArn?: string;
  readonly executionArn?: string;
  readonly FunctionName?: string;
  readonly QueueUrl?: string;
}

/**
 * The grants that IAM asks for before it lets a call pass, a line each: `dynamodb:GetItem ControlTable of CONNECTION`.
 *
 * @param call - the operation's name.
 * @param input - its tables, queues and state machines named by their paths in the stack.
 * @param stackName - begins the names of secrets.
 */
export function neededGrants(call: string, input: CallInput, stackName: string): string[] {
  // a batch takes the grant of its messages
  if (input.QueueUrl !== undefined) return [`sqs:${call.replace(/Batch$/, '')} ${input.QueueUrl}`];
  const nested = (kind: string, part: CallInput) => neededGrants(kind, part, stackName);
  if (input.FunctionName !== undefined) return [`lambda:${call}Function ${input.FunctionName}`];
  if (input.stateMachineArn !== undefined)
    return [`states:${call} ${input.stateMachineArn.replace(/^states:stateMachine:/, '')}`];
  if (input.executionArn !== undefined) return [`states:${call} ${input.executionArn.replace(/[^:]*$/, '*')}`];
  if (input.TransactItems !== undefined) {
    return input.TransactItems.flatMap((items) => Object.entries(items).flatMap(([kind, item]) => nested(kind, item)));
  }
  if (input.RequestItems !== undefined) {
    return Object.keys(input.RequestItems).map((table) => `dynamodb:${itemAction(call)} ${table}`);
  }
  if (input.TableName !== undefined) {
    const queried = Object.values(input.ExpressionAttributeValues ?? {})[0];
    const key = textOf(input.Key?.pk ?? input.Item?.pk ?? queried);
    // of the facts table, grants are for the audit log or for everything else
    const isBound = input.TableName === 'ControlTable' || key.startsWith(AUDIT_PARTITION);
    const partition = isBound ? ` of ${key.split('#')[0]}` : '';
    return [`dynamodb:${itemAction(call)} ${input.TableName}${partition}`];
  }
  const name = input.SecretId ?? input.Name ?? '';
  const pattern = name === `${stackName}/zoom-app` ? `${name}-??????` : name.replace(/(\/connections\/).*/, '$1*');
  return [`secretsmanager:${call} ${pattern}`];
}

/** Grants on data, a line for each partition of the control table, as {@link neededGrants} writes them. */
export function grantLines(grants: readonly Grant[]): string[] {
  return grants.flatMap(({ action, resource, condition }) => {
    const granted = `${action} ${resource.replace(/^secretsmanager:secret:/, '')}`;
    if (condition === `not of ${AUDIT_PARTITION}#*`) return [granted];
    // of the whole of the facts table: of what is not the audit log, and of what is
    if (condition === '') return resource === 'FactsTable' ? [granted, `${granted} of ${AUDIT_PARTITION}`] : [granted];
    return condition
      .replace(/^of /, '')
      .split(', ')
      .map((keys) => `${action} ${resource} of ${keys.replace('#*', '')}`);
  });
}

/** The document client leaves `Item` out of the names of its commands. */
function itemAction(call: string): string {
  return call === 'Query' || call.endsWith('Item') ? call : `${call}Item`;
}

function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null && 'S' in value ? String(value.S) : String(value);
}
