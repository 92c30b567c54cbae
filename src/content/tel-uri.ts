/** What a call link asks for. */
export interface CallTarget {
  /** As written, without visual separators: `+16175550142`, `6175550142`, `45`, or `45@pbx.example` for SIP. */
  readonly number: string;
  readonly ext?: string;
}

/** Stand-in until `src/phone/tel-uri.ts` exists. Undefined for anything that is not plainly a number to call. */
export function parseTelUri(uri: string): CallTarget | undefined {
  const match = /^\s*(tel|callto|sips?):(?:\/\/)?([^?;#]*)((?:;[^?#]*)?)/i.exec(uri);
  if (!match) return undefined;
  const [, scheme = '', rawTarget = '', parameters = ''] = match;
  const target = decode(rawTarget);
  if (target === undefined) return undefined;
  const ext =
    /;ext=(\d{1,8})(?:;|$)/i.exec(parameters)?.[1] ?? (/^(?:tel|callto)$/i.test(scheme) ? extIn(target) : undefined);
  const [user = '', host] = target.split('@');
  const plain = user.replace(/(?:ext\.?|x)\s*\d{1,8}$/i, '').replace(/[\s().\-/\u00a0]/g, '');
  if (!/^\+?\d{2,15}$/.test(plain)) {
    return host !== undefined && /^[\w.+-]{1,64}$/.test(user) ? { number: `${user}@${host}` } : undefined;
  }
  const number = host === undefined || plain.startsWith('+') || plain.length >= 7 ? plain : `${plain}@${host}`;
  return { number, ...(ext === undefined ? {} : { ext }) };
}

function extIn(target: string): string | undefined {
  return /(?:ext\.?|x)\s*(\d{1,8})$/i.exec(target)?.[1];
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text).trim();
  } catch {
    return undefined;
  }
}
