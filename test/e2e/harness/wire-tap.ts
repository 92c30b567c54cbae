import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A line to a server on loopback on which every byte is kept. */
export interface WireTap {
  /** To be used instead of the server's own origin. */
  readonly origin: string;
  /** All that has been sent to the server, connection by connection. */
  sent(): readonly string[];
  close(): Promise<void>;
}

/** Puts a tap before the server at this origin (`http://127.0.0.1:<port>`). */
export async function tapWire(origin: string): Promise<WireTap> {
  const sent: { text: string }[] = [];
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const heard = { text: '' };
    sent.push(heard);
    const onward = connect(Number(new URL(origin).port), '127.0.0.1');
    for (const socket of [client, onward]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        onward.destroy();
      });
    }
    client.on('data', (bytes) => {
      heard.text += bytes.toString('latin1');
    });
    client.pipe(onward);
    onward.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent: () => sent.map(({ text }) => text),
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
