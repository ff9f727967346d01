/**
 * DynamoDB calls under way at once: enough to store a page while Zoom makes the next one, and so few that a worker's
 * other chains, which share its one thread, begin their calls in time.
 */
const PARALLEL = 2;

/** Works through `items`, `parallel` of them at a time. */
export async function inParallel<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<unknown>,
  parallel = PARALLEL,
): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, worker));
}
