import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { crc32 } from 'node:zlib';
import type { BrowserKind } from '../../tools/browsers.ts';
import { CACHE } from '../../tools/project.ts';
import { copyExtension, type ExtensionCopy } from './extension-copy.ts';

/** A browser profile with the extension in it, to be started more than once. */
export interface KeptProfile {
  readonly profile: string;
  /** The extension's folder; the same folder is the same extension. */
  readonly folder: string;
  remove(): void;
}

/** Makes one. Firefox finds the extension there at its start, as a packed file; Chromium is told its folder. */
export function keepProfile(kind: BrowserKind, geckoId: string): KeptProfile {
  mkdirSync(CACHE, { recursive: true });
  const profile = mkdtempSync(join(CACHE, 'profile-'));
  const copy: ExtensionCopy = copyExtension(kind === 'chromium' ? 'chrome' : 'firefox');
  if (kind === 'firefox') {
    mkdirSync(join(profile, 'extensions'));
    writeFileSync(join(profile, 'extensions', `${geckoId}.xpi`), packed(copy.folder));
  }
  return {
    profile,
    folder: copy.folder,
    remove() {
      copy.remove();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The folder as a ZIP file without compression, which is all a browser asks of a package that nobody signed. */
function packed(folder: string): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  const files = filesIn(folder);
  for (const file of files) {
    const name = Buffer.from(relative(folder, file).split(sep).join('/'));
    const content = readFileSync(file);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(0x5a21, 8);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    parts.push(Buffer.from('PK\u0003\u0004', 'latin1'), common, name, content);
    const entry = Buffer.alloc(16);
    entry.writeUInt32LE(offset, 12);
    directory.push(Buffer.from('PK\u0001\u0002\u0014\u0000', 'latin1'), common, entry.subarray(2), name);
    offset += 30 + name.length + content.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, central, Buffer.from('PK\u0005\u0006', 'latin1'), end]);
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  });
}
