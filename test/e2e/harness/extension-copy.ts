import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, distOf, type Target } from '../../tools/project.ts';

export interface ExtensionCopy {
  readonly folder: string;
  remove(): void;
}

/**
 * A copy of the build in which optional hosts and permissions are plain ones, because nobody can answer a permission prompt in a test
 * or a demo. Nothing else differs from what users get.
 */
export function copyExtension(target: Target): ExtensionCopy {
  const built = distOf(target);
  if (!existsSync(join(built, 'manifest.json')))
    throw new Error(`No build in dist/${target}: run "npm run build" first.`);
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, `${target}-`));
  cpSync(built, folder, { recursive: true });
  const file = join(folder, 'manifest.json');
  writeFileSync(file, JSON.stringify(withoutPrompts(JSON.parse(readFileSync(file, 'utf8')))));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

interface Permissions {
  readonly permissions?: readonly string[];
  readonly host_permissions?: readonly string[];
  readonly optional_permissions?: readonly string[];
  readonly optional_host_permissions?: readonly string[];
}

function withoutPrompts(manifest: Permissions): object {
  const {
    permissions = [],
    host_permissions = [],
    optional_permissions = [],
    optional_host_permissions = [],
    ...rest
  } = manifest;
  return {
    ...rest,
    permissions: [...permissions, ...optional_permissions],
    host_permissions: [...host_permissions, ...optional_host_permissions],
  };
}
