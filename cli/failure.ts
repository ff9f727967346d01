import type { OperatorError } from '../lambdas/contract/operator';

/** A command that did not do what was asked, with what to do about it. */
export class Failure extends Error {
  override readonly name = 'Failure';

  constructor(
    readonly error: OperatorError,
    /** 1: it failed. 2: the command was used wrongly. */
    readonly exitCode: 1 | 2,
  ) {
    super(error.message);
  }
}

/** The command line, or what came with it, cannot be understood. */
export function wrongUse(message: string, remedy = 'see: npm run -s connector -- --help'): Failure {
  return new Failure({ code: 'wrong-use', message, remedy }, 2);
}

/** @param error - as the operator function answered it. */
export function refusedByOperator(error: OperatorError): Failure {
  return new Failure(error, error.code === 'invalid-input' ? 2 : 1);
}

/** Anything else that went wrong on the way to the operator function. */
export function unreachable(message: string, remedy: string): Failure {
  return new Failure({ code: 'unreachable', message, remedy }, 1);
}
