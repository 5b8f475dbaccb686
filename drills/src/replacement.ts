/**
 * A piece of the product that the processes of a drill load otherwise: `line` must be in the file once, word for word, so that one that
 * has moved is noticed. `file` is the end of its path.
 */
export type Replacement = { file: string; line: string; by: string };
