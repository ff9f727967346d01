import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import type { AppCredentials } from '../../core/operator/operator';
import type { GrantKey, TokenSet, TokenVault } from '../../core/tokens/ports';
import type { WebhookKey, WebhookKeys } from '../../core/webhooks/ports';
import { AppCredentialsMissingError } from '../../core/zoom/zoom-fault';

const StoredTokens = z.object({
  accessToken: z.string().min(1),
  refreshToken: z.string().min(1),
  clientId: z.string().min(1),
  issuedAt: z.number(),
  expiresAt: z.number(),
});

const StoredCredentials = z.object({
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  webhookSecret: z.string().min(1).optional(),
});

/** Token sets in Secrets Manager: one secret a consent, named `{prefix}{connection}/{generation}`. */
export function makeSecretsTokenVault(
  client: SecretsManagerClient,
  settings: { readonly prefix: string; readonly kmsKeyId: string },
): TokenVault {
  const nameOf = ({ connectionId, generation }: GrantKey) => `${settings.prefix}${connectionId}/${generation}`;
  return {
    async read(key, version) {
      const found = await readSecret(client, nameOf(key), { VersionId: version });
      return found && { tokens: StoredTokens.parse(parseJson(found.value)), version: found.version };
    },
    async create(key, tokens) {
      const value = JSON.stringify(tokens satisfies TokenSet);
      const Name = nameOf(key);
      await client.send(new CreateSecretCommand({ Name, SecretString: value, KmsKeyId: settings.kmsKeyId }));
    },
    async replace(key, tokens) {
      const SecretString = JSON.stringify(tokens satisfies TokenSet);
      const { VersionId } = await client.send(new PutSecretValueCommand({ SecretId: nameOf(key), SecretString }));
      if (VersionId === undefined) throw new Error('Secrets Manager named no version for a stored secret');
      return VersionId;
    },
    async delete(key) {
      try {
        await client.send(new DeleteSecretCommand({ SecretId: nameOf(key), ForceDeleteWithoutRecovery: true }));
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
      }
    },
  };
}

/** The credentials of the Zoom Marketplace app, in the secret that the stack made for them. */
export function makeSecretsAppCredentials(client: SecretsManagerClient, secretName: string) {
  return {
    /** @throws AppCredentialsMissingError when the operator has stored none yet. */
    async read(): Promise<AppCredentials> {
      const found = await readSecret(client, secretName);
      if (found === undefined) throw new AppCredentialsMissingError();
      const parsed = StoredCredentials.safeParse(parseJson(found.value));
      if (!parsed.success) throw new AppCredentialsMissingError();
      return parsed.data;
    },
    async save(credentials: AppCredentials): Promise<void> {
      await client.send(new PutSecretValueCommand({ SecretId: secretName, SecretString: JSON.stringify(credentials) }));
    },
  };
}

/** How long a secret token is good after the operator has stored another: Zoom may have signed with it until then. */
const PREVIOUS_GOOD_MS = 24 * 60 * 60 * 1000;
/** Who sends forged webhooks must not make a function read the secret for each. */
const KEYS_KEPT_MS = 1000;

/** The secret tokens of the app, as webhooks are signed with: in the same secret as its credentials, and its version before. */
export function makeSecretsWebhookKeys(client: SecretsManagerClient, secretName: string): WebhookKeys {
  let kept: { readonly keys: readonly WebhookKey[]; readonly readAt: number } | undefined;

  async function readKeys(now: number): Promise<readonly WebhookKey[]> {
    const current = await readSecret(client, secretName);
    const isNew = current !== undefined && now - current.storedAt < PREVIOUS_GOOD_MS;
    const previous = isNew ? await readSecret(client, secretName, { VersionStage: 'AWSPREVIOUS' }) : undefined;
    return [current, previous].flatMap((found) => {
      const { data } = StoredCredentials.safeParse(parseJson(found?.value ?? ''));
      return data?.webhookSecret === undefined ? [] : [{ secretToken: data.webhookSecret, clientId: data.clientId }];
    });
  }
  return {
    async list(now) {
      if (kept === undefined || now - kept.readAt >= KEYS_KEPT_MS) kept = { keys: await readKeys(now), readAt: now };
      return kept.keys;
    },
  };
}

async function readSecret(
  client: SecretsManagerClient,
  name: string,
  which: Pick<GetSecretValueCommandInput, 'VersionId' | 'VersionStage'> = {},
) {
  try {
    const { SecretString, VersionId, CreatedDate } = await client.send(
      new GetSecretValueCommand({ SecretId: name, ...which }),
    );
    return SecretString === undefined || VersionId === undefined
      ? undefined
      : { value: SecretString, version: VersionId, storedAt: CreatedDate?.getTime() ?? 0 };
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

/** `undefined` for what is not JSON: the placeholder that a secret is made with. The parser's error would quote it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
