import type { PbxCall } from '../../src/core/calls.ts';
import type { PbxNews } from '../../src/pbx/adapter.ts';

/** Keeps what an adapter tells, in order. */
export class Listener {
  readonly news: PbxNews[] = [];
  /** Hears it as well. */
  also: ((news: PbxNews) => void) | undefined;
  readonly tell = (news: PbxNews): void => {
    this.news.push(news);
    this.also?.(news);
  };

  of<T extends PbxNews['type']>(type: T): readonly Extract<PbxNews, { type: T }>[] {
    return this.news.filter((news): news is Extract<PbxNews, { type: T }> => news.type === type);
  }

  get reports(): readonly PbxCall[] {
    return this.of('report').map((news) => news.report);
  }

  /** What one call went through, in short: `ringing`, `talking`, `ended cancelled`. */
  states(pbxId?: string): readonly string[] {
    return this.reports
      .filter((report) => pbxId === undefined || report.pbxId === pbxId)
      .map(({ change }) => (change.to === 'ended' ? `ended ${change.reason}` : change.to));
  }

  /** Steps of the connection as `login ok` or `live live-refused`. */
  get steps(): readonly string[] {
    return this.of('step').map(({ step, result }) => `${step} ${result.ok ? 'ok' : result.error.kind}`);
  }
}
