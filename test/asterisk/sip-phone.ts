import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';

/** One SIP message, read. Header names are lower case, compact forms written out. */
export interface SipMessage {
  /** `INVITE` or `180`. */
  readonly what: string;
  readonly firstLine: string;
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
}

/** One call at the phone. */
export interface PhoneCall {
  readonly callId: string;
  /** `early`: it rings here (or there); `gone`: over. */
  state: 'early' | 'talking' | 'gone';
  wasAnswered: boolean;
  /** Number and name in the other party's `From`. */
  readonly from: string;
  /** How it ended, as SIP said it: `BYE`, `CANCEL`, `486`. */
  endedBy?: string;
}

interface Dialog extends PhoneCall {
  readonly invite: SipMessage;
  readonly isOurs: boolean;
  readonly localTag: string;
  remoteTag: string;
  remoteTarget: string;
  seq: number;
}

export interface SipPhoneOptions {
  /** Number the phone goes by at the PBX. */
  readonly user: string;
  readonly pbxPort: number;
  /** Fixed port; any free one where absent. */
  readonly port?: number;
  /** Rings (180) by itself when a call comes. */
  readonly rings?: boolean;
}

const COMPACT: Readonly<Record<string, string>> = { v: 'via', f: 'from', t: 'to', i: 'call-id', m: 'contact' };

/** A SIP phone on loopback for tests: signs in, rings, answers, refuses, holds, hangs up. It is silent: it sends no sound. */
export class SipPhone {
  /** Everything that came in and went out, first lines only, in order. */
  readonly log: string[] = [];
  readonly #options: SipPhoneOptions;
  readonly #socket: Socket = createSocket('udp4');
  readonly #dialogs: Dialog[] = [];
  readonly #waiters = new Set<() => void>();
  #seq = 1;

  private constructor(options: SipPhoneOptions) {
    this.#options = options;
    this.#socket.on('message', (bytes) => this.#take(bytes.toString('utf8')));
  }

  static async start(options: SipPhoneOptions): Promise<SipPhone> {
    const phone = new SipPhone(options);
    await new Promise<void>((resolve, reject) => {
      phone.#socket.once('error', reject);
      phone.#socket.bind(options.port ?? 0, '127.0.0.1', resolve);
    });
    return phone;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Calls so far, oldest first. */
  get calls(): readonly PhoneCall[] {
    return this.#dialogs;
  }

  /** The newest call that is not over. */
  get call(): PhoneCall | undefined {
    return this.#dialogs.filter((dialog) => dialog.state !== 'gone').at(-1);
  }

  /** Signs in; `0` signs out. */
  async register(seconds = 600): Promise<void> {
    const before = this.log.length;
    const { user, pbxPort } = this.#options;
    const uri = `sip:127.0.0.1:${pbxPort}`;
    const own = `<sip:${user}@127.0.0.1:${pbxPort}>`;
    this.#send(
      [
        `REGISTER ${uri} SIP/2.0`,
        this.#via(),
        `From: ${own};tag=${token()}`,
        `To: ${own}`,
        `Call-ID: ${token()}`,
        `CSeq: ${this.#seq++} REGISTER`,
        `Contact: <sip:${user}@127.0.0.1:${this.port}>`,
        `Expires: ${seconds}`,
      ],
      '',
    );
    await this.until(() => this.log.slice(before).some((line) => line.startsWith('< SIP/2.0 200')));
  }

  /** Answers the call that rings. */
  answer(): void {
    const dialog = this.#incoming();
    this.#reply(dialog.invite, '200 OK', dialog.localTag, sdp(this.port, 'sendrecv'));
    dialog.state = 'talking';
    dialog.wasAnswered = true;
  }

  /** Refuses the call that rings, e.g. `486 Busy Here`, `603 Decline`. */
  refuse(status: string): void {
    const dialog = this.#incoming();
    this.#reply(dialog.invite, status, dialog.localTag, '');
    this.#over(dialog, status.slice(0, 3));
  }

  /** Says that it rings, where it does not by itself. */
  ring(): void {
    const dialog = this.#incoming();
    this.#reply(dialog.invite, '180 Ringing', dialog.localTag, '');
  }

  hold(): void {
    this.#reinvite('sendonly');
  }

  resume(): void {
    this.#reinvite('sendrecv');
  }

  hangUp(): void {
    const dialog = this.#live();
    this.#request(dialog, 'BYE', '');
    this.#over(dialog, 'own BYE');
  }

  /** The PBX is gone, and with it every call. */
  forget(): void {
    for (const dialog of this.#dialogs) this.#over(dialog, 'forgotten');
  }

  /** Calls a number as a person at the phone would. */
  dial(number: string): void {
    const { user, pbxPort } = this.#options;
    const tag = token();
    const lines = [
      `INVITE sip:${number}@127.0.0.1:${pbxPort} SIP/2.0`,
      this.#via(),
      `From: <sip:${user}@127.0.0.1:${pbxPort}>;tag=${tag}`,
      `To: <sip:${number}@127.0.0.1:${pbxPort}>`,
      `Call-ID: ${token()}`,
      `CSeq: 1 INVITE`,
      `Contact: <sip:${user}@127.0.0.1:${this.port}>`,
      'Content-Type: application/sdp',
    ];
    const invite = this.#send(lines, sdp(this.port, 'sendrecv'));
    this.#dialogs.push({
      callId: header(invite, 'call-id'),
      state: 'early',
      wasAnswered: false,
      from: number,
      invite,
      isOurs: true,
      localTag: tag,
      remoteTag: '',
      remoteTarget: `sip:${number}@127.0.0.1:${pbxPort}`,
      seq: 1,
    });
  }

  /** Resolves once the condition holds; rejects when it does not within the time. */
  async until(condition: () => boolean, withinMs = 5_000): Promise<void> {
    const end = Date.now() + withinMs;
    while (!condition()) {
      if (Date.now() > end) throw new Error(`phone ${this.#options.user}: waited in vain; ${this.log.slice(-8)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, 50);
        const waiters = this.#waiters;
        function done() {
          clearTimeout(timer);
          waiters.delete(done);
          resolve();
        }
        waiters.add(done);
      });
    }
  }

  close(): void {
    this.#socket.close();
  }

  #take(text: string): void {
    const message = read(text);
    if (!message) return;
    this.log.push(`< ${message.firstLine}`);
    if (/^\d{3}$/.test(message.what)) this.#takeAnswer(message);
    else this.#takeRequest(message);
    for (const wake of [...this.#waiters]) wake();
  }

  #takeRequest(message: SipMessage): void {
    const callId = header(message, 'call-id');
    const dialog = this.#dialogs.find((one) => one.callId === callId);
    switch (message.what) {
      case 'INVITE': {
        if (dialog && dialog.state !== 'gone') {
          // A repeat, or a change of the media: what was said last still holds.
          if (dialog.state === 'talking') this.#reply(message, '200 OK', dialog.localTag, sdp(this.port, 'sendrecv'));
          return;
        }
        const fresh: Dialog = {
          callId,
          state: 'early',
          wasAnswered: false,
          from: header(message, 'from').replace(/;tag=.*$/, ''),
          invite: message,
          isOurs: false,
          localTag: token(),
          remoteTag: tagOf(header(message, 'from')),
          remoteTarget: uriOf(header(message, 'contact')),
          seq: 1,
        };
        this.#dialogs.push(fresh);
        this.#reply(message, '100 Trying', undefined, '');
        if (this.#options.rings !== false) this.#reply(message, '180 Ringing', fresh.localTag, '');
        return;
      }
      case 'ACK':
        return;
      case 'CANCEL':
        this.#reply(message, '200 OK', dialog?.localTag, '');
        if (dialog) {
          this.#reply(dialog.invite, '487 Request Terminated', dialog.localTag, '');
          this.#over(dialog, 'CANCEL');
        }
        return;
      case 'BYE':
        this.#reply(message, '200 OK', dialog?.localTag, '');
        if (dialog) this.#over(dialog, 'BYE');
        return;
      default:
        this.#reply(message, '200 OK', dialog?.localTag ?? token(), '');
    }
  }

  #takeAnswer(message: SipMessage): void {
    const dialog = this.#dialogs.find((one) => one.callId === header(message, 'call-id'));
    const [, method] = header(message, 'cseq').split(' ');
    if (!dialog || method !== 'INVITE' || Number(message.what) < 200) return;
    dialog.remoteTag = tagOf(header(message, 'to'));
    const contact = uriOf(header(message, 'contact'));
    if (contact !== '') dialog.remoteTarget = contact;
    const seq = header(message, 'cseq').split(' ')[0] ?? '1';
    this.#request(dialog, 'ACK', '', seq);
    if (message.what === '200') {
      dialog.state = 'talking';
      dialog.wasAnswered = true;
    } else this.#over(dialog, message.what);
  }

  #reinvite(direction: 'sendonly' | 'sendrecv'): void {
    this.#request(this.#live(), 'INVITE', sdp(this.port, direction));
  }

  #request(dialog: Dialog, method: string, body: string, seq?: string): void {
    if (seq === undefined) dialog.seq += 1;
    const invite = dialog.invite;
    const theirs = dialog.isOurs ? header(invite, 'to') : header(invite, 'from');
    const ours = dialog.isOurs ? header(invite, 'from') : header(invite, 'to');
    const tagged = (value: string, tag: string) => (tag === '' ? value : `${value.replace(/;tag=.*$/, '')};tag=${tag}`);
    this.#send(
      [
        `${method} ${dialog.remoteTarget} SIP/2.0`,
        this.#via(),
        `From: ${tagged(ours, dialog.localTag)}`,
        `To: ${tagged(theirs, dialog.remoteTag)}`,
        `Call-ID: ${dialog.callId}`,
        `CSeq: ${seq ?? dialog.seq} ${method}`,
        `Contact: <sip:${this.#options.user}@127.0.0.1:${this.port}>`,
        ...(body === '' ? [] : ['Content-Type: application/sdp']),
      ],
      body,
    );
  }

  #reply(request: SipMessage, status: string, tag: string | undefined, body: string): void {
    const to = header(request, 'to');
    const lines = [
      `SIP/2.0 ${status}`,
      ...(request.headers.get('via') ?? []).map((value) => `Via: ${value}`),
      `From: ${header(request, 'from')}`,
      `To: ${tag === undefined || to.includes(';tag=') ? to : `${to};tag=${tag}`}`,
      `Call-ID: ${header(request, 'call-id')}`,
      `CSeq: ${header(request, 'cseq')}`,
      `Contact: <sip:${this.#options.user}@127.0.0.1:${this.port}>`,
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
    ];
    this.#send(lines, body);
  }

  #send(lines: readonly string[], body: string): SipMessage {
    const all = [...lines, 'Max-Forwards: 70', `Content-Length: ${Buffer.byteLength(body)}`];
    const text = `${all.join('\r\n')}\r\n\r\n${body}`;
    this.log.push(`> ${all[0]}`);
    this.#socket.send(text, this.#options.pbxPort, '127.0.0.1');
    const message = read(text);
    if (!message) throw new Error('a SIP message of our own does not read');
    return message;
  }

  #via(): string {
    return `Via: SIP/2.0/UDP 127.0.0.1:${this.port};branch=z9hG4bK${token()};rport`;
  }

  #incoming(): Dialog {
    const dialog = this.#dialogs.filter((one) => one.state === 'early' && !one.isOurs).at(-1);
    if (!dialog) throw new Error(`phone ${this.#options.user}: nothing rings`);
    return dialog;
  }

  #live(): Dialog {
    const dialog = this.#dialogs.filter((one) => one.state === 'talking').at(-1);
    if (!dialog) throw new Error(`phone ${this.#options.user}: no call`);
    return dialog;
  }

  #over(dialog: Dialog, how: string): void {
    if (dialog.state === 'gone') return;
    dialog.state = 'gone';
    dialog.endedBy = how;
  }
}

function read(text: string): SipMessage | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [firstLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const short = line.slice(0, colon).trim().toLowerCase();
    const name = COMPACT[short] ?? short;
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  const [first = '', second = ''] = firstLine.split(' ');
  return { what: first === 'SIP/2.0' ? second : first, firstLine, headers, body: text.slice(end + 4) };
}

function header(message: SipMessage, name: string): string {
  return message.headers.get(name)?.[0] ?? '';
}

function tagOf(value: string): string {
  return /;tag=([^;]+)/.exec(value)?.[1] ?? '';
}

function uriOf(value: string): string {
  return /<([^>]+)>/.exec(value)?.[1] ?? '';
}

function token(): string {
  return randomBytes(8).toString('hex');
}

function sdp(port: number, direction: string): string {
  const media = 20_000 + (port % 20_000);
  return [
    'v=0',
    `o=- ${Date.now()} ${Date.now()} IN IP4 127.0.0.1`,
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${media} RTP/AVP 0`,
    'a=rtpmap:0 PCMU/8000',
    `a=${direction}`,
    '',
  ].join('\r\n');
}
