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

/** The files below this folder that hold one of the secrets in any form. */
export function filesHolding(folder: string, ...secrets: readonly string[]): readonly string[] {
  return filesBelow(folder).filter((file) => fileHolds(file, secrets));
}

/** All files below this folder. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** True when the file holds one of the secrets in any form. One that a running browser has just taken away holds nothing. */
export function fileHolds(file: string, secrets: readonly string[]): boolean {
  try {
    const bytes = readFileSync(file);
    return secrets.flatMap(formsOf).some((form) => bytes.includes(form));
  } catch {
    return false;
  }
}
