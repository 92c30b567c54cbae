import { expect, test } from 'vitest';
import { callControlV3 } from '../../src/pbx/vendors/call-control-v3.ts';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';
import { dialPreview } from '../../src/ui/dial-preview.ts';

const SETTINGS = { dialing: { numberFormat: 'e164', outsideLine: '' }, country: 'US' } as const;
const accepts = (number: string) => callControlV3.accepts?.(number, {}) ?? true;

test.each([
  ['(617) 555-0142', '', { type: 'dials', dialled: '+16175550142', country: 'US' }],
  ['(617) 555-0142', '9', { type: 'refused', dialled: '9+16175550142' }],
  ['hello', '', { type: 'not-a-number' }],
] as const)(
  'what is typed as "%s" with the outside line "%s" is shown as it would be dialled, or why not',
  (typed, line, shown) => {
    expect(
      dialPreview(typed, { ...SETTINGS, dialing: { ...SETTINGS.dialing, outsideLine: line } }, WHOLE_ATLAS, accepts),
    ).toEqual(shown);
  },
);
