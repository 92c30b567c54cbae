/** A host as site rules have it (`crm.example.com`, `*.example.com`, `127.0.0.1:8080`), from whatever was typed or pasted. */
export function readHost(typed: string): string | undefined {
  const text = typed.trim().toLowerCase();
  const bare = text.replace(/^[a-z*]+:\/\//, '').replace(/[/?#].*$/, '');
  const isBelow = bare.startsWith('*.');
  const name = isBelow ? bare.slice(2) : bare;
  if (name === '' || /[*@\s]/.test(name) || !URL.canParse(`https://${name}/`)) return undefined;
  const { host } = new URL(`https://${name}/`);
  // A default port was typed: the browser drops it, and so do addresses of pages.
  const isHost = /^(\[[0-9a-f:]+\]|[a-z0-9_-]+(\.[a-z0-9_-]+)*)(:\d{1,5})?$/.test(host);
  return isHost ? (isBelow ? `*.${host}` : host) : undefined;
}
