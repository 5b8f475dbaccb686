const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g;

/**
 * Whether an object in valid JSON repeats a member name. JSON parsers disagree on which member
 * counts.
 */
export function hasDuplicateNames(json: string): boolean {
  // The names of each open object; `undefined` for an array.
  const open: (Set<string> | undefined)[] = [];
  let text = '';
  for (const [token] of json.matchAll(tokens)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token !== ':') text = token;
    else if (!isNew(open.at(-1), text)) return true;
  }
  return false;
}

function isNew(names: Set<string> | undefined, quoted: string): boolean {
  const name = quoted.includes('\\') ? JSON.parse(quoted) : quoted.slice(1, -1);
  return names?.size !== names?.add(name).size;
}
