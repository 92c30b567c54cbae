import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../e2e/harness/until.ts';
import type { FoundAsterisk } from './find-asterisk.ts';

/** One line of Asterisk's own record of calls. */
export interface CallRecord {
  readonly from: string;
  readonly to: string;
  readonly channel: string;
  /** `ANSWERED`, `BUSY`, `NO ANSWER`, `FAILED`, `CONGESTION` */
  readonly disposition: string;
}

/** A real Asterisk on loopback ports with a small office: agent 2040, colleague 2041, the world behind `trunk`, context `agents`. */
export interface RealAsterisk {
  readonly origin: string;
  readonly sipPort: number;
  readonly version: string;
  readonly login: { readonly user: string; readonly password: string };
  readonly reader: { readonly user: string; readonly password: string };
  /** What Asterisk has written down, oldest first. */
  records(): readonly CallRecord[];
  /** A question to ARI, as an administrator. */
  ask(method: string, path: string): Promise<unknown>;
  /** Ends it without a goodbye and starts it anew. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const LOGIN = { user: 'pagedial', password: 'ari-s3cret' };
const READER = { user: 'reader', password: 'read-s3cret' };

/** Starts it with a configuration of its own; stop it when done. */
export async function startAsterisk(found: FoundAsterisk): Promise<RealAsterisk> {
  const home = mkdtempSync(join(found.root ? join(found.root, 'tmp') : tmpdir(), 'pagedial-asterisk-'));
  const inside = found.root ? home.slice(found.root.length) : home;
  const [httpPort, sipPort] = [await freeTcpPort(), await freeUdpPort()];
  for (const [file, text] of Object.entries(configuration(inside, httpPort, sipPort))) {
    mkdirSync(join(home, 'etc'), { recursive: true });
    writeFileSync(join(home, 'etc', file), text);
  }
  for (const folder of ['run', 'log/cdr-csv', 'spool', 'lib']) mkdirSync(join(home, folder), { recursive: true });
  const origin = `http://127.0.0.1:${httpPort}`;
  const authorization = `Basic ${Buffer.from(`${LOGIN.user}:${LOGIN.password}`).toString('base64')}`;

  const ask = async (method: string, path: string): Promise<unknown> => {
    const answer = await fetch(`${origin}/ari/${path}`, { method, headers: { authorization } });
    const text = await answer.text();
    return text === '' ? undefined : JSON.parse(text);
  };
  let running: ChildProcess | undefined;
  const run = async () => {
    const args = ['-f', '-C', join(inside, 'etc/asterisk.conf')];
    running = found.root
      ? spawn('chroot', [found.root, found.program, ...args], { stdio: 'ignore' })
      : spawn(found.program, args, { stdio: 'ignore' });
    await until(
      'Asterisk answers',
      async () => {
        try {
          return (await fetch(`${origin}/ari/asterisk/info`, { headers: { authorization } })).ok;
        } catch {
          return false;
        }
      },
      30_000,
    );
  };
  const end = async () => {
    const child = running;
    running = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  };

  try {
    await run();
    const { system } = (await ask('GET', 'asterisk/info?only=system')) as { system: { version: string } };
    return {
      origin,
      sipPort,
      version: system.version,
      login: LOGIN,
      reader: READER,
      records: () => readRecords(join(home, 'log/cdr-csv/Master.csv')),
      ask,
      async restart() {
        await end();
        await run();
      },
      async stop() {
        await end();
        rmSync(home, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await end();
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
}

function configuration(home: string, httpPort: number, sipPort: number): Readonly<Record<string, string>> {
  const user = ({ user: name, password }: typeof LOGIN, more = '') =>
    `[${name}]\ntype=user\npassword=${password}\n${more}`;
  const phone = (name: string) =>
    `[${name}](phone)\naors=${name}\n[${name}]\ntype=aor\nmax_contacts=1\nremove_existing=yes\n`;
  return {
    'asterisk.conf': `[directories]
astetcdir => ${home}/etc
astvarlibdir => ${home}/lib
astdbdir => ${home}/lib
astkeydir => ${home}/lib
astspooldir => ${home}/spool
astrundir => ${home}/run
astlogdir => ${home}/log
`,
    // Other channel drivers would listen on ports of their own.
    'modules.conf': `[modules]
autoload=yes
${['chan_sip', 'chan_iax2', 'chan_skinny', 'chan_mgcp', 'chan_unistim', 'pbx_dundi', 'res_phoneprov', 'res_hep']
  .map((name) => `noload=${name}.so`)
  .join('\n')}
`,
    'http.conf': `[general]\nenabled=yes\nbindaddr=127.0.0.1\nbindport=${httpPort}\n`,
    'ari.conf': `[general]\nenabled=yes\n${user(LOGIN)}${user(READER, 'read_only=yes\n')}`,
    'pjsip.conf': `[udp]
type=transport
protocol=udp
bind=127.0.0.1:${sipPort}
[phone](!)
type=endpoint
context=agents
disallow=all
allow=ulaw
direct_media=no
${['2040', '2041', 'trunk'].map(phone).join('')}`,
    'extensions.conf': `[agents]
exten => 600,1,Answer()
 same => n,Echo()
exten => 2040,1,Dial(PJSIP/2040,20)
exten => 2041,1,Dial(PJSIP/2041,20)
exten => _XXXXXXX.,1,Dial(PJSIP/trunk,30)
 same => n,Hangup()
exten => _+X.,1,Goto(agents,\${EXTEN:1},1)
`,
    'cdr.conf': '[general]\nenable=yes\nunanswered=yes\n[csv]\nusegmtime=yes\n',
    'cdr_manager.conf': '',
    'logger.conf': '[logfiles]\nfull => notice,warning,error\n',
    'rtp.conf': '',
    'features.conf': '',
    'indications.conf': '',
    'stasis.conf': '',
    'pjproject.conf': '',
    'sorcery.conf': '',
    'codecs.conf': '',
    'acl.conf': '',
  };
}

/** Fields of a line: account, from, to, context, caller id, channel, other channel, last application, its data, times, disposition, … */
function readRecords(file: string): readonly CallRecord[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n').filter(Boolean);
  return lines.map((line) => {
    const fields = [...line.matchAll(/"((?:[^"]|"")*)"|([^,]+)|(?<=,)(?=,|$)/g)].map(
      ([, quoted, bare]) => quoted ?? bare ?? '',
    );
    const [, from = '', to = '', , , channel = ''] = fields;
    const disposition = fields.find((field) => /^(ANSWERED|BUSY|NO ANSWER|FAILED|CONGESTION)$/.test(field)) ?? '';
    return { from, to, channel, disposition };
  });
}

function freeTcpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function freeUdpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}
