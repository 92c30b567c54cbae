// The page for people at /_sim/: shows the simulator's state twice a second and sends what is pressed.

const PHASES = {
  'agent-ringing': "rings at the agent's phone",
  prompt: 'waits for key 1',
  'far-end-dialling': 'dials the customer',
  'far-end-ringing': "rings at the customer's phone",
  'early-media': 'rings (early media)',
  talking: 'talking',
  held: 'on hold',
  ended: 'ended',
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
  byId('where').textContent = `${now.origin} · tenant ${now.tenant} · helper ${now.helperUrl ?? '–'}`;
  const alarm = byId('alarm');
  alarm.hidden = now.violations.length === 0;
  alarm.textContent = `Broken rules: ${now.violations.join('; ')}`;
  drawExtensions();
  const agentCall = newest((call) => call.agent === byId('extension').value);
  drawPhone(byId('agent'), agentCall, agentCall?.legs.agent, agentCall?.number);
  const farCall = agentCall ?? newest(() => true);
  const farLeg = farCall?.legs.farEnd;
  drawPhone(
    byId('far-end'),
    farCall,
    farLeg,
    farCall && `${farCall.number}${farCall.name ? ` (${farCall.name})` : ''}`,
  );
  drawCalls();
  byId('sockets').textContent =
    now.sockets.length === 0
      ? 'No client is connected.'
      : now.sockets.map((socket) => `Socket ${socket.id}: extension ${socket.extension}`).join(', ');
  if (!isVariantsDrawn) drawChoices();
}

function drawExtensions() {
  const select = byId('extension');
  if (select.options.length > 0) return;
  for (const user of state.users.filter((one) => one.tenant === state.tenant)) {
    select.append(new Option(`${user.extension} ${user.name}`, user.extension));
  }
}

function drawPhone(phone, call, leg, who) {
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
  phone.querySelector('[data-who]').textContent = who ?? 'Ready';
  phone.querySelector('[data-state]').textContent = call ? `${PHASES[call.phase]} ${time(call)}` : 'No call';
  for (const button of phone.querySelectorAll('[data-act]')) button.disabled = !can[button.dataset.act];
}

function time(call) {
  if (call.talkingSince === undefined || call.phase === 'ended') return '';
  const seconds = Math.max(0, Math.floor((state.now - call.talkingSince) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function drawCalls() {
  const rows = state.calls
    .slice(-8)
    .reverse()
    .map((call) => {
      const row = document.createElement('tr');
      const how = call.phase === 'ended' ? `ended: ${call.cause} (by ${call.endedBy})` : PHASES[call.phase];
      for (const text of [call.number, call.agent, how, new Date(call.startedAt).toLocaleTimeString()]) {
        const cell = document.createElement('td');
        cell.textContent = text;
        row.append(cell);
      }
      return row;
    });
  byId('calls').replaceChildren(...rows);
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
