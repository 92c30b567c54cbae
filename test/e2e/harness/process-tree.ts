import { readdirSync, readFileSync } from 'node:fs';

/** A process and all that it has started, directly or not (Linux only). Empty without a process. */
export function processTree(root: number | undefined): readonly number[] {
  if (root === undefined) return [];
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const parent = parentOf(name);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const all: number[] = [];
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    all.push(pid);
    open.push(...(children.get(pid) ?? []));
  }
  return all;
}

function parentOf(name: string): number | undefined {
  if (!/^\d+$/.test(name)) return undefined;
  try {
    // "pid (name) state ppid …": the name may hold anything.
    const fields = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ');
    return Number(fields[1]);
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
