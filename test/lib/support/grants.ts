import type { Synthesis } from './synthesis';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** One action that a role may take. */
export interface Grant {
  /** Path of the role. */
  readonly role: string;
  readonly action: string;
  /** Path, ARN or `*`. */
  readonly resource: string;
  /** What the grant is bound to, in words: the partitions of the control table, or the service that uses a key. */
  readonly condition: string;
}

/** Everything that the roles of a stack may do. */
export function grantsOf(synthesis: Synthesis): Grant[] {
  const policies = Object.values(synthesis.ofType('AWS::IAM::Policy'));
  return policies.flatMap(({ Properties }) => {
    const { Roles, PolicyDocument } = synthesis.resolve(Properties) as {
      Roles: string[];
      PolicyDocument: { Statement: Statement[] };
    };
    return Roles.flatMap((role) => PolicyDocument.Statement.flatMap((statement) => grantsIn(role, statement)));
  });
}

function grantsIn(role: string, { Effect, Action, Resource, Condition }: Statement): Grant[] {
  if (Effect !== 'Allow') throw new Error(`a statement of ${role} is no grant: ${Effect}`);
  const actions = [Action].flat();
  const resources = [Resource].flat() as string[];
  const condition = inWords(Condition ?? {});
  return actions.flatMap((action) =>
    resources.map((resource) => ({ role, action, resource: short(resource), condition })),
  );
}

/** The name of a resource without what is the same for all of them. */
function short(resource: string): string {
  return resource
    .replace(/^arn:<AWS::Partition>:([a-z]+):<AWS::Region>:<AWS::AccountId>:/, '$1:')
    .replace(/\.Arn(?=$|:)/, '')
    .replace(/\.StreamArn$/, ' stream');
}

function inWords(condition: NonNullable<Statement['Condition']>): string {
  return Object.entries(condition)
    .flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, value]) => {
        const values = [value].flat().join(', ');
        if (operator === 'ForAllValues:StringLike' && key === 'dynamodb:LeadingKeys') return `of ${values}`;
        if (operator === 'ForAllValues:StringNotLike' && key === 'dynamodb:LeadingKeys') return `not of ${values}`;
        if (operator === 'StringEquals' && key === 'kms:ViaService') {
          return `via ${values.replace('.<AWS::Region>.<AWS::URLSuffix>', '')}`;
        }
        return `${operator} ${key} ${values}`;
      }),
    )
    .join(' and ');
}

/** A grant as a line: `dynamodb:GetItem ControlTable of CONNECTION`. */
export function line({ action, resource, condition }: Grant): string {
  return [action, resource, condition].filter((word) => word !== '').join(' ');
}
