import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compile } from 'svelte/compiler';
import { build, type InlineConfig, type Plugin } from 'vite';
import { CACHE, ROOT } from '../../tools/project.ts';

const HERE = import.meta.dirname;

/** The built pages: scripts to serve, and what servers write. */
export interface BuiltPages {
  /** Holds `start.js` and `editors.js`, and what they load. */
  readonly folder: string;
  readonly server: typeof import('./server.ts');
}

/** Builds the churn pages with the development editions of the frameworks, whose warnings are wanted. Built once for the same sources. */
export async function buildPages(): Promise<BuiltPages> {
  const folder = join(CACHE, `churn-${hashOfSources()}`);
  if (!existsSync(folder)) {
    const unfinished = `${folder}.${process.pid}`;
    mkdirSync(CACHE, { recursive: true });
    await build(configFor('client', join(unfinished, 'client')));
    await build(configFor('server', join(unfinished, 'server')));
    for (const old of readdirSync(CACHE).filter((name) => /^churn-[0-9a-f]+$/.test(name)))
      rmSync(join(CACHE, old), { recursive: true, force: true });
    renameSync(unfinished, folder);
  }
  const server = await import(/* @vite-ignore */ pathToFileURL(join(folder, 'server', 'server.js')).href);
  return { folder: join(folder, 'client'), server };
}

function configFor(side: 'client' | 'server', outDir: string): InlineConfig {
  const entries = (side === 'client' ? ['start.ts', 'editors.ts'] : ['server.ts']).map((name) => join(HERE, name));
  return {
    configFile: false,
    root: ROOT,
    mode: 'development',
    logLevel: 'error',
    publicDir: false,
    plugins: [svelte(side)],
    define: side === 'client' ? { 'process.env.NODE_ENV': '"development"' } : {},
    resolve:
      side === 'client'
        ? {
            conditions: ['browser', 'module', 'development'],
            // The edition with the compiler for templates.
            alias: { vue: 'vue/dist/vue.esm-bundler.js' },
          }
        : {},
    build: {
      outDir,
      emptyOutDir: true,
      minify: false,
      target: 'es2022',
      modulePreload: false,
      ...(side === 'server' ? { ssr: true } : {}),
      rollupOptions: {
        input: entries,
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  };
}

function svelte(generate: 'client' | 'server'): Plugin {
  return {
    name: 'churn:svelte',
    transform(code, id) {
      if (!id.endsWith('.svelte')) return undefined;
      const { js } = compile(code, { filename: id, generate, dev: true });
      return { code: js.code, map: js.map, moduleType: 'js' };
    },
  };
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(HERE).sort()) hash.update(name).update(readFileSync(join(HERE, name)));
  hash.update(readFileSync(join(ROOT, 'package-lock.json')));
  return hash.digest('hex').slice(0, 12);
}
