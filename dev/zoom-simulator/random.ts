/**
 * Mixes numbers into one that looks random and depends on nothing else, so that any row can be made again at any time.
 *
 * @param inputs - whole numbers; only their lower 32 bits count.
 * @returns a whole number from 0 to 2^32 - 1.
 */
export function mix(...inputs: number[]): number {
  let hash = 0x9e3779b9;
  for (const input of inputs) {
    hash = Math.imul(hash ^ input, 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

/** Turns a number from {@link mix} into a fraction in [0, 1). */
export function fraction(hash: number): number {
  return hash / 2 ** 32;
}

/** Takes the element of a non-empty list that a number from {@link mix} points at. */
export function pick<const T extends readonly [unknown, ...unknown[]]>(list: T, hash: number): T[number] {
  return list[hash % list.length] ?? list[0];
}

/** Derives a seed of its own for a part of the world, such as an account. */
export function seedFor(seed: number, name: string): number {
  return mix(seed, ...Buffer.from(name));
}
