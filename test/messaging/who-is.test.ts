import { describe, expect, test } from 'vitest';
import { frameAddress, whoIs } from '../../src/messaging/who-is.ts';

const ID = 'abc';
const OWN = 'chrome-extension://abc';

describe('who asks', () => {
  test.each([
    ['a content script', { id: ID, url: 'https://crm.example.com/', hasTab: true }, 'page'],
    ['our popup', { id: ID, url: `${OWN}/src/popup/popup.html`, hasTab: false }, 'ui'],
    ['our options page in a tab', { id: ID, url: `${OWN}/src/options/options.html`, origin: OWN, hasTab: true }, 'ui'],
    ['another extension', { id: 'evil', url: `${OWN}/src/popup/popup.html`, hasTab: false }, undefined],
    [
      'a page whose address looks like ours',
      { id: ID, url: 'https://evil.example/chrome-extension://abc/', hasTab: true },
      'page',
    ],
    [
      'an extension whose id begins like ours',
      { id: ID, url: 'chrome-extension://abcd/x.html', hasTab: false },
      undefined,
    ],
    [
      'an address of ours with another origin',
      { id: ID, url: `${OWN}/x.html`, origin: 'https://evil.example', hasTab: true },
      undefined,
    ],
    ['a sender without an address', { id: ID, hasTab: true }, undefined],
    ['a sender without a tab', { id: ID, url: 'https://crm.example.com/', hasTab: false }, undefined],
  ] as const)('%s', (_name, sender, expected) => {
    expect(whoIs(sender, ID, OWN)).toBe(expected);
  });
});

describe('the address a frame is judged by', () => {
  test.each([
    [
      'its own',
      { url: 'https://a.example:8443/x', origin: 'https://a.example:8443', tabUrl: 'https://b.example/' },
      'a.example:8443',
    ],
    [
      'the inherited origin',
      { url: 'about:srcdoc', origin: 'https://a.example', tabUrl: 'https://b.example/' },
      'a.example',
    ],
    ['the tab where the browser tells no origin', { url: 'about:blank', tabUrl: 'https://b.example/x' }, 'b.example'],
    [
      'the tab where the origin is opaque',
      { url: 'about:srcdoc', origin: 'null', tabUrl: 'https://b.example/x' },
      'b.example',
    ],
    ['a file', { url: 'file:///home/x.html' }, ''],
    ['nothing', { url: 'about:blank' }, undefined],
  ])('%s', (_name, sender, host) => {
    expect(frameAddress({ hasTab: true, ...sender })?.host).toBe(host);
  });
});
