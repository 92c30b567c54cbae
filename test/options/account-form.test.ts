import { describe, expect, test } from 'vitest';
import type { AccountValues } from '../../src/core/account.ts';
import {
  chosenGroup,
  fieldsOf,
  groupsOf,
  missingFields,
  problemsOf,
  valuesToSend,
} from '../../src/options/account-form.ts';
import { readHost } from '../../src/options/host.ts';
import { vodia } from '../../src/pbx/vendors/vodia.ts';
import { ADAPTERS } from '../ui/fake-registry.ts';

const [fake, plain] = ADAPTERS;
if (!fake || !plain) throw new Error('the fake registry has two adapters');

describe('what a saved account lacks', () => {
  test.each([
    ['is named by the background', { kind: 'no-account', detail: 'user password' }, ['user', 'password']],
    ['is a password that was not to be remembered', { kind: 'not-remembered', detail: 'password' }, ['password']],
    ['is nothing where there is no account at all', { kind: 'no-account', detail: '' }, []],
    ['is nothing where the PBX refuses', { kind: 'login-refused', detail: 'password' }, []],
  ] as const)('%s', (_what, error, missing) => {
    expect(missingFields({ status: 'blocked', error })).toEqual(missing);
  });

  test('is nothing while it connects', () => {
    expect(missingFields({ status: 'connecting', attempt: 1, since: 0 })).toEqual([]);
  });
});

describe('alternatives of a form', () => {
  test('the one with a value is chosen, else the first', () => {
    expect(groupsOf(fake.fields)).toEqual(['password', 'helper']);
    expect(chosenGroup(fake.fields, {})).toBe('password');
    expect(chosenGroup(fake.fields, { loginHelper: 'https://crm.example' })).toBe('helper');
  });

  test('what was typed into the other alternative is not sent', () => {
    const fields = fieldsOf(fake.fields, 'helper');
    const sent = valuesToSend(fields, { server: ' pbx.example ', user: '45', loginHelper: 'https://crm.example' });

    expect(sent).toEqual({ server: 'pbx.example', loginHelper: 'https://crm.example' });
  });

  test('a secret is sent as it was typed, blanks and all', () => {
    expect(valuesToSend(fake.fields, { password: ' x ' })).toEqual({ password: ' x ' });
  });
});

describe('fields that depend on another', () => {
  const keys = (values: AccountValues) => fieldsOf(vodia.fields, 'password', values).map(({ key }) => key);

  test('are there only for its values, and nothing of them is sent otherwise', () => {
    expect(keys({})).toEqual(['server', 'domain', 'user', 'way', 'password']);
    expect(keys({ way: 'portal' })).toEqual(['server', 'domain', 'user', 'way']);
    expect(keys({ way: 'basic' })).toContain('apiUser');
    expect(keys({ way: 'link-hash' })).toContain('connectDirectly');
    const portal = { way: 'portal', password: 'x', apiUser: 'y' };
    expect(valuesToSend(fieldsOf(vodia.fields, 'password', portal), portal)).toEqual({ way: 'portal' });
  });

  test('an account from before there was the choice needs none', () => {
    const values = { server: 'https://pbx.example.com', domain: 'acme.example', user: '45', password: 'x' };

    expect(problemsOf(vodia, fieldsOf(vodia.fields, 'password', values), values, false)).toEqual({});
  });
});

describe('what is wrong', () => {
  test('a required field that is empty, and what the adapter says', () => {
    const problems = problemsOf(fake, fake.fields, { server: 'http://pbx.example' }, false);

    expect(problems).toEqual({ server: 'error_insecure_address' });
    expect(problemsOf(fake, fake.fields, {}, false)).toEqual({ server: 'options_account_required' });
  });

  test('a blank secret is right while one is saved', () => {
    expect(problemsOf(plain, plain.fields, {}, true)).toEqual({});
    expect(problemsOf(plain, plain.fields, {}, false)).toEqual({ token: 'options_account_required' });
  });
});

describe('a site as it is typed or pasted', () => {
  test.each([
    ['crm.example.com', 'crm.example.com'],
    [' HTTPS://CRM.Example.com/contacts?id=1#top ', 'crm.example.com'],
    ['*.example.com', '*.example.com'],
    ['https://*.example.com/', '*.example.com'],
    ['*://crm.example.com/*', 'crm.example.com'],
    ['127.0.0.1:8080', '127.0.0.1:8080'],
    ['https://crm.example.com:443/', 'crm.example.com'],
    ['localhost', 'localhost'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['[::1]:8080', '[::1]:8080'],
    ['', undefined],
    ['*', undefined],
    ['a b', undefined],
    ['user@crm.example.com', undefined],
    ['crm.*.com', undefined],
  ])('%j is %j', (typed, host) => {
    expect(readHost(typed)).toBe(host);
  });
});
