/**
 * A change to a source file of the product as the processes of a drill load it. `line` must occur
 * exactly once in the file, so that a guard which has moved fails loudly. `file` is relative to the
 * repository.
 */
export type Replacement = { file: string; line: string; by: string };
