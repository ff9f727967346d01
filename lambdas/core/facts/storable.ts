import type { Json } from './stable-form';

/** An item has 409,600 bytes at most; a fact or a letter has some thousand besides its row. */
const MOST_BYTES = 400_000;
/** Maps and lists nest 32 levels, the item itself among them. */
const MOST_LEVELS = 30;
const LARGEST_NUMBER = 9.99e125;
const SMALLEST_NUMBER = 1e-130;

/**
 * Whether the tables take an item that holds this row.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function isStorable(row: Json): boolean {
  return bytesOf(row, MOST_LEVELS) <= MOST_BYTES;
}

/** What a value adds to an item's size, at most; infinite for what is refused at any size. */
function bytesOf(value: Json, levels: number): number {
  if (value === null || typeof value === 'boolean') return 2;
  if (typeof value === 'string') return Buffer.byteLength(value) + 1;
  if (typeof value === 'number') return isNumber(Math.abs(value)) ? 22 : Infinity;
  if (levels === 0) return Infinity;
  if (Array.isArray(value)) return (value as Json[]).reduce((sum: number, item) => sum + bytesOf(item, levels - 1), 3);
  return Object.entries(value).reduce(
    (sum, [key, item]) => sum + Buffer.byteLength(key) + bytesOf(item, levels - 1),
    3,
  );
}

function isNumber(size: number): boolean {
  return size === 0 || (size >= SMALLEST_NUMBER && size <= LARGEST_NUMBER);
}
