import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../dev/local/paths';
import type { AuditFact } from '../../../lambdas/core/audit/audit-fact';
import type { Fact } from '../../../lambdas/core/facts/fact';

const ajv = new Ajv2020({ allErrors: true, strictTypes: false });
const validators = new Map<string, ValidateFunction>();

/** What the published schema of its kind finds wrong with a fact. */
export function schemaProblems({ kind, ...rest }: Fact | AuditFact): string[] {
  const file = join(ROOT, 'docs/schemas', `fact.v1.${kind}.schema.json`);
  const validate = validators.get(kind) ?? ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object);
  validators.set(kind, validate);
  if (validate({ kind, ...rest })) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${kind} ${instancePath}: ${message}`);
}
