import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** All the forms in which a text may turn up: plain, as UTF-16, in base64, in an address, as its MD5. */
export function formsOf(secret: string): readonly Buffer[] {
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  const forms = [secret, base64, encodeURIComponent(secret), createHash('md5').update(secret).digest('hex')];
  return [...forms.map((form) => Buffer.from(form)), Buffer.from(secret, 'utf16le')];
}

/** True when the text holds the secret in any form. */
export function holds(text: string, secret: string): boolean {
  const bytes = Buffer.from(text);
  return formsOf(secret).some((form) => bytes.includes(form));
}

/** The files below this folder that hold the secret in any form. */
export function filesHolding(folder: string, secret: string): readonly string[] {
  const forms = formsOf(secret);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => {
      const bytes = readFileSync(file);
      return forms.some((form) => bytes.includes(form));
    });
}
