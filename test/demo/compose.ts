import type { Page } from 'puppeteer-core';

/** A screenshot, twice as fine as its size in CSS pixels. */
export interface Picture {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A page in a browser's window, with the popup where the toolbar opens it. The window is drawn, what is in it are screenshots. */
export function drawMainPicture(board: Page, page: Picture, popup: Picture): Promise<Uint8Array> {
  return draw(
    board,
    `<div class="window" style="inline-size: ${page.width}px">
      <div class="bar"><i></i><i></i><i></i><span class="address">crm.harbor.example</span><span class="pin"></span></div>
      ${image(page)}
      <div class="popup">${image(popup)}</div>
    </div>`,
  );
}

/** Pictures side by side, tops in line. */
export function drawRow(board: Page, pictures: readonly Picture[]): Promise<Uint8Array> {
  return draw(
    board,
    `<div class="row">${pictures.map((picture) => `<div class="card">${image(picture)}</div>`).join('')}</div>`,
  );
}

const STYLE = `
  body { margin: 0; inline-size: max-content; padding: 28px; background: #e7ebf1; font: 13px system-ui, sans-serif; }
  img { display: block; }
  .window { position: relative; overflow: hidden; border-radius: 12px; background: #fff; box-shadow: 0 12px 36px rgb(23 33 43 / 22%); }
  .bar { display: flex; align-items: center; gap: 8px; block-size: 44px; padding-inline: 16px; background: #dfe4ea; }
  .bar i { inline-size: 12px; block-size: 12px; border-radius: 50%; background: #b3bcc6; }
  .address { flex: 1; margin-inline: 14px; padding: 5px 14px; border-radius: 99px; background: #fff; color: #3a4652; }
  .pin { inline-size: 22px; block-size: 22px; border-radius: 6px; background: #0b5fc6; }
  .popup, .card { overflow: hidden; border-radius: 10px; box-shadow: 0 10px 30px rgb(23 33 43 / 30%); }
  .popup { position: absolute; inset-block-start: 50px; inset-inline-end: 12px; }
  .row { display: flex; align-items: flex-start; gap: 22px; }
`;

async function draw(board: Page, body: string): Promise<Uint8Array> {
  await board.setViewport({ width: 3000, height: 2000, deviceScaleFactor: 1 });
  await board.setContent(`<!doctype html><meta charset="utf-8"><style>${STYLE}</style>${body}`);
  const { width, height } = await board.evaluate(() => {
    const { offsetWidth, offsetHeight } = document.body;
    return { width: offsetWidth, height: offsetHeight };
  });
  await board.setViewport({ width, height, deviceScaleFactor: 1 });
  return board.screenshot();
}

function image({ png, width, height }: Picture): string {
  return `<img src="data:image/png;base64,${Buffer.from(png).toString('base64')}" width="${width}" height="${height}" alt="">`;
}
