import { readFileSync } from 'node:fs';

/** What the sandbox tells the services that it starts. */
export const offsetFileVariable = 'SANDBOX_OFFSET_FILE';
export const sandboxUrlVariable = 'SANDBOX_URL';

/** How often a service looks whether its clock was moved. */
export const lookEveryMs = 20;

/** The offset that a file holds, in milliseconds; 0 while there is no file. */
export function readOffset(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}
