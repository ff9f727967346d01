/** What an account pays for; it decides limits and whether reports exist. */
export type Plan = 'free' | 'pro' | 'business';

/** The scopes that the simulated Marketplace app is configured with unless told otherwise. */
const DEFAULT_SCOPES = [
  'user:read:list_users:admin',
  'user:read:user:admin',
  'report:read:user_activities:admin',
  'report:read:operation_logs:admin',
] as const;

/** One simulated Zoom account. */
export interface AccountOptions {
  /** Opaque account id, as in `account_id` of a user. */
  readonly id: string;
  readonly plan: Plan;
  /** Users in all three statuses together. @default 25 */
  readonly users?: number;
  /** Rows of the sign-in report on each whole day. @default 200 */
  readonly activitiesPerDay?: number;
  /** Rows of the operation log on each whole day. @default 20 */
  readonly operationsPerDay?: number;
  /** Days before the simulator's start that have rows; the day of the start has rows up to that moment. @default 30 */
  readonly historyDays?: number;
  /** Hours before the simulator's start that have no rows. @default 0 */
  readonly quietHours?: number;
  /** Users with the role Admin, besides the one owner. @default 2 */
  readonly admins?: number;
  /** Whether its events are sent to `webhookUrl`. @default false */
  readonly webhooks?: boolean;
}

/** Settings of the simulator; everything has a default that suits a demonstration. */
export interface SimulatorOptions {
  /** Port on loopback; 0 takes a free one. @default 0 */
  readonly port?: number;
  /** Same seed, same start, same accounts: same world. @default 1 */
  readonly seed?: number;
  /** @default 'simulatedClientId' */
  readonly clientId?: string;
  /** @default 'simulatedClientSecret' */
  readonly clientSecret?: string;
  /** Name of the app on the consent page. @default 'Zoom Security Connector' */
  readonly appName?: string;
  /** Redirect URIs on the app's allow list, compared exactly. @default [] */
  readonly redirectUris?: readonly string[];
  /** Scopes the app asks for. @default DEFAULT_SCOPES */
  readonly scopes?: readonly string[];
  /** Those of `scopes` that the admin may leave out. @default [] */
  readonly optionalScopes?: readonly string[];
  /** @default one Pro and one free account */
  readonly accounts?: readonly AccountOptions[];
  /** Added to each answer of the token endpoint and the API. @default 0 */
  readonly latencyMs?: number;
  /** @default 3600 */
  readonly accessTokenSeconds?: number;
  /** @default 900 */
  readonly pageTokenSeconds?: number;
  /** @default 300 */
  readonly codeSeconds?: number;
  /** How long a refresh token still works after it was rotated away; 0 ends it at once. @default 0 */
  readonly refreshGraceSeconds?: number;
  /** Whether calls over the plan's limits are answered 429. @default true */
  readonly enforceQuota?: boolean;
  /** Whether answers carry the rate-limit headers, `Retry-After` included. @default 'all' */
  readonly rateLimitHeaders?: 'all' | 'none';
  /** `api_url` of a token answer; `null` leaves it out. @default the simulator's own URL */
  readonly apiUrl?: string | null;
  /** Where the events of accounts with `webhooks` are sent; `null` for nowhere. @default null */
  readonly webhookUrl?: string | null;
  /** The app's secret token, which signs them. @default 'simulatedSecretToken' */
  readonly webhookSecret?: string;
  /** Now, in epoch milliseconds. @default Date.now */
  readonly clock?: () => number;
}

/** An account with every default filled in. */
export type Account = Required<AccountOptions>;

/** Settings with every default filled in; only `apiUrl` waits for the port to be known. */
export type Settings = Required<Omit<SimulatorOptions, 'apiUrl' | 'accounts'>> & {
  readonly apiUrl: string | null | undefined;
  readonly accounts: readonly Account[];
};

const DEFAULT_ACCOUNTS: readonly AccountOptions[] = [
  { id: 'Nw3kQ8rTSdeVb1XyZ0aFgA', plan: 'pro' },
  { id: 'Fr7mL2pWRcuHj9KtYv4oEQ', plan: 'free', users: 5, admins: 1 },
];

/** Fills in the defaults. */
export function resolveOptions(options: SimulatorOptions): Settings {
  return {
    port: 0,
    seed: 1,
    clientId: 'simulatedClientId',
    clientSecret: 'simulatedClientSecret',
    appName: 'Zoom Security Connector',
    redirectUris: [],
    scopes: DEFAULT_SCOPES,
    optionalScopes: [],
    latencyMs: 0,
    accessTokenSeconds: 3600,
    pageTokenSeconds: 900,
    codeSeconds: 300,
    refreshGraceSeconds: 0,
    webhookUrl: null,
    webhookSecret: 'simulatedSecretToken',
    enforceQuota: true,
    rateLimitHeaders: 'all',
    clock: Date.now,
    ...options,
    apiUrl: options.apiUrl,
    accounts: (options.accounts ?? DEFAULT_ACCOUNTS).map(resolveAccount),
  };
}

/** Fills in an account's defaults. */
export function resolveAccount(account: AccountOptions): Account {
  const reports = { activitiesPerDay: 200, operationsPerDay: 20, historyDays: 30, quietHours: 0 };
  return { users: 25, ...reports, admins: 2, webhooks: false, ...account };
}
