import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { functionNamed, stack } from './stack';

/** The processes in which this emulator, and no other on the machine, runs the function that reads Zoom. */
export async function workerPids(): Promise<number[]> {
  const marks = [
    ` AWS_LAMBDA_FUNCTION_NAME=${await functionNamed('reads shards as far as time and quota allow')} `,
    ` GATEWAY_PORT=${new URL(stack.endpointUrl).port} `,
  ];
  // with their environments, which tell whose they are
  const { stdout } = await promisify(execFile)('ps', ['axeww', '-o', 'pid=,command='], { maxBuffer: 2 ** 26 });
  return stdout
    .split('\n')
    .filter((line) => marks.every((mark) => `${line} `.includes(mark)))
    .map((line) => Number.parseInt(line, 10));
}

/** Ends a process as when its machine goes away. One that has ended already is fine. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it was faster
  }
}
