/**
 * The line where a text stops being JSON, from 1. Engines word their errors differently (V8 counts characters, SpiderMonkey lines, some
 * neither), so it is found by their one common property: a text cut before the fault fails at its very end.
 */
export function lineOfFault(text: string): number {
  const lines = text.split('\n');
  let good = 0;
  let bad = lines.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isPrefixOfJson(lines.slice(0, middle).join('\n'))) good = middle;
    else bad = middle;
  }
  return bad;
}

/** True when the text could still become JSON by writing on. A small checker, since `JSON.parse` does not tell. */
function isPrefixOfJson(text: string): boolean {
  const tokens =
    /\s+|"(?:[^"\\\n]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]/y;
  const open: ('{' | '[')[] = [];
  let expects: 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'after' = 'value';
  while (tokens.lastIndex < text.length) {
    const match = tokens.exec(text)?.[0];
    if (match === undefined) return false;
    if (/^\s/.test(match)) continue;
    const inside = open.at(-1);
    if (match === '}' || match === ']') {
      const closes = match === '}' ? '{' : '[';
      const mayClose = expects === 'after' || expects === (match === '}' ? 'key-or-end' : 'value-or-end');
      if (inside !== closes || !mayClose) return false;
      open.pop();
      expects = 'after';
    } else if (expects === 'after') {
      if (match !== ',' || inside === undefined) return false;
      expects = inside === '{' ? 'key' : 'value';
    } else if (expects === 'colon') {
      if (match !== ':') return false;
      expects = 'value';
    } else if (expects === 'key' || expects === 'key-or-end') {
      if (!match.startsWith('"')) return false;
      expects = 'colon';
    } else if (match === '{' || match === '[') {
      open.push(match);
      expects = match === '{' ? 'key-or-end' : 'value-or-end';
    } else {
      if (match === ',' || match === ':') return false;
      expects = 'after';
    }
  }
  return true;
}

/**
 * The line, from 1, where the value at a path such as `sites.hosts.3` stands in a text that is JSON; of a value that is missing, the line of
 * what it is missing in.
 */
export function lineOfPath(text: string, path: string): number {
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
  const open: { readonly isList: boolean; at: number; key: string; expectsKey: boolean }[] = [];
  let best = { depth: 0, index: 0 };
  const see = (index: number) => {
    const here = open.map(({ isList, at, key }) => (isList ? String(at) : key)).join('.');
    const isOnTheWay = path === here || path.startsWith(`${here}.`);
    if (isOnTheWay && open.length > best.depth) best = { depth: open.length, index };
  };
  for (const { 0: token, index } of text.matchAll(tokens)) {
    const inside = open.at(-1);
    if (token === '}' || token === ']') {
      open.pop();
      continue;
    }
    if (token === ',') {
      if (inside) inside.at++;
      if (inside) inside.expectsKey = !inside.isList;
      continue;
    }
    if (token === ':') continue;
    if (inside?.expectsKey) {
      inside.key = keyOf(token);
      inside.expectsKey = false;
      see(index);
      continue;
    }
    if (inside?.isList) see(index);
    if (token === '{' || token === '[') {
      open.push({ isList: token === '[', at: 0, key: '', expectsKey: token === '{' });
    }
  }
  return text.slice(0, best.index).split('\n').length;
}

function keyOf(token: string): string {
  const key: unknown = JSON.parse(token);
  return typeof key === 'string' ? key : token;
}
