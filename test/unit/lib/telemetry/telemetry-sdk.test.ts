import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import { LoggingExporter } from '../../../../services/lib/telemetry/telemetry-sdk.js';
import { keepingLog } from '../loopback.js';

/** A collector that takes spans or does not. */
class FakeExporter implements SpanExporter {
  result: ExportResult = { code: ExportResultCode.SUCCESS };

  export(_spans: ReadableSpan[], onResult: (result: ExportResult) => void): void {
    onResult(this.result);
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

describe('a collector that goes away', () => {
  it('a collector that goes away is logged once, and once more when it is back', () => {
    const { log, lines } = keepingLog();
    const exporter = new FakeExporter();
    const logging = new LoggingExporter(exporter, log);
    const results: ExportResult[] = [];
    const send = (result: ExportResult) => {
      exporter.result = result;
      logging.export([], (each) => results.push(each));
    };
    const success = { code: ExportResultCode.SUCCESS };
    const failure = { code: ExportResultCode.FAILED, error: new Error('connect ECONNREFUSED') };
    for (const each of [success, failure, failure, failure, success, success]) send(each);
    expect(lines).toEqual([
      expect.stringContaining('ECONNREFUSED'),
      expect.stringContaining('again'),
    ]);
    expect(results).toEqual([success, failure, failure, failure, success, success]);
  });
});
