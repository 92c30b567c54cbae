import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parseAst } from 'vite';

/** All files that a browser loads with a script before it runs it: what it imports, and so on; not what is imported later. */
export function staticImports(dist: string, entry: string): readonly string[] {
  const files = new Set([normalize(entry)]);
  for (const file of files) {
    for (const source of sourcesIn(readFileSync(join(dist, file), 'utf8'))) {
      files.add(source.startsWith('/') ? normalize(source.slice(1)) : join(dirname(file), source));
    }
  }
  return [...files];
}

function sourcesIn(code: string): readonly string[] {
  return parseAst(code).body.flatMap((statement) =>
    'source' in statement && statement.source ? [String(statement.source.value)] : [],
  );
}
