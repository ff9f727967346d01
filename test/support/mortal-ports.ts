/** A function's end before its time: what it asked for from then on never happened. */
export class Killed extends Error {}

/**
 * When, of the call at which it dies, a function dies. `amid`: of a call that takes a list (facts, letters), half of it has had
 * its effect.
 */
export type Moment = 'before' | 'amid' | 'after';

export interface Death {
  /** Counts the calls of all ports, from 1 on. */
  readonly nth: number;
  readonly when: Moment;
}

/**
 * Ports of a function that dies at its nth call of any of them: that call and all later ones throw {@link Killed}.
 *
 * @param mortal - names of the ports that count; the others are passed on as they are.
 * @param onDeath - told once, at that moment.
 */
export function mortalPorts<Ports extends object>(
  ports: Ports,
  mortal: readonly (keyof Ports)[],
  { nth, when }: Death,
  onDeath: () => void = () => undefined,
): Ports {
  let calls = 0;
  const die = (): never => {
    if (calls === nth) onDeath();
    throw new Killed();
  };
  /** Does what a call does, or the part of it that is done before the end. */
  const call = async <Result>(args: unknown[], act: (args: unknown[]) => Promise<Result>): Promise<Result> => {
    const own = ++calls;
    if (own > nth || (own === nth && when === 'before')) return die();
    const [first, ...rest] = args;
    const isHalf = own === nth && when === 'amid' && Array.isArray(first);
    const result = await act(isHalf ? [(first as unknown[]).slice(0, first.length >> 1), ...rest] : args);
    return calls >= nth ? die() : result;
  };
  const mortalPort = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        if (Object.prototype.toString.call(member) !== '[object AsyncGeneratorFunction]') {
          return (...args: unknown[]) =>
            call(args, (given) => Reflect.apply(member, target, given) as Promise<unknown>);
        }
        return async function* (...args: unknown[]) {
          await call([], () => Promise.resolve());
          yield* Reflect.apply(member, target, args) as AsyncIterable<unknown>;
        };
      },
    });
  const own = mortal.map((name) => [name, mortalPort(ports[name] as object)]);
  return { ...ports, ...(Object.fromEntries(own) as Partial<Ports>) };
}
