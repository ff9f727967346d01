const REDACTED = '[redacted]';

/** Names of fields that hold secrets, in lower case and without `_` and `-`. */
const SECRET_NAMES: ReadonlySet<string> = new Set([
  'accesstoken',
  'authorization',
  'clientsecret',
  'codeverifier',
  'cookie',
  'cookies',
  'downloadtoken',
  'downloadurl',
  'encryptedtoken',
  'hostkey',
  'idtoken',
  'joinurl',
  'nextpagetoken',
  'pagetoken',
  'passcode',
  'password',
  'plaintoken',
  'playurl',
  'refreshtoken',
  'secretstring',
  'secrettoken',
  'setcookie',
  'starturl',
  'token',
  'webhooksecret',
  'xzmsignature',
]);

/** Names of fields that Powertools and AWS fill, and that may look like a secret by chance. */
const KNOWN_NAMES: ReadonlySet<string> = new Set(['function_name', 'function_arn']);

/** What errors have for a `code`: a number, `ECONNRESET`, `not-found`, `ValidationException`. Zoom's authorisation codes are none of it. */
const ERROR_CODE = /^(\d{1,6}|[A-Z][A-Z0-9_]{1,39}|[a-z]+([-_][a-z]+)*|([A-Z][a-z]+)+)$/;

/**
 * What a secret looks like in a text, each with what stays of it:
 *
 * - credentials of an `Authorization` header (RFC 6750, section 2.1; RFC 7617, section 2);
 * - a JSON Web Token (RFC 7519), as Zoom's tokens are;
 * - the value of a parameter or field that is secret by its name;
 * - our own values of 256 bits: links, sessions, `state`, code verifiers. ARNs are passed over: names in them may be as long.
 */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic)\s+[\w.~+/-]{16,}=*/gi, `$1 ${REDACTED}`],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g, REDACTED],
  [
    /\b(access_?token|refresh_?token|client_?secret|webhook_?secret|secret_?token|code_?verifier|pass_?code|password|pwd|host_?key)(\\?["']?\s*[=:]\s*\\?["']?)[^\s"'&,;}\\]+/gi,
    `$1$2${REDACTED}`,
  ],
  [/([?&](?:code|state|token|tk|zak)=)[^\s"'&]+/gi, `$1${REDACTED}`],
];
const OURS = /arn:[^\s"]+|(?<![\w-])[\w-]{43}(?![\w-])/g;

/**
 * The second line behind code that logs no secret: blanks out, in whatever is about to be logged, what is a secret by its name
 * or by its looks. Ids of connections, runs, facts, executions, requests and Zoom's tracking stay.
 *
 * @param key - name of the field; `''` for what is in no object.
 * @returns the value that is logged.
 * @see JSON.stringify, whose replacer it is
 */
export function redact(key: string, value: unknown): unknown {
  if (value === null || value === undefined || KNOWN_NAMES.has(key)) return value;
  const name = key.toLowerCase().replace(/[_-]/g, '');
  if (SECRET_NAMES.has(name)) return REDACTED;
  if (typeof value !== 'string') return value;
  if (name === 'code' && !ERROR_CODE.test(value)) return REDACTED;
  const visible = PATTERNS.reduce((text, [pattern, left]) => text.replace(pattern, left), value);
  return visible.replace(OURS, (found) => (found.startsWith('arn:') ? found : REDACTED));
}
