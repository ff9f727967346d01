/** Runs a TypeScript file of this project on a fresh machine: `node dev/run.mjs [--emulator] FILE.ts [ARGUMENT…]`. */
const OLDEST_NODE = 20;

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  process.stderr.write(
    `Node ${OLDEST_NODE} or newer is needed and this is ${process.version}: install it (https://nodejs.org), then try again\n`,
  );
  process.exitCode = 1;
} else {
  // imported late: an older Node could not even load it
  const { main } = await import('./lib/main.mjs');
  process.exitCode = await main(process.argv.slice(2));
}
