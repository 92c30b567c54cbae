// The page for people at /_sim/: shows the simulator's state twice a second and sends what is pressed.

/** A call as the PBX sees it, and as each of the two people does. */
const PHASES = {
  'agent-ringing': { pbx: "rings at the agent's phone", agent: 'Ringing', customer: 'Not called yet' },
  prompt: { pbx: 'waits for key 1', agent: 'Press 1 to go on', customer: 'Not called yet' },
  'far-end-dialling': { pbx: 'dials the customer', agent: 'Calling the customer', customer: 'Being called' },
  'far-end-ringing': { pbx: "rings at the customer's phone", agent: 'Rings at the customer', customer: 'Ringing' },
  'early-media': { pbx: 'rings (early media)', agent: 'An announcement plays', customer: 'Ringing' },
  talking: { pbx: 'talking', agent: 'Talking', customer: 'Talking' },
  held: { pbx: 'on hold', agent: 'On hold', customer: 'On hold' },
};

const byId = (id) => document.getElementById(id);
let state;
let isVariantsDrawn = false;

async function order(path, body = {}) {
  const answer = await fetch(`/_sim/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const told = await answer.json();
  if (told.state) draw(told.state);
}

function newest(matches) {
  return state.calls.filter((call) => call.phase !== 'ended' && matches(call)).at(-1);
}

function draw(now) {
  state = now;
  write(
    byId('where'),
    `${now.origin} · tenant ${now.tenant}${now.helperUrl ? ` · login helper ${now.helperUrl}` : ''}`,
  );
  const alarm = byId('alarm');
  alarm.hidden = now.violations.length === 0;
  write(alarm, `Broken rules: ${now.violations.join('; ')}`);
  drawExtensions();
  const agentCall = newest((call) => call.agent === byId('extension').value);
  drawPhone(byId('agent'), agentCall, agentCall?.legs.agent, 'agent');
  const farCall = agentCall ?? newest(() => true);
  drawPhone(byId('far-end'), farCall, farCall?.legs.farEnd, 'customer');
  write(byId('customer'), farCall?.number ?? '');
  drawCalls();
  write(
    byId('sockets'),
    now.sockets.length === 0
      ? 'No client is connected.'
      : now.sockets.map((socket) => `Socket ${socket.id}: extension ${socket.extension}`).join(', '),
  );
  if (!isVariantsDrawn) drawChoices();
}

function drawExtensions() {
  const select = byId('extension');
  if (select.options.length > 0) return;
  for (const user of state.users.filter((one) => one.tenant === state.tenant)) {
    select.append(new Option(`${user.extension} ${user.name}`, user.extension));
  }
}

function drawPhone(phone, call, leg, person) {
  const isOutgoing = call?.direction === 'outgoing';
  const can = {
    answer: leg?.state === 'ringing' || (phone.id === 'far-end' && leg?.state === 'dialling'),
    hangUp: leg?.state === 'answered',
    hold: call?.phase === 'talking',
    resume: call?.phase === 'held' && call.heldBy === (phone.id === 'agent' ? 'agent' : 'far-end'),
    press: call?.phase === 'prompt',
    busy: isOutgoing && (leg?.state === 'dialling' || leg?.state === 'ringing'),
  };
  can.reject = phone.id === 'agent' ? leg?.state === 'ringing' : can.busy;
  phone.dataset.call = call?.id ?? '';
  phone.classList.toggle('is-ringing', leg?.state === 'ringing');
  const isReached = person === 'agent' || !isOutgoing || ['ringing', 'answered'].includes(leg?.state);
  write(phone.querySelector('[data-who]'), call && isReached ? otherParty(call, person) : 'Ready');
  write(phone.querySelector('[data-state]'), call ? stateFor(call, person) : 'No call');
  write(phone.querySelector('[data-time]'), call ? time(call) : '');
  for (const button of phone.querySelectorAll('[data-act]')) button.disabled = !can[button.dataset.act];
}

function customerOf({ number, name }) {
  return name ? `${number} (${name})` : number;
}

/** Whom a phone shows: not itself. */
function otherParty(call, person) {
  if (person === 'agent') return customerOf(call);
  const agent = state.users.find((user) => user.extension === call.agent && user.tenant === call.tenant);
  return `${agent?.name ?? 'Extension'} (${call.agent})`;
}

function stateFor(call, person) {
  if (call.phase === 'held' && (call.heldBy === 'agent') !== (person === 'agent')) return 'Put on hold by the other';
  if (call.direction === 'incoming' && person === 'customer' && call.phase === 'agent-ringing') return 'Calling';
  return PHASES[call.phase][person];
}

/** Changes the text only where it differs: what stays must not be read aloud again. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function time(call) {
  if (call.talkingSince === undefined || call.phase === 'ended') return '';
  const seconds = Math.max(0, Math.floor((state.now - call.talkingSince) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function drawCalls() {
  const lines = state.calls
    .slice(-8)
    .reverse()
    .map((call) => {
      const how = call.phase === 'ended' ? `ended: ${call.cause} (by ${call.endedBy})` : PHASES[call.phase].pbx;
      return [customerOf(call), call.agent, how, new Date(call.startedAt).toLocaleTimeString()];
    });
  if (lines.length === 0) lines.push(['None yet', '', '', '']);
  const drawn = JSON.stringify(lines);
  if (byId('calls').dataset.drawn === drawn) return;
  byId('calls').dataset.drawn = drawn;
  byId('calls').replaceChildren(
    ...lines.map((line) => {
      const row = document.createElement('tr');
      for (const text of line) row.append(Object.assign(document.createElement('td'), { textContent: text }));
      return row;
    }),
  );
}

function drawChoices() {
  isVariantsDrawn = true;
  for (const name of state.answers) byId('fault').elements.answer.append(new Option(name));
  for (const [name, values] of Object.entries(state.variantValues)) {
    const label = document.createElement('label');
    const select = document.createElement('select');
    for (const value of values) select.append(new Option(String(value), JSON.stringify(value)));
    select.value = JSON.stringify(state.variants[name]);
    select.addEventListener('change', () => order('variants', { [name]: JSON.parse(select.value) }));
    label.append(name, select);
    byId('variants').append(label);
  }
}

for (const phone of document.querySelectorAll('.phone')) {
  phone.addEventListener('click', (event) => {
    const action = event.target.closest('[data-act]')?.dataset.act;
    if (!action) return;
    const callId = phone.dataset.call;
    order('act', {
      party: phone.id === 'agent' ? 'phone' : 'far-end',
      extension: byId('extension').value,
      callId,
      action,
    });
  });
}
for (const button of document.querySelectorAll('[data-order]')) {
  button.addEventListener('click', () => order(button.dataset.order));
}
byId('call-in').addEventListener('submit', (event) => {
  event.preventDefault();
  order('incoming', { extension: byId('extension').value, from: event.target.elements.from.value });
});
byId('fault').addEventListener('submit', (event) => {
  event.preventDefault();
  const { point, answer } = event.target.elements;
  order('fault', { point: point.value, answer: answer.value });
});

async function poll() {
  try {
    draw(await (await fetch('/_sim/state')).json());
  } catch {
    byId('where').textContent = 'The simulator is not running.';
  }
  setTimeout(poll, 400);
}
poll();
