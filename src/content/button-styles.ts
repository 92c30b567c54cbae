/** CSS pixels; nothing is drawn in it, but its width on the screen tells how much the page enlarges what is in it. */
export const LAYER_WIDTH = 16;

/**
 * How the buttons look. `--ink`, `--ground` and `--accent` are set per button from the page around it; `--h` is the height the lines
 * above and below leave. The bubble's shadow ends before the button it belongs to: to Chromium it would lie over the button, which then
 * counts as hidden.
 */
export const BUTTON_STYLES = `
.layer { position: absolute; top: 0; left: 0; width: ${LAYER_WIDTH}px; height: 0; }
.fixed { position: fixed; }
.layer.away button:not(:focus-visible) { opacity: 0; pointer-events: none; }
button {
  all: unset; box-sizing: border-box; position: absolute; top: 0; left: 0; transform-origin: 0 0; width: 24px; height: var(--h, 24px);
  display: grid; place-items: center; pointer-events: auto; cursor: pointer; color: var(--accent);
  -webkit-tap-highlight-color: transparent; user-select: none;
}
button.shown, button:focus-visible { z-index: 1; }
button[hidden] { display: none; }
.disc {
  box-sizing: border-box; width: min(20px, var(--h, 20px)); height: min(20px, var(--h, 20px)); border-radius: 50%;
  display: grid; place-items: center; background: color-mix(in srgb, var(--accent) 12%, transparent);
  transition: background-color .12s linear, color .12s linear;
}
svg { width: 13px; height: 13px; display: block; fill: none; stroke: currentColor; stroke-linecap: round; stroke-linejoin: round; }
button.shown .disc { background: color-mix(in srgb, var(--accent) 30%, transparent); }
button:hover .disc, button:focus-visible .disc { background: var(--full); color: var(--on-full); }
button:focus-visible .disc { outline: 2px solid var(--accent); outline-offset: 2px; }
button[data-mode='hover'] { opacity: 0; pointer-events: none; }
button[data-mode='hover'].shown, button[data-mode='hover']:focus-visible { opacity: 1; pointer-events: auto; }
button[data-mode='hover'] .disc {
  background: color-mix(in srgb, var(--accent) 14%, var(--ground)); box-shadow: 0 0 0 1px color-mix(in srgb, var(--accent) 35%, var(--ground)), 0 1px 3px rgb(0 0 0 / .25);
}
button[data-mode='hover']:hover .disc, button[data-mode='hover']:focus-visible .disc { background: var(--full); }
button[data-state='asking'] .disc, button[data-state='calling'] .disc { background: var(--full); color: var(--on-full); animation: ring 1.1s ease-in-out infinite; }
button[data-state='live'] .disc { background: var(--full); color: var(--on-full); }
button[data-cancel]:hover .disc, button[data-cancel]:focus-visible .disc { background: #b3261e; color: #fff; animation: none; }
button[data-state='refused'] { --accent: var(--warn); --full: #8f5200; --on-full: #fff; }
button[data-state='refused'] .disc, button[data-state='lost'] .disc { background: color-mix(in srgb, var(--warn) 22%, transparent); color: var(--warn); }
button[aria-disabled='true'] { cursor: default; --full: color-mix(in srgb, var(--accent) 12%, transparent); --on-full: var(--accent); }
button[aria-disabled='true'] .disc { filter: grayscale(1); opacity: .6; }
button[data-state='waiting'] { --accent: var(--warn); }
button[data-state='waiting'] .disc { background: color-mix(in srgb, var(--warn) 22%, transparent); color: var(--warn); outline: 2px dashed var(--warn); outline-offset: -1px; }
@keyframes ring { 50% { opacity: .55; } }
.bubble {
  position: fixed; box-sizing: border-box; max-width: min(280px, calc(100vw - 16px)); padding: 7px 10px; border-radius: 7px;
  font: 13px/1.4 system-ui, sans-serif; letter-spacing: normal; text-align: start; color: #fff; background: #2b2b2b;
  box-shadow: 0 2px 5px -2px rgb(0 0 0 / .5), 0 0 0 1px rgb(255 255 255 / .12); pointer-events: none; opacity: 0; visibility: hidden;
  overflow-wrap: anywhere; unicode-bidi: isolate;
}
.bubble.shown { opacity: 1; visibility: visible; }
.probe { position: fixed; top: 0; left: 0; width: 100vw; height: 100vh; visibility: hidden; pointer-events: none; }
@media (prefers-color-scheme: dark) { .probe { width: calc(100vw - 1px); } }
@media (forced-colors: active) {
  .disc { background: ButtonFace !important; color: ButtonText !important; border: 1px solid ButtonText; forced-color-adjust: none; }
  button:hover .disc, button:focus-visible .disc { background: Highlight !important; color: HighlightText !important; }
  .bubble { background: Canvas; color: CanvasText; border: 1px solid CanvasText; }
}
@media (prefers-reduced-motion: reduce) { .disc { transition: none; animation: none !important; } }
@media print { :host, .layer, .bubble { display: none !important; } }
`;
