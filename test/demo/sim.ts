import { startVodia } from '../simulators/vodia.ts';

/** `npm run sim`: the PBX simulator alone, for trying the extension in one's own browser. `-- --port 8090` for a fixed port. */
export async function main(args: readonly string[]): Promise<number> {
  const port = Number(args[args.indexOf('--port') + 1]);
  const pbx = await startVodia(args.includes('--port') && Number.isInteger(port) ? { port } : {});
  console.log(`
A pretended Vodia PBX on this machine. In PageDial's settings choose Vodia and enter

  Server    ${pbx.origin}
  Domain    ${pbx.tenant}
  User      45
  Password  s3cret-45

Phones: ${pbx.origin}/_sim/    Press Ctrl+C to end it.`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  await pbx.close();
  return 0;
}
