import { readFileSync, writeFileSync } from 'node:fs';
import { crx, type ManifestV3Export } from '@crxjs/vite-plugin';
import preact from '@preact/preset-vite';
import { build, defineConfig, type Plugin, parseAst, type UserConfig } from 'vite';
import base from './manifest.json' with { type: 'json' };
import { WHOLE_ATLAS } from './src/phone/whole-atlas.ts';

type Manifest = Omit<typeof base, 'background' | 'externally_connectable'> & Record<string, unknown>;

/** What the two stores want differs in a few keys; everything else comes from one manifest. */
function manifestFor(target: 'chrome' | 'firefox'): Partial<Manifest> {
  const { browser_specific_settings, minimum_chrome_version, background, externally_connectable, ...common } = base;
  const { side_panel, sidebar_action, permissions, storage, ...rest } = common;
  const { service_worker, scripts, type } = background;
  const own =
    target === 'chrome'
      ? {
          minimum_chrome_version,
          externally_connectable,
          background: { service_worker, type },
          permissions: [...permissions, 'sidePanel'],
          side_panel,
          storage,
        }
      : { browser_specific_settings, background: { scripts, type }, permissions, sidebar_action };
  return { ...rest, ...own };
}

/**
 * Builds the content script in a run of its own: one self-contained file, registered at run time. CRXJS would serve it to pages as a
 * web-accessible resource, by which any page could tell that PageDial is installed.
 */
function contentScript(outDir: string): Plugin {
  return {
    name: 'pagedial:content-script',
    apply: 'build',
    async closeBundle() {
      await build({
        configFile: false,
        logLevel: 'warn',
        publicDir: false,
        define: { 'process.env.NODE_ENV': JSON.stringify('production') },
        plugins: [tightStyles(), lateCharacterClasses(), asciiOnly()],
        build: {
          outDir,
          emptyOutDir: false,
          target: 'es2022',
          lib: { entry: 'src/content/main.ts', formats: ['iife'], name: 'pagedial', fileName: () => 'content.js' },
        },
      });
    },
  };
}

/** Takes out the spaces of our buttons' style sheet, which no bundler knows to be one. */
function tightStyles(): Plugin {
  return {
    name: 'pagedial:tight-styles',
    transform(code, id) {
      if (!id.endsWith('/button-styles.ts')) return undefined;
      const tight = (sheet: string) =>
        sheet
          .replace(/\s+/g, ' ')
          .replace(/ ?([{};,]) ?/g, '$1')
          .replaceAll(': ', ':');
      return { code: code.replace(/= `[^`]*`/, tight), map: null };
    },
  };
}

/** Writes the atlas into a file that all our parts read; no script holds it. Pages cannot read it: it is not web-accessible. */
function atlasFile(): Plugin {
  return {
    name: 'pagedial:atlas-file',
    apply: 'build',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'atlas.json', source: JSON.stringify(WHOLE_ATLAS) });
    },
  };
}

/**
 * Makes patterns with character classes of Unicode (`\\p{…}`) when their module first runs. As literals the browser looks up every class
 * while it reads the file: half of the time the content script takes to start, on pages that need none of them.
 */
function lateCharacterClasses(): Plugin {
  return {
    name: 'pagedial:late-character-classes',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk') continue;
        for (const { start, end, regex } of patternsIn(parseAst(file.code)).reverse()) {
          if (!regex.pattern.includes('\\p{')) continue;
          const late = `RegExp(${JSON.stringify(regex.pattern)},${JSON.stringify(regex.flags)})`;
          // A space: before the literal may stand a word like `return`.
          file.code = `${file.code.slice(0, start)} ${late}${file.code.slice(end)}`;
        }
      }
    },
  };
}

interface PatternNode {
  readonly start: number;
  readonly end: number;
  readonly regex: { readonly pattern: string; readonly flags: string };
}

/** All regular expression literals below a node of the syntax tree, in the order of the text. */
function patternsIn(node: unknown): PatternNode[] {
  if (typeof node !== 'object' || node === null) return [];
  if ('regex' in node) return [node as PatternNode];
  return Object.values(node).flatMap(patternsIn);
}

/**
 * Writes other characters as escapes. One of them anywhere, and the browser keeps the whole source at two bytes a character, in every
 * frame of every page. They stand in strings and patterns only, where an escape means the same.
 */
function asciiOnly(): Plugin {
  return {
    name: 'pagedial:ascii-only',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk') continue;
        file.code = file.code.replace(
          /[\u0080-\uffff]/g,
          (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
        );
      }
    },
  };
}

/** Lets what stands in a page's HTML be drawn before its script is asked for: files come one after the other. */
function drawnFirst(): Plugin {
  return {
    name: 'pagedial:drawn-first',
    transformIndexHtml: {
      order: 'post',
      handler(html) {
        if (/<body>\s*<\/body>/.test(html)) return html;
        const script = /<script type="module"[^>]*><\/script>/.exec(html)?.[0] ?? '';
        return html
          .replace(script, '')
          .replace(/<link rel="modulepreload"[^>]*>/g, '')
          .replace(/(<link rel="stylesheet") crossorigin/g, '$1')
          .replace('</body>', `${script}</body>`);
      },
    },
  };
}

/** Our own pages, as they are named in the manifest or opened by ourselves. */
const PAGES = ['popup', 'panel', 'options', 'confirm', 'diagnostics'];

/**
 * Builds each of our pages in a run of its own: all it needs at once in one script and one style sheet. A page waits for the slowest of
 * its files, and each one is a question to the browser, which on a busy machine is most of the time until something is seen.
 * @param named - where the manifest names them: CRXJS would build what it finds in a manifest, all in one run
 */
function ownPages(outDir: string, named: Readonly<Record<string, unknown>>): Plugin {
  return {
    name: 'pagedial:own-pages',
    apply: 'build',
    async closeBundle() {
      for (const page of PAGES) {
        await build({
          ...COMMON,
          configFile: false,
          logLevel: 'warn',
          publicDir: false,
          plugins: [preact(), drawnFirst()],
          build: {
            outDir,
            emptyOutDir: false,
            target: 'es2022',
            modulePreload: { polyfill: false },
            rolldownOptions: { input: `src/${page}/${page}.html` },
          },
        });
      }
      const path = `${outDir}/manifest.json`;
      const built = JSON.parse(readFileSync(path, 'utf8'));
      writeFileSync(path, JSON.stringify({ ...built, ...named }, null, 2));
    },
  };
}

const COMMON: UserConfig = {
  define: { 'process.env.NODE_ENV': JSON.stringify('production') },
  // Neither "chrome" nor "firefox" is the mode "production": without this every element carries the path and line of its source.
  oxc: { jsx: { development: false } },
};

export default defineConfig(({ mode }) => {
  const target = mode === 'firefox' ? 'firefox' : 'chrome';
  const outDir = `dist/${target}`;
  const { action, options_ui, side_panel, sidebar_action, ...manifest } = manifestFor(target);
  return {
    ...COMMON,
    plugins: [
      crx({ manifest: manifest as unknown as ManifestV3Export, browser: target }),
      atlasFile(),
      contentScript(outDir),
      ownPages(outDir, { action, options_ui, side_panel, sidebar_action }),
    ],
    build: { outDir, emptyOutDir: true, target: 'es2022' },
  };
});
