/** Something that the user can put right: its message is one sentence with the remedy, shown without a stack. */
export class Problem extends Error {}

/** Problems of the machine rather than of a tool, told by the error codes of files or by what npm and pip print. */
const MACHINE_PROBLEMS = [
  [
    /ENOSPC|EDQUOT|No space left on device/i,
    'the disk is full: free about 1.5 GB where this project lies, then try again',
  ],
  [
    /EACCES|EPERM|EROFS|Permission denied/i,
    'this folder may not be written to: give yourself the right to, then try again',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|NewConnectionError|ProxyError|SSLError|Max retries exceeded|from versions: none|CERT_|certificate|\bE[45]\d\d\b|HTTP error [45]\d\d/i,
    'the package registry cannot be reached or refuses: check the network and its proxy ("npm config list", "pip config list"), then try again',
  ],
];

/**
 * The remedy for a failure of the machine.
 *
 * @param {string} output - an error's message, or what a failed tool printed.
 * @returns {string | undefined} a sentence; `undefined` when the output tells of nothing known.
 */
export function machineProblem(output) {
  return MACHINE_PROBLEMS.find(([pattern]) => pattern.test(output))?.[1];
}
