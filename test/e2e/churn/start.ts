import type { App } from './app.ts';
import { type Churn, createChurn } from './page.ts';

const APPS: Readonly<Record<string, () => Promise<{ readonly app: App }>>> = {
  plain: () => import('./plain-app.ts'),
  react: () => import('./react-app.ts'),
  preact: () => import('./preact-app.ts'),
  vue: () => import('./vue-app.ts'),
  svelte: () => import('./svelte-app.ts'),
  lit: () => import('./lit-app.ts'),
};

const name = new URLSearchParams(location.search).get('framework') ?? '';
const { app } = (await APPS[name]?.()) ?? {};
if (!app) throw new Error(`no page for ${name}`);
(window as { churn?: Churn }).churn = createChurn(app);
