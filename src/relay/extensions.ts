/** True when an extension is among those named: each as it is, or as a range such as `1000-1999`. None named: all are. */
export function isAmong(extension: string, named: readonly string[]): boolean {
  if (named.length === 0) return true;
  return named.some((entry) => {
    const [, first, last] = /^(\d+)-(\d+)$/.exec(entry) ?? [];
    if (first === undefined || last === undefined) return entry === extension;
    return /^\d+$/.test(extension) && extension.length === first.length && extension >= first && extension <= last;
  });
}
