import type { CallEngine, SimCall } from './call-engine.ts';

/** What a person at the agent's desk phone can do. False: not possible now. A call id picks the call; else the newest one. */
export interface Phone {
  answer(callId?: string): boolean;
  reject(callId?: string): boolean;
  hangUp(callId?: string): boolean;
  hold(callId?: string): boolean;
  resume(callId?: string): boolean;
  press(key: string, callId?: string): boolean;
}

/** What the person at the other end can do. False: not possible now. */
export interface FarEnd {
  answer(): boolean;
  busy(): boolean;
  reject(): boolean;
  hangUp(): boolean;
  hold(): boolean;
  resume(): boolean;
}

/** The agent's phone over the calls that `pick` finds. */
export function phoneOf(engine: CallEngine, pick: (callId?: string) => SimCall | undefined): Phone {
  const act = (action: (call: SimCall) => boolean) => (callId?: string) => {
    const call = pick(callId);
    return call !== undefined && action(call);
  };
  return {
    answer: act((call) => engine.agentAnswers(call)),
    reject: act((call) => engine.agentRejects(call)),
    hangUp: act((call) => engine.agentHangsUp(call)),
    hold: act((call) => engine.hold(call, 'agent')),
    resume: act((call) => call.heldBy === 'agent' && engine.resume(call)),
    press: (key, callId) => act((call) => engine.agentPresses(call, key))(callId),
  };
}

/** The far end of the call that `pick` finds. */
export function farEndOf(engine: CallEngine, pick: () => SimCall | undefined): FarEnd {
  const act = (action: (call: SimCall) => boolean) => () => {
    const call = pick();
    return call !== undefined && action(call);
  };
  return {
    answer: act((call) => engine.farEndAnswers(call)),
    busy: act((call) => engine.farEndRefuses(call, 'busy')),
    reject: act((call) => engine.farEndRefuses(call, 'rejected')),
    hangUp: act((call) => engine.farEndHangsUp(call)),
    hold: act((call) => engine.hold(call, 'far-end')),
    resume: act((call) => call.heldBy === 'far-end' && engine.resume(call)),
  };
}
