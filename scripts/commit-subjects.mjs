/**
 * Checks the subjects of commits: those since the merge base with main, or with a file name the one
 * message in it, as the hook commit-msg passes it. Plain JavaScript, because a hook runs on any
 * Node.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const longestSubject = 72;

/**
 * The problem of each subject that is too long.
 * @param {readonly string[]} subjects
 */
export function findProblems(subjects) {
  return subjects
    .filter((subject) => subject.length > longestSubject && !/^(Merge|Revert|fixup!|squash!) /.test(subject))
    .map((subject) => `${subject.length} characters, at most ${longestSubject} are allowed: ${subject}`);
}

/**
 * The subjects of the commits since the merge base with main. None on main itself, in a shallow
 * clone without that base, and outside a repository.
 * @param {string} folder
 */
export function subjectsSinceMain(folder) {
  const bases = ['origin/HEAD', 'origin/main', 'main'].map((main) => git(folder, 'merge-base', 'HEAD', main));
  const base = bases.find((found) => found !== undefined);
  return base === undefined
    ? []
    : (git(folder, 'log', '--format=%s', `${base}..HEAD`)?.split('\n').filter(Boolean) ?? []);
}

/**
 * @param {string} folder
 * @param {string[]} args
 */
function git(folder, ...args) {
  const { status, stdout } = spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [message] = process.argv.slice(2);
  const subjects = message
    ? [readFileSync(message, 'utf8').split('\n', 1)[0] ?? '']
    : subjectsSinceMain(fileURLToPath(new URL('..', import.meta.url)));
  const problems = findProblems(subjects);
  for (const problem of problems) console.error(`Commit subject too long (${problem})`);
  if (problems.length > 0) process.exitCode = 1;
}
