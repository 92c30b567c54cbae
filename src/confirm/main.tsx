import { render } from 'preact';
import { ask } from '../messaging/ask.ts';
import { NumberFormat } from '../ui/number-format.tsx';
import { setPageLanguage } from '../ui/page-language.ts';
import { say } from '../ui/say.ts';
import { Confirm } from './confirm.tsx';

setPageLanguage();
document.title = say('confirm_title');
const id = new URLSearchParams(location.search).get('id') ?? '';
const asked = await ask('confirm/read', { id }).catch(() => undefined);
render(
  <NumberFormat>
    <Confirm proposal={asked?.ok ? asked.value : undefined} />
  </NumberFormat>,
  document.body,
);
