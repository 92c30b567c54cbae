/** Frames that must change nothing: malformed, foreign, of the WebRTC phone, or about calls that are not ours. */
export function vodiaNonsense(tenant: string): readonly (string | Buffer)[] {
  const colleagues = {
    id: 9901,
    from: '"Cole" <sip:47@acme.example>',
    to: '<sip:+16175550142@acme.example>',
    callstate: 'connected',
  };
  const strangers = {
    id: 9902,
    from: '<sip:45@other.example>',
    to: '<sip:+16175550142@other.example>',
    callstate: 'connected',
  };
  const namesake = { id: 9903, from: '45', to: '+16175550142', callstate: 'connected' };
  return [
    ...[
      '',
      '{',
      'null',
      '[]',
      '42',
      '"call-state"',
      'true',
      '{"action":',
      '<html></html>',
      '\u0000',
      '{"action":null}',
    ],
    ...['{"action":["call-state"]}', '{"action":"call-state","domain":"other.example","calls":[]}'],
    Buffer.from([0, 1, 2, 255]),
    `{"action":"call-state","calls":[${'['.repeat(200)}${']'.repeat(200)}]`,
    'x'.repeat(1024 * 1024),
    ...[
      { sdp: 'v=0' },
      { bye: true },
      { invitesdp: 'x', callid: '1' },
      { action: 'sip-register', expires: 60 },
      { action: 'callerid', callid: '9903', number: '+16175550142' },
      { action: 'no-such-thing', calls: [{ id: 9904, from: '45', to: '+16175550142' }] },
      { action: 'user-state', type: 'extensions', account: '45', domain: 'other.example', registered: false },
      { action: 'domain-state', calls: [colleagues], accounts: 'none' },
      {
        action: 'domain-state',
        accounts: [null, 5, { account: {} }, { type: 'hunts', account: '45', registered: false }],
      },
      { action: 'user-state', domain: tenant, account: ['45'], registered: 'maybe', dnd: {} },
    ].map((frame) => JSON.stringify(frame)),
    JSON.stringify({ action: 'call-state', domain: 'other.example', calls: [strangers] }),
    // Another tenant's extension with our number: only the frame says whose it is.
    JSON.stringify({ action: 'call-state', domain: 'other.example', calls: [namesake] }),
  ];
}
