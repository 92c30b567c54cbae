import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { ROOT } from '../tools/project.ts';

/** A screenshot; its size is in CSS pixels. */
export interface Picture {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A page in a window with the popup open beside it. The window is drawn; what is in it are screenshots, cut like the browser cuts them. */
export function drawWindow(board: Page, address: string, page: Picture, popup: Picture): Promise<Uint8Array> {
  const icon = readFileSync(join(ROOT, 'public', 'icons', '48.png')).toString('base64');
  return draw(
    board,
    `<div class="scene">
      <div class="window" style="inline-size: ${page.width}px">
        <div class="bar"><i></i><i></i><i></i><span class="address">${address}</span>
          <img src="data:image/png;base64,${icon}" width="22" height="22" alt=""></div>
        ${image(page)}
      </div>
      <div class="popup">${image(popup)}</div>
    </div>`,
  );
}

/** Pictures side by side, tops in line; long ones are cut. */
export function drawRow(board: Page, pictures: readonly Picture[]): Promise<Uint8Array> {
  const cards = pictures.map((picture) => `<div class="card">${image(picture)}</div>`);
  return draw(board, `<div class="row">${cards.join('')}</div>`);
}

const STYLE = `
  body { margin: 0; inline-size: max-content; padding: 24px; background: #e7ebf1; font: 13px system-ui, sans-serif; }
  img { display: block; }
  .scene { position: relative; padding-inline-end: 130px; }
  .window { overflow: hidden; border-radius: 12px; background: #fff; box-shadow: 0 10px 30px rgb(23 33 43 / 18%); }
  .bar { display: flex; align-items: center; gap: 8px; block-size: 44px; padding-inline: 16px 12px; background: #dfe4ea; }
  .bar i { inline-size: 12px; block-size: 12px; border-radius: 50%; background: #b3bcc6; }
  .address { flex: 1; margin-inline: 14px; padding: 5px 14px; border-radius: 99px; background: #fff; color: #3a4652; }
  .popup, .card { overflow: hidden; border-radius: 10px; }
  .popup { position: absolute; inset-block-start: 50px; inset-inline-end: 0; max-block-size: 600px;
    box-shadow: 0 10px 30px rgb(23 33 43 / 30%); }
  .row { display: flex; align-items: flex-start; gap: 20px; }
  .card { max-block-size: 540px; border: 1px solid #c3cbd5; }
`;

async function draw(board: Page, body: string): Promise<Uint8Array> {
  await board.setViewport({ width: 3000, height: 2000 });
  await board.setContent(`<!doctype html><meta charset="utf-8"><style>${STYLE}</style>${body}`);
  const { width, height } = await board.evaluate(() => {
    const { offsetWidth, offsetHeight } = document.body;
    return { width: offsetWidth, height: offsetHeight };
  });
  await board.setViewport({ width, height });
  return board.screenshot();
}

function image({ png, width, height }: Picture): string {
  return `<img src="data:image/png;base64,${Buffer.from(png).toString('base64')}" width="${width}" height="${height}" alt="">`;
}
