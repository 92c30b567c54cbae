import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/project.ts';

/** Matches what users read for this message key, whatever stands for its placeholders. */
export function words(key: string): RegExp {
  const file = join(ROOT, 'public', '_locales', 'en', 'messages.json');
  const messages = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { readonly message: string } | undefined>;
  const message = messages[key]?.message;
  if (message === undefined) throw new Error(`no message "${key}"`);
  const parts = message.split(/\$\w+\$?/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(parts.join('[^\\n]*'), 'i');
}
