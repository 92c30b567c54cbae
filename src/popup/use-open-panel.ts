import { useEffect, useState } from 'preact/hooks';
import { browser } from '../browser.ts';

/** Chrome's side panel, which the polyfill does not know. */
interface WithSidePanel {
  readonly sidePanel?: { open(where: { readonly windowId: number }): Promise<void> };
}

/** Opens our panel beside the page and closes the popup; undefined where the browser has none. To be called first thing in a click. */
export function useOpenPanel(): (() => void) | undefined {
  const { sidePanel } = browser as unknown as WithSidePanel;
  const sidebar = browser.sidebarAction as typeof browser.sidebarAction | undefined;
  const [windowId, setWindowId] = useState<number>();
  useEffect(() => {
    if (sidePanel) void browser.windows.getCurrent().then(({ id }) => setWindowId(id));
  }, [sidePanel]);
  const close = () => window.close();
  if (sidePanel && windowId !== undefined) return () => void sidePanel.open({ windowId }).then(close, () => {});
  return sidebar?.open && (() => void sidebar.open().then(close, () => {}));
}
