import { describe, expect, it } from '@jest/globals';
import { type Grant, grantsOf, line } from './support/grants';
import { ALL_OPTIONS, synthesise } from './support/synthesis';

const stack = synthesise(ALL_OPTIONS);
const grants = grantsOf(stack);

const APP_SECRET = 'secretsmanager:secret:AllOptions/zoom-app-??????';
const TOKEN_SECRETS = 'secretsmanager:secret:AllOptions/connections/*';

const LOG_DELIVERY = ['Create', 'Delete', 'Get', 'Update'].map((verb) => `logs:${verb}LogDelivery *`);

/** What a table's key does for who reads the table, and for who writes it. */
const reading = (table: string) => [
  `kms:Decrypt ${table}/Key via dynamodb`,
  `kms:DescribeKey ${table}/Key via dynamodb`,
];
const writing = (table: string) => [
  ...reading(table),
  `kms:Encrypt ${table}/Key via dynamodb`,
  `kms:GenerateDataKey ${table}/Key via dynamodb`,
];
const SECRETS_KEY = [
  'kms:Decrypt TokenVault/Key via secretsmanager',
  'kms:GenerateDataKey TokenVault/Key via secretsmanager',
];
const ownLogAndTraces = (name: string) => [
  `logs:CreateLogStream ${name}Logs`,
  `logs:PutLogEvents ${name}Logs`,
  'xray:PutTelemetryRecords *',
  'xray:PutTraceSegments *',
];
const invoking = (name: string) => [`lambda:InvokeFunction ${name}`, `lambda:InvokeFunction ${name}:*`];
const OF_ANY_WORKFLOW = [
  ...LOG_DELIVERY,
  'logs:DescribeLogGroups *',
  'logs:DescribeResourcePolicies *',
  'logs:ListLogDeliveries *',
  'logs:PutResourcePolicy *',
  'xray:GetSamplingRules *',
  'xray:GetSamplingTargets *',
  'xray:PutTelemetryRecords *',
  'xray:PutTraceSegments *',
];
const runningSteps = [...['Runs/Plan', 'Runs/Read', 'Runs/Finish'].flatMap(invoking), ...OF_ANY_WORKFLOW];
const STOPPING_RUNS = ['Runs/Backfill', 'Runs/Sync'].flatMap((machine) => [
  `states:ListExecutions ${machine}`,
  `states:StopExecution states:execution:${machine}:*`,
]);
const STARTING_DISCONNECTS = [
  'states:StartExecution Disconnect/Workflow',
  'states:DescribeExecution states:execution:Disconnect/Workflow:*',
];

/** Everything that each role may do: what its code calls, and nothing else. */
const ROLES: Readonly<Record<string, readonly string[]>> = {
  'HostedPages/PagesRole': [
    ...ownLogAndTraces('HostedPages/Pages'),
    'dynamodb:GetItem ControlTable of CONNECTION, SESSION#*, LINK#*, REVOCATION#*, QUOTA#*',
    'dynamodb:Query ControlTable of CONNECTION, RUN#*',
    'dynamodb:PutItem ControlTable of SESSION#*',
    'dynamodb:DeleteItem ControlTable of SESSION#*, LINK#*',
    ...writing('ControlTable'),
    'lambda:InvokeFunction AuditLog/Audit',
  ],
  'HostedPages/ConsentRole': [
    ...ownLogAndTraces('HostedPages/Consent'),
    'dynamodb:GetItem ControlTable of CONNECTION, ACCOUNT#*, SESSION#*, LINK#*, REVOCATION#*, ATTEMPT#*',
    'dynamodb:PutItem ControlTable of CONNECTION, ACCOUNT#*, SESSION#*, ATTEMPT#*',
    'dynamodb:DeleteItem ControlTable of LINK#*, SESSION#*',
    ...writing('ControlTable'),
    `secretsmanager:GetSecretValue ${APP_SECRET}`,
    `secretsmanager:CreateSecret ${TOKEN_SECRETS}`,
    `secretsmanager:DeleteSecret ${TOKEN_SECRETS}`,
    ...SECRETS_KEY,
    'states:StartExecution Runs/Backfill',
    'lambda:InvokeFunction AuditLog/Audit',
  ],
  'HostedPages/DisconnectFormRole': [
    ...ownLogAndTraces('HostedPages/DisconnectForm'),
    'dynamodb:GetItem ControlTable of CONNECTION, SESSION#*, REVOCATION#*',
    'dynamodb:PutItem ControlTable of CONNECTION',
    ...writing('ControlTable'),
    ...STARTING_DISCONNECTS,
    'lambda:InvokeFunction AuditLog/Audit',
  ],
  'Disconnect/EndGrantRole': [
    ...ownLogAndTraces('Disconnect/EndGrant'),
    'dynamodb:GetItem ControlTable of CONNECTION, LEASE#*',
    'dynamodb:Query ControlTable of RUN#*',
    'dynamodb:PutItem ControlTable of CONNECTION',
    'dynamodb:UpdateItem ControlTable of LEASE#*',
    ...writing('ControlTable'),
    `secretsmanager:GetSecretValue ${APP_SECRET}`,
    `secretsmanager:GetSecretValue ${TOKEN_SECRETS}`,
    `secretsmanager:PutSecretValue ${TOKEN_SECRETS}`,
    `secretsmanager:DeleteSecret ${TOKEN_SECRETS}`,
    ...SECRETS_KEY,
    ...STOPPING_RUNS,
  ],
  'Disconnect/PurgeRole': [
    ...ownLogAndTraces('Disconnect/Purge'),
    'dynamodb:GetItem ControlTable of CONNECTION, ACCOUNT#*',
    'dynamodb:Query ControlTable of RUN#*, CHECKPOINT#*, DEADLETTER#*, LEASE#*',
    'dynamodb:PutItem ControlTable of CONNECTION',
    'dynamodb:DeleteItem ControlTable of ACCOUNT#*, RUN#*, CHECKPOINT#*, DEADLETTER#*, LEASE#*',
    ...writing('ControlTable'),
    'dynamodb:Query FactsTable not of audit#*',
    'dynamodb:BatchWriteItem FactsTable not of audit#*',
    ...writing('FactsTable'),
    'lambda:InvokeFunction AuditLog/Audit',
  ],
  'Disconnect/Workflow/Role': [...['Disconnect/EndGrant', 'Disconnect/Purge'].flatMap(invoking), ...OF_ANY_WORKFLOW],
  'Replay/SendRole': [
    ...ownLogAndTraces('Replay/Send'),
    'dynamodb:GetItem ControlTable of CONNECTION',
    'dynamodb:Query ControlTable of CONNECTION',
    ...reading('ControlTable'),
    'dynamodb:Query FactsTable',
    ...reading('FactsTable'),
    'sqs:SendMessage Replay/Queue',
    'kms:Decrypt FactsTable/Key via sqs',
    'kms:GenerateDataKey FactsTable/Key via sqs',
  ],
  'Replay/Workflow/Role': [...invoking('Replay/Send'), ...OF_ANY_WORKFLOW],
  'Runs/PlanRole': [
    ...ownLogAndTraces('Runs/Plan'),
    'dynamodb:GetItem ControlTable of CONNECTION, CHECKPOINT#*, QUOTA#*, LEASE#*',
    'dynamodb:Query ControlTable of RUN#*, DEADLETTER#*',
    'dynamodb:PutItem ControlTable of CONNECTION, RUN#*, QUOTA#*, DEADLETTER#*',
    'dynamodb:UpdateItem ControlTable of LEASE#*',
    ...writing('ControlTable'),
    `secretsmanager:GetSecretValue ${APP_SECRET}`,
    `secretsmanager:GetSecretValue ${TOKEN_SECRETS}`,
    `secretsmanager:PutSecretValue ${TOKEN_SECRETS}`,
    ...SECRETS_KEY,
  ],
  'Runs/ReadRole': [
    ...ownLogAndTraces('Runs/Read'),
    'dynamodb:GetItem ControlTable of CONNECTION, RUN#*, QUOTA#*, LEASE#*',
    'dynamodb:Query ControlTable of RUN#*',
    'dynamodb:PutItem ControlTable of CONNECTION, RUN#*, QUOTA#*, DEADLETTER#*',
    'dynamodb:UpdateItem ControlTable of LEASE#*',
    ...writing('ControlTable'),
    'dynamodb:BatchGetItem FactsTable not of audit#*',
    'dynamodb:BatchWriteItem FactsTable not of audit#*',
    ...writing('FactsTable'),
    `secretsmanager:GetSecretValue ${APP_SECRET}`,
    `secretsmanager:GetSecretValue ${TOKEN_SECRETS}`,
    `secretsmanager:PutSecretValue ${TOKEN_SECRETS}`,
    ...SECRETS_KEY,
  ],
  'Runs/FinishRole': [
    ...ownLogAndTraces('Runs/Finish'),
    'dynamodb:GetItem ControlTable of CONNECTION, CHECKPOINT#*',
    'dynamodb:Query ControlTable of RUN#*, DEADLETTER#*',
    'dynamodb:PutItem ControlTable of CONNECTION, CHECKPOINT#*, DEADLETTER#*',
    'dynamodb:DeleteItem ControlTable of DEADLETTER#*',
    ...writing('ControlTable'),
    'dynamodb:Query FactsTable not of audit#*',
    'dynamodb:BatchWriteItem FactsTable not of audit#*',
    ...writing('FactsTable'),
  ],
  'Runs/BrokenRole': [
    ...ownLogAndTraces('Runs/Broken'),
    'dynamodb:GetItem ControlTable of CONNECTION',
    'dynamodb:PutItem ControlTable of CONNECTION',
    ...writing('ControlTable'),
  ],
  'Webhooks/ReceiveRole': [
    ...ownLogAndTraces('Webhooks/Receive'),
    'dynamodb:PutItem ControlTable of EVENT#*',
    ...writing('ControlTable'),
    `secretsmanager:GetSecretValue ${APP_SECRET}`,
    'kms:Decrypt TokenVault/Key via secretsmanager',
    'sqs:SendMessage Webhooks/Queue',
  ],
  'Webhooks/EventsRole': [
    ...ownLogAndTraces('Webhooks/Events'),
    'dynamodb:GetItem ControlTable of CONNECTION, ACCOUNT#*',
    'dynamodb:PutItem ControlTable of CONNECTION',
    ...writing('ControlTable'),
    ...['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'GetQueueUrl', 'ReceiveMessage'].map(
      (action) => `sqs:${action} Webhooks/Queue`,
    ),
    'lambda:InvokeFunction AuditLog/Audit',
    'states:StartExecution Runs/Sync',
  ],
  'IncrementalSync/DispatchRole': [
    ...ownLogAndTraces('IncrementalSync/Dispatch'),
    'dynamodb:GetItem ControlTable of CONNECTION, QUOTA#*',
    'dynamodb:Query ControlTable of CONNECTION, RUN#*',
    'dynamodb:PutItem ControlTable of CONNECTION',
    ...writing('ControlTable'),
    'states:StartExecution Runs/Backfill',
    'states:StartExecution Runs/Sync',
    ...STARTING_DISCONNECTS,
  ],
  'OperatorAccess/OperatorRole': [
    ...ownLogAndTraces('OperatorAccess/Operator'),
    'dynamodb:GetItem ControlTable of CONNECTION, QUOTA#*, DEADLETTER#*',
    'dynamodb:Query ControlTable of CONNECTION, RUN#*, DEADLETTER#*',
    'dynamodb:PutItem ControlTable of CONNECTION, LINK#*, REVOCATION#*',
    'dynamodb:DeleteItem ControlTable of CONNECTION, DEADLETTER#*',
    ...writing('ControlTable'),
    'dynamodb:PutItem FactsTable not of audit#*',
    ...writing('FactsTable'),
    `secretsmanager:PutSecretValue ${APP_SECRET}`,
    ...SECRETS_KEY,
    'states:StartExecution Runs/Backfill',
    'states:StartExecution Runs/Sync',
    ...STOPPING_RUNS,
    ...STARTING_DISCONNECTS,
    'states:StartExecution Replay/Workflow',
    'lambda:InvokeFunction AuditLog/Audit',
  ],
  'AuditLog/AuditRole': [
    ...ownLogAndTraces('AuditLog/Audit'),
    'dynamodb:PutItem FactsTable of audit#*',
    ...writing('FactsTable'),
    'sqs:GetQueueAttributes AuditLog/Unstored',
    'sqs:GetQueueUrl AuditLog/Unstored',
    'sqs:SendMessage AuditLog/Unstored',
  ],
  'SampleConsumer/ConsumerRole': [
    ...ownLogAndTraces('SampleConsumer/Consumer'),
    'dynamodb:ListStreams *',
    'dynamodb:DescribeStream FactsTable stream',
    'dynamodb:GetRecords FactsTable stream',
    'dynamodb:GetShardIterator FactsTable stream',
    'kms:Decrypt FactsTable/Key',
    'kms:DescribeKey FactsTable/Key',
    'sqs:GetQueueAttributes SampleConsumer/DeadLetters',
    'sqs:GetQueueUrl SampleConsumer/DeadLetters',
    'sqs:SendMessage SampleConsumer/DeadLetters',
  ],
  'Runs/Backfill/Role': [...runningSteps, 'states:StartExecution states:stateMachine:AllOptions-Backfill'],
  'Runs/Sync/Role': [...runningSteps, 'states:StartExecution states:stateMachine:AllOptions-Sync'],
  'IncrementalSync/ScheduleRole': invoking('IncrementalSync/Dispatch'),
};

/** Actions of which AWS knows no resources. */
const WITHOUT_RESOURCE = new Set(
  [...runningSteps, ...ownLogAndTraces(''), 'dynamodb:ListStreams *']
    .filter((granted) => granted.endsWith(' *'))
    .map((granted) => granted.replace(' *', '')),
);

const rolesThatMay = (matches: (grant: Grant) => boolean) =>
  [...new Set(grants.filter(matches).map(({ role }) => role))].sort();
const linesOf = (role: string, matches: (grant: Grant) => boolean = () => true) =>
  grants
    .filter((grant) => grant.role === role && matches(grant))
    .map(line)
    .sort();

describe('the grants of each role', () => {
  it('are known for every role of the stack', () => {
    expect(Object.keys(stack.ofType('AWS::IAM::Role')).sort()).toEqual(Object.keys(ROLES).sort());
  });

  it.each(Object.entries(ROLES))('are exactly what the code behind it calls: %s', (role, lines) => {
    expect(linesOf(role)).toEqual([...lines].sort());
  });

  it('come by no other way than a policy of the stack', () => {
    const roles = Object.values(stack.ofType('AWS::IAM::Role')).map(({ Properties }) => Object.keys(Properties).sort());
    expect(roles).toEqual(roles.map(() => ['AssumeRolePolicyDocument']));
    expect(Object.keys(stack.ofType('AWS::IAM::ManagedPolicy'))).toEqual([]);
  });
});

describe('secrets', () => {
  const isSecret = ({ action }: Grant) => action.startsWith('secretsmanager:');

  it('are out of reach of what renders pages', () => {
    const reached = linesOf(
      'HostedPages/PagesRole',
      (grant) => isSecret(grant) || grant.resource.startsWith('TokenVault'),
    );
    expect(reached).toEqual([]);
  });

  it('give the tokens to nobody but what uses them: the plan, which tries them, the worker, and what ends them', () => {
    const readers = rolesThatMay(
      ({ action, resource }) => action.endsWith(':GetSecretValue') && resource === TOKEN_SECRETS,
    );
    expect(readers).toEqual(['Disconnect/EndGrantRole', 'Runs/PlanRole', 'Runs/ReadRole']);
  });

  it('let consent make tokens and delete them, and read none', () => {
    const onTokens = linesOf('HostedPages/ConsentRole', ({ resource }) => resource === TOKEN_SECRETS);
    expect(onTokens).toEqual([
      `secretsmanager:CreateSecret ${TOKEN_SECRETS}`,
      `secretsmanager:DeleteSecret ${TOKEN_SECRETS}`,
    ]);
  });

  it("let operators store the app's credentials, and not read them", () => {
    expect(linesOf('OperatorAccess/OperatorRole', isSecret)).toEqual([`secretsmanager:PutSecretValue ${APP_SECRET}`]);
  });

  it('let what takes webhooks read the secret token, and nothing of a connection', () => {
    expect(linesOf('Webhooks/ReceiveRole', isSecret)).toEqual([`secretsmanager:GetSecretValue ${APP_SECRET}`]);
  });

  it('are known to six functions and to no workflow', () => {
    expect(rolesThatMay(isSecret)).toEqual([
      'Disconnect/EndGrantRole',
      'HostedPages/ConsentRole',
      'OperatorAccess/OperatorRole',
      'Runs/PlanRole',
      'Runs/ReadRole',
      'Webhooks/ReceiveRole',
    ]);
  });
});

describe('facts', () => {
  it('are out of reach of the pages and of consent', () => {
    const reaching = rolesThatMay(({ resource }) => resource.startsWith('FactsTable'));
    expect(reaching).toEqual([
      'AuditLog/AuditRole',
      'Disconnect/PurgeRole',
      'OperatorAccess/OperatorRole',
      'Replay/SendRole',
      'Runs/FinishRole',
      'Runs/ReadRole',
      'SampleConsumer/ConsumerRole',
    ]);
  });

  it('are added one by one by operators, who read none', () => {
    expect(linesOf('OperatorAccess/OperatorRole', ({ resource }) => resource === 'FactsTable')).toEqual([
      'dynamodb:PutItem FactsTable not of audit#*',
    ]);
  });

  // BatchWriteItem holds puts and deletes alike and IAM cannot tell them apart: what is kept away are the plain ones
  it('are deleted by no function', () => {
    const onFacts = grants.filter(({ resource }) => resource === 'FactsTable').map(({ action }) => action);
    expect(new Set(onFacts)).toEqual(
      new Set(['dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem', 'dynamodb:PutItem', 'dynamodb:Query']),
    );
  });

  it('are sent to the replay queue by a function that can change none of them', () => {
    expect(linesOf('Replay/SendRole', ({ resource }) => resource === 'FactsTable')).toEqual([
      'dynamodb:Query FactsTable',
    ]);
    expect(rolesThatMay(({ resource }) => resource === 'Replay/Queue')).toEqual(['Replay/SendRole']);
  });

  it('are seen by the consumer on the stream alone', () => {
    const tables = linesOf('SampleConsumer/ConsumerRole', ({ resource }) => /^(Facts|Control)Table$/.test(resource));
    expect(tables).toEqual([]);
  });
});

describe('the audit log', () => {
  const onFacts = grants.filter(({ resource }) => resource === 'FactsTable');

  it('is written by one function, which can only put', () => {
    const writing = onFacts.filter(({ condition }) => condition === 'of audit#*');
    expect(writing.map(({ role, action }) => `${role} ${action}`)).toEqual(['AuditLog/AuditRole dynamodb:PutItem']);
  });

  it('is read by one function, which can only query', () => {
    const unbound = onFacts.filter(({ condition }) => condition === '');
    expect(unbound.map(({ role, action }) => `${role} ${action}`)).toEqual(['Replay/SendRole dynamodb:Query']);
  });

  it('is out of reach of every other call on the facts table', () => {
    const others = onFacts.filter(({ role }) => !['AuditLog/AuditRole', 'Replay/SendRole'].includes(role));
    expect(new Set(others.map(({ condition }) => condition))).toEqual(new Set(['not of audit#*']));
  });

  it('is added to by invoking that function alone', () => {
    const recorders = rolesThatMay(
      ({ resource }) => resource.startsWith('AuditLog/Audit') && !resource.endsWith('Logs'),
    );
    expect(recorders).toEqual([
      'Disconnect/PurgeRole',
      'HostedPages/ConsentRole',
      'HostedPages/DisconnectFormRole',
      'HostedPages/PagesRole',
      'OperatorAccess/OperatorRole',
      'Webhooks/EventsRole',
    ]);
  });
});

describe('every grant', () => {
  it('names its actions', () => {
    expect(grants.filter(({ action }) => /[*?]/.test(action))).toEqual([]);
  });

  it('names its resource, unless AWS knows none for the action', () => {
    expect(grants.filter(({ resource, action }) => resource === '*' && !WITHOUT_RESOURCE.has(action))).toEqual([]);
  });

  it('has a wildcard in its resource only for secrets by name, for versions of functions and for executions', () => {
    const wild = grants.filter(({ resource }) => resource !== '*' && /[*?]/.test(resource));
    const others = wild.filter(({ resource }) => ![APP_SECRET, TOKEN_SECRETS].includes(resource));
    expect(new Set(others.map(({ action }) => action))).toEqual(
      new Set(['lambda:InvokeFunction', 'states:DescribeExecution', 'states:StopExecution']),
    );
  });

  it('on the control table is bound to partitions, by actions that name the key of each item', () => {
    const unbound = grants.filter(
      ({ action, resource, condition }) =>
        resource === 'ControlTable' &&
        !(/^dynamodb:(Get|Put|Update|Delete)Item$|^dynamodb:Query$/.test(action) && /^of [A-Z]/.test(condition)),
    );
    expect(unbound).toEqual([]);
  });

  it('of a key is bound to the service that holds the data, but for the reader of the stream', () => {
    const direct = rolesThatMay(({ action, condition }) => action.startsWith('kms:') && !condition.startsWith('via '));
    expect(direct).toEqual(['SampleConsumer/ConsumerRole']);
  });
});

describe('who may take a role or invoke a function', () => {
  const trust = (service: string, conditions?: object) => ({
    Statement: [
      {
        Action: 'sts:AssumeRole',
        Effect: 'Allow',
        Principal: { Service: service },
        ...(conditions && { Condition: conditions }),
      },
    ],
    Version: '2012-10-17',
  });
  const trustOf = (role: string) =>
    stack.resolve(stack.propertiesOf('AWS::IAM::Role', role)['AssumeRolePolicyDocument']);

  it.each(Object.keys(ROLES).filter((role) => !/Backfill|Sync\/Role|Workflow|Schedule/.test(role)))(
    'Lambda alone takes %s',
    (role) => {
      expect(trustOf(role)).toEqual(trust('lambda.amazonaws.com'));
    },
  );

  it.each(['Runs/Backfill/Role', 'Runs/Sync/Role', 'Disconnect/Workflow/Role', 'Replay/Workflow/Role'])(
    "this account's state machines alone take %s",
    (role) => {
      expect(trustOf(role)).toEqual(
        trust('states.amazonaws.com', {
          StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' },
          ArnLike: { 'aws:SourceArn': 'arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:stateMachine:*' },
        }),
      );
    },
  );

  it("this account's schedules alone take the schedule's role", () => {
    expect(trustOf('IncrementalSync/ScheduleRole')).toEqual(
      trust('scheduler.amazonaws.com', { StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' } }),
    );
  });

  it('a service invokes a function on behalf of one resource of the stack', () => {
    const callers = Object.values(stack.ofType('AWS::Lambda::Permission')).map(({ Properties }) => {
      const { Principal, FunctionName, SourceArn } = stack.resolve(Properties) as Record<string, string>;
      const api = 'arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:PublicAddress/';
      return `${Principal} on behalf of ${SourceArn?.startsWith(api) ? 'the API' : SourceArn} invokes ${FunctionName}`;
    });
    expect([...new Set(callers)].sort()).toEqual([
      'apigateway.amazonaws.com on behalf of the API invokes HostedPages/Consent.Arn',
      'apigateway.amazonaws.com on behalf of the API invokes HostedPages/DisconnectForm.Arn',
      'apigateway.amazonaws.com on behalf of the API invokes HostedPages/Pages.Arn',
      'apigateway.amazonaws.com on behalf of the API invokes Webhooks/Receive.Arn',
      'events.amazonaws.com on behalf of Runs/BrokenRuns.Arn invokes Runs/Broken.Arn',
    ]);
  });
});

describe('the policies of the keys', () => {
  interface Statement {
    readonly Effect: string;
    readonly Principal: unknown;
    readonly Action: unknown;
    readonly Condition?: { readonly ArnNotEquals?: { readonly 'aws:PrincipalArn'?: readonly string[] } };
  }
  const statementsOf = (key: string) =>
    (stack.resolve(stack.propertiesOf('AWS::KMS::Key', key)['KeyPolicy']) as { Statement: Statement[] }).Statement;
  const keys = Object.keys(stack.ofType('AWS::KMS::Key'));

  it('allow nobody but the account, whose IAM decides', () => {
    const allowed = keys.flatMap(statementsOf).filter(({ Effect }) => Effect === 'Allow');
    const account = { AWS: 'arn:<AWS::Partition>:iam::<AWS::AccountId>:root' };
    expect(allowed.map(({ Principal }) => Principal)).toEqual(allowed.map(() => account));
  });

  it('deny nothing but to decrypt secrets: the account can always change them', () => {
    const denying = keys.map((key) => [
      key,
      statementsOf(key).flatMap(({ Effect, Action }) => (Effect === 'Deny' ? [Action] : [])),
    ]);
    expect(Object.fromEntries(denying)).toEqual({
      'ControlTable/Key': [],
      'FactsTable/Key': [],
      'TokenVault/Key': ['kms:Decrypt', 'kms:Decrypt'],
    });
  });

  describe.each([
    ['token sets', TOKEN_SECRETS, ['Disconnect/EndGrantRole', 'Runs/PlanRole', 'Runs/ReadRole']],
    [
      "the app's credentials",
      APP_SECRET,
      ['Disconnect/EndGrantRole', 'HostedPages/ConsentRole', 'Runs/PlanRole', 'Runs/ReadRole', 'Webhooks/ReceiveRole'],
    ],
  ])('deny to decrypt %s', (_what, secrets, readers) => {
    const arn = secrets.replace(':', ':<AWS::Region>:<AWS::AccountId>:').replace(/^/, 'arn:<AWS::Partition>:');
    const denying = statementsOf('TokenVault/Key').filter(
      ({ Effect, Condition }) => Effect === 'Deny' && JSON.stringify(Condition).includes(JSON.stringify(arn)),
    );

    // Secrets Manager tries the key for who makes a secret, which consent must be able to do without reading any
    it('everybody but some roles, and leaves a trial of the key allowed', () => {
      expect(denying).toEqual([
        {
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: 'kms:Decrypt',
          Resource: '*',
          Condition: {
            ArnNotEquals: { 'aws:PrincipalArn': expect.any(Array) },
            StringLike: { 'kms:EncryptionContext:SecretARN': arn },
            StringNotEquals: { 'kms:EncryptionContext:SecretVersionId': 'RequestToValidateKeyAccess' },
          },
        },
      ]);
    });

    it('everybody but the roles of what reads them', () => {
      const excepted = denying.flatMap(({ Condition }) => Condition?.ArnNotEquals?.['aws:PrincipalArn'] ?? []);
      expect([...excepted].sort()).toEqual(readers.map((role) => `${role}.Arn`));
      expect(
        rolesThatMay(({ action, resource }) => action.endsWith(':GetSecretValue') && resource === secrets),
      ).toEqual(readers);
    });
  });
});
